"""What `mailbot evaluate` prints: plain tables for a terminal and for the log of CI; no text of any mail."""

from collections.abc import Iterable, Iterator, Sequence

from rich.table import Table

from mailbot.learning.evaluate import WHOLE, Evaluation, by_slice, flag_scores, lost, pairs_of
from mailbot.learning.metrics import Answer, Score, f1_by_label, score
from mailbot.learning.rows import coarse
from mailbot.learning.speed import Speed

_SCORE_COLUMNS = (
    *("mails", "coarse F1", "exact", "leaf F1", "leaf exact", "lost"),
    *("auto", "auto right", "auto lost", "calibration error"),
)


def tables(found: Evaluation) -> Iterator[Table]:
    """Yield every table of an evaluation: stages, slices, labels, flags, speed."""
    whole = found.answers[WHOLE]
    yield _scores("stage", found.answers.items())
    yield _scores(f"{WHOLE}, by", by_slice(whole).items())
    yield _labels(whole)
    yield _flags(whole)
    yield _speed(found.speed)


def last_lines(found: Evaluation) -> Iterator[str]:
    """Yield what the tables leave open: the version, a missing encoder, the lost requests by the ids of their rows."""
    yield f"Model {found.version}."
    if found.missing:
        yield f"Without the encoder: {found.missing}."
    ids = lost(found.answers[WHOLE])
    yield f"Requests lost as everyday matters: {', '.join(ids) or 'none'}."


def _scores(first: str, parts: Iterable[tuple[str, Sequence[Answer]]]) -> Table:
    return _table(first, _SCORE_COLUMNS, [(name, *_cells(score(answers))) for name, answers in parts])


def _cells(found: Score) -> tuple[str, ...]:
    return (
        str(found.mails),
        _share(found.coarse_f1),
        _share(found.exact),
        _share(found.leaf_f1),
        _share(found.leaf_exact),
        str(found.lost),
        _share(found.sure),
        _share(found.precision),
        str(found.sure_lost),
        _share(found.calibration_error),
    )


def _labels(answers: Sequence[Answer]) -> Table:
    """Return F1 of the user's classes and of the kinds, each with the mails that ask for it."""
    views = (("class", pairs_of(answers, coarse)), ("kind", pairs_of(answers, frozenset)))
    rows = [
        (f"{name} {label}", str(sum(label in truth for truth, _ in pairs)), _share(value))
        for name, pairs in views
        for label, value in f1_by_label(pairs).items()
    ]
    return _table("label", ("mails", "F1"), rows)


def _flags(answers: Sequence[Answer]) -> Table:
    found = flag_scores(answers).items()
    rows = [(flag, str(one.mails), _share(one.precision), _share(one.recall)) for flag, one in found]
    return _table("flag", ("mails", "precision", "recall"), rows)


def _speed(found: Speed) -> Table:
    rows = [
        ("fast path, mails/s of one core", f"{found.fast_per_second:.0f}"),
        ("whole pipeline, mails/s of one core", f"{found.whole_per_second:.0f}"),
        ("a real mix, mails/s of one core", f"{found.mix_per_second:.0f}"),
        ("95 of 100 mails within, s", f"{found.p95_s:.3f}"),
        ("slowest mail, s", f"{found.slowest_s:.3f}"),
        ("mails that needed the encoder", _share(found.asked)),
        ("load, s", f"{found.load_s:.1f}"),
        ("memory, MiB", f"{found.memory_mib:.0f}"),
        ("models, MB", f"{found.models_mb:.1f}"),
    ]
    return _table("speed", ("measured",), rows)


def _table(first: str, columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
