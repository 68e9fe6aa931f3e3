"""`mailbot demo`: two weeks of a rights desk, played through the real worker on this machine alone.

No server package, no network, no question. The servers and the story are loaded only when the demo runs.
"""

from pathlib import Path

from rich.console import Console


def play(out: Console, keep: Path | None, *, is_fast: bool) -> int:
    """Play the demo and return the exit code.

    0: every mail has one disposition and the log verifies; 1: something is wrong and was said; 2: `keep` is not empty.
    Without `keep` everything is left under `demo-out/` in the working directory.
    """
    from mailbot.demo.stage import perform  # noqa: PLC0415 -- no other command pays for the demo's servers

    return perform(out, keep, is_fast=is_fast)


__all__ = ["play"]
