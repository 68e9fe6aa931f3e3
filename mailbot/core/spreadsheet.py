"""Writes the figures of a report as a table for spreadsheets, in which no cell is ever a formula.

RFC 4180 with CR LF, every text quoted, UTF-8 with a byte order mark: without one, spreadsheets take Japanese for
something else. A cell that a spreadsheet would compute gets an apostrophe before it.
"""

from collections.abc import Iterable, Sequence

from mailbot.core.statistics import Figures, Row

Cell = str | int | float | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
HEADER = ("from", "to", "of", "figure", "value")


def csv_bytes(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return rows as the bytes of a CSV file; None is an empty cell."""
    lines = (",".join(cell(value) for value in row) + "\r\n" for row in rows)
    return ("\ufeff" + "".join(lines)).encode("utf-8")


def cell(value: Cell) -> str:
    """Return one cell: numbers as they are, text quoted and never a formula."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return f"{value:g}" if isinstance(value, float) else str(value)
    safe = f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value
    return '"' + safe.replace('"', '""') + '"'


def figure_rows(found: Figures) -> list[Sequence[Cell]]:
    """Return a report as rows of HEADER: one value each, so that rows of several reports can be put together."""
    days = (str(found.span.first), str(found.span.last))
    values = [
        *(one for row in (found.total, *found.rights) for one in _of_row(row)),
        *(("ground", code, count) for code, count in found.grounds),
        *(("all", code, count) for code, count in found.occurrences),
    ]
    return [HEADER, *((*days, *value) for value in values)]


def _of_row(row: Row) -> list[tuple[str, str, Cell]]:
    of = row.right or "all"
    return [
        (of, "arrivals", row.arrivals),
        (of, "closures", row.closures),
        (of, "open_at_end", row.open_at_end),
        (of, "on_time", row.on_time),
        (of, "on_time_percent", row.share),
        (of, "median_days", row.median_days),
        (of, "longest_days", row.longest_days),
    ]
