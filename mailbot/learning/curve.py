"""Draws how many mails may go without a person against how many are right: a panel a language, a line a stage.

Needs the extra `train`.
"""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from PIL import Image

from mailbot.learning.evaluate import WHOLE, Answers
from mailbot.learning.metrics import Answer, curve, score

FEWEST = 10
"""The precision of fewer mails is chance and is not drawn."""
WANTED = 0.95
"""What an automatic route must reach by default; drawn as a dashed line."""
COLOURS = 256
_INCHES = (10, 4.6)
_DPI = 90
_LEAST_PRECISION = 0.4


def draw(answers: Answers, path: Path) -> Path:
    """Write the picture as PNG and return its path; a dot marks what the pipeline really routes by itself.

    Raises OSError where the file cannot be written.
    """
    languages = sorted({one.row.lang for group in answers.values() for one in group})
    figure = Figure(figsize=_INCHES, dpi=_DPI, layout="constrained")
    panels = figure.subplots(1, len(languages), sharey=True, squeeze=False)[0]
    for panel, language in zip(panels, languages, strict=True):
        _panel(panel, language, {stage: _of(language, group) for stage, group in answers.items()})
    panels[0].set_ylabel("precision: exactly right classes")
    panels[-1].legend(loc="lower left", fontsize="small", framealpha=1)
    _write(figure, path)
    return path


def _write(figure: Figure, path: Path) -> None:
    """Save in few colours: the picture is committed, and a third as large so."""
    drawn = BytesIO()
    figure.savefig(drawn, format="png")
    Image.open(drawn).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, "png", optimize=True)


def _of(language: str, answers: Sequence[Answer]) -> list[Answer]:
    return [one for one in answers if one.row.lang == language]


def _panel(panel: Any, language: str, answers: Answers) -> None:
    panel.axhline(WANTED, color="0.6", linewidth=1, linestyle="--")
    for number, (stage, group) in enumerate(answers.items()):
        points = curve([(one.confidence, one.is_right) for one in group])[FEWEST - 1 :]
        shares, precisions = [share for _, share, _ in points], [reached for _, _, reached in points]
        style: dict[str, Any] = {"color": f"C{number}", "zorder": 3 - number / 10}
        panel.plot(shares, precisions, linewidth=2.2 if stage == WHOLE else 1.2, label=stage, **style)
        found = score(group)
        if stage == WHOLE and found.precision is not None:
            panel.plot(found.sure, found.precision, "o", markersize=7, **style)
    panel.set(title=f"{language}, {len(answers[WHOLE])} mails", xlabel="coverage: mails taken, surest first")
    panel.set(xlim=(0, 1.01), ylim=(_LEAST_PRECISION, 1.01))
