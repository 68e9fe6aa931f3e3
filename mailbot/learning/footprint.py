"""Loads the classifier and prints what that costs: `python -m mailbot.learning.footprint MODELS`.

It runs in a process of its own, so that nothing of the trainer or of an earlier model is counted.
"""

import json
import resource
import sys
from pathlib import Path
from time import perf_counter


def resident_mib() -> float:
    """Return the memory this process holds now, in MiB; the most it ever held where the system tells no more."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # macOS counts bytes here
    line = next(line for line in status.read_text("ascii", "replace").splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 2**10


def main(models: Path) -> None:
    """Print `load_s` (with the imports) and `memory_mib` (after a mail in each language) as JSON."""
    begin = perf_counter()
    from mailbot.core.message import Language  # noqa: PLC0415 - the imports are part of what is measured
    from mailbot.edge.model.load import load_model  # noqa: PLC0415 - the same

    model = load_model(models)
    load_s = perf_counter() - begin
    model.read("お願い", "私の個人データを開示してください。", Language.JA)
    model.read("A request", "Please send me a copy of my personal data.", Language.EN)
    sys.stdout.write(json.dumps({"load_s": load_s, "memory_mib": resident_mib()}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
