"""`mailbot report`: the figures of a week, a month or any days, as text, as a page, and for spreadsheets."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from mailbot.core.statistics import SPAN, WEEKLY, Span, before, month, week
from mailbot.steps.parts import Parts
from mailbot.steps.reporting import csv_of, figures_of, report_letter
from mailbot.store.engine import read
from mailbot.terminal import FAILED, FAULT, fail, opened, out


def report(
    *,
    in_week: Annotated[
        str, typer.Option("--week", help="A week, for example 2026-W47; the last one if left out.")
    ] = "",
    in_month: Annotated[str, typer.Option("--month", help="A month, for example 2026-11.")] = "",
    first: Annotated[str, typer.Option("--from", help="The first day, for example 2026-11-01.")] = "",
    last: Annotated[str, typer.Option("--to", help="The last day, included.")] = "",
    html: Annotated[Path | None, typer.Option(help="Write the page into this file.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the table for spreadsheets into this file.")] = None,
) -> None:
    """Print the figures of a week or a month: arrivals, answers, how many in time, how long they took."""
    with opened() as (parts, now):
        try:
            span = chosen(in_week, in_month, first, last) or before(WEEKLY, parts.rules.calendar.local_day(now))
        except ValueError as fault:
            fail(str(fault), FAULT)
        _tell(parts, span, now, html, csv)


def chosen(in_week: str, in_month: str, first: str, last: str) -> Span | None:
    """Return the days asked for, None where none are. Raises ValueError that says what is wrong."""
    if sum(map(bool, (in_week, in_month, first or last))) > 1:
        raise ValueError("--week, --month and --from/--to: choose one of them")
    if in_week:
        return week(in_week)
    if in_month:
        return month(in_month)
    if not first and not last:
        return None
    days = Span(SPAN, _day("--from", first), _day("--to", last))
    if days.last < days.first:
        raise ValueError(f"--to {last}: lies before --from {first}")
    return days


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f'{name} = "{text}": expected a day, for example 2026-11-24') from None


def _tell(parts: Parts, span: Span, now: datetime, html: Path | None, csv: Path | None) -> None:
    with read(parts.engine) as connection:
        found = figures_of(parts, connection, span, now)
        letter = report_letter(parts, connection, found, parts.company.address, parts.config.company.default_language)
    rendered = parts.renderer.render(letter)
    if html:
        _keep(html, rendered.html.encode())
    if csv:
        _keep(csv, csv_of(found))
    if not html and not csv:
        out.print(rendered.text)


def _keep(file: Path, data: bytes) -> None:
    try:
        file.write_bytes(data)
    except OSError as error:
        fail(f"{file}: {error.strerror}", FAILED)
    out.print(f"Written: {file}")
