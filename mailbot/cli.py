"""The command line. Every command opens what it needs, says what it did, and exits with a code scripts can rely on."""

import os
import sys
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from mailbot import compose, log, reports
from mailbot import demo as demo_module
from mailbot.calendar_command import calendar
from mailbot.config import ConfigFault
from mailbot.core.message import Language
from mailbot.inspect_view import view
from mailbot.inspecting import Inspector, by_name, files_of
from mailbot.learning import commands as learning
from mailbot.report_command import report
from mailbot.starting import init_folder
from mailbot.store.presence import present
from mailbot.store.token_keys import revoke, rotate
from mailbot.supervisor import readers_of, supervise
from mailbot.terminal import (
    CONFIGURATION,
    FAILED,
    FAULT,
    fail,
    found,
    gathered,
    opened,
    out,
    print_value,
    read_config,
    told,
)
from mailbot.worker import STEPS, Worker, run_once

app = typer.Typer(
    help="The personal-data rights desk of a company, run by e-mail alone.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
audit_app = typer.Typer(help="Proves the event log.", no_args_is_help=True)
app.add_typer(audit_app, name="audit")
keys_app = typer.Typer(help="The keys that sign the tokens in our mails.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")
app.command()(learning.train)
app.command()(learning.evaluate)
app.command()(calendar)
app.command()(report)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Reference = Annotated[str, typer.Argument(help="A case reference, for example KJ-2026-000123-M.")]


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="Where to write.")] = Path()) -> None:
    """Write a commented mailbot.toml, make keys and databases, and say what to do next."""
    for line in init_folder(folder):
        out.print(line)


@app.command()
def check() -> None:
    """Read the configuration, report every fault at once, and print a worked example of the deadlines."""
    config = read_config(FAULT)
    with told(FAULT):
        now = compose.clock_of(config).now()
        faults: list[str] = []
        with gathered(faults):
            rules, _ = compose.rules_of(config, now)
        with gathered(faults):
            compose.renderer_of(config)
        with gathered(faults):
            compose.model_of(config)
        with gathered(faults):
            stores = compose.open_stores(config)
        if faults:
            raise ConfigFault(faults)
        horizon = compose.horizon_of(config, rules, stores, now)
        out.print("The configuration is sound.")
        if horizon.line():
            out.print(horizon.line())
        for line in reports.worked_example(rules, now):
            out.print(line)


@app.command()
def migrate() -> None:
    """Bring both databases to the newest schema."""
    config = read_config(CONFIGURATION)
    with told(CONFIGURATION):
        compose.migrate(config)
        out.print("The databases have the newest schema.")


@app.command()
def run(
    *,
    once: Annotated[bool, typer.Option("--once", help="Work off everything due now and leave.")] = False,
    only: Annotated[str, typer.Option(help=f"Steps to run, of {', '.join(STEPS)}.")] = "",
) -> None:
    """Run the worker. Exit codes: 0, 75 (temporary), 78 (configuration)."""
    config = read_config(CONFIGURATION)
    names = [name for name in only.split(",") if name]
    unknown = sorted(set(names) - set(STEPS))
    if unknown:
        fail(f'--only = "{",".join(unknown)}": no such step; use one of {", ".join(STEPS)}', CONFIGURATION)
    log.start(config.log)
    with told(CONFIGURATION):
        clock = compose.clock_of(config)
        compose.prove(config)
        readers = 0 if once or names else readers_of(config)
        if readers:
            raise typer.Exit(supervise(config, clock, readers))
        with compose.composed(config, clock) as parts, present(parts.engine, clock.now()):
            code = run_once(parts, clock, names) if once else Worker(parts, clock, names).run()
    raise typer.Exit(code)


@app.command()
def inspect(
    files: Annotated[list[Path] | None, typer.Argument(help="Mails, or folders of mails.")] = None,
    *,
    as_json: AsJson = False,
    stream: Annotated[bool, typer.Option("--stream", help='Read {"id","raw_b64"} lines, write JSON lines.')] = False,
) -> None:
    """Show what the bot makes of a mail. Changes nothing and needs no configuration."""
    with closing(Inspector()) as inspector:
        if stream:
            _answer_stream(inspector)
            return
        mails = ((str(path), _bytes(path)) for path in files_of(files)) if files else [("-", sys.stdin.buffer.read())]
        with suppress(BrokenPipeError):
            for name, raw in mails:
                seen = inspector.look(raw)
                if as_json:
                    print_value({"file": name} | by_name(seen), as_json=True)
                else:
                    out.print(view(name, seen))


def _answer_stream(inspector: Inspector) -> None:
    for line in sys.stdin:
        if line.strip():
            sys.stdout.write(inspector.stream_line(line) + "\n")
            sys.stdout.flush()


@app.command()
def cases(
    *,
    as_json: AsJson = False,
    only_open: Annotated[bool, typer.Option("--open", help="Only cases that are not closed.")] = False,
    due: Annotated[int | None, typer.Option(help="Only cases due within so many days.")] = None,
) -> None:
    """Print the register."""
    with opened() as (parts, now):
        rows = reports.cases(parts, now, due, is_open=only_open)
        print_value(rows if as_json else reports.cases_table(rows, parts.rules.calendar.zone), as_json=as_json)


@app.command()
def case(ref: Reference, *, as_json: AsJson = False) -> None:
    """Print one case with its messages, events and dates."""
    with opened() as (parts, _):
        one = found(reports.case(parts, ref), ref)
        print_value(one if as_json else reports.case_text(one, parts.rules.calendar.zone), as_json=as_json)


@app.command()
def why(
    ref: Reference,
    *,
    as_json: AsJson = False,
    language: Annotated[Language, typer.Option(help="Of the lines: ja or en.")] = Language.EN,
) -> None:
    """Print each day of each clock of a case: counted, skipped, stopped, worked on, and what fell on it."""
    with opened() as (parts, now):
        if as_json:
            print_value(found(reports.why(parts, ref, now), ref), as_json=True)
            return
        for line in found(reports.why_lines(parts, ref, now, language), ref):
            out.print(line)


@app.command()
def digest(
    *,
    on: Annotated[str, typer.Option("--date", help="The day, for example 2026-11-24; today if left out.")] = "",
    send: Annotated[bool, typer.Option("--send", help="Queue it for its recipients.")] = False,
    to_print: Annotated[bool, typer.Option("--print", help="Print it (the default).")] = False,
) -> None:
    """Print or send the digest of a day."""
    del to_print
    with opened() as (parts, now):
        day = _day(on) or parts.rules.calendar.local_day(now)
        if send:
            out.print(reports.send_digest(parts, day, now))
        else:
            out.print(reports.print_digest(parts, day, now))


@app.command()
def held(
    action: Annotated[str, typer.Argument(help="list, folded, show, retry or drop.")] = "list",
    number: Annotated[int | None, typer.Argument(help="The number from the list.")] = None,
    *,
    why_dropped: Annotated[str, typer.Option("--why", help="Why the message is dropped.")] = "",
) -> None:
    """Deal with mail that needs a person: list, folded (floods), show ID, retry ID, drop ID --why TEXT."""
    with opened() as (parts, now):
        try:
            lines = reports.held(parts, action, number, why_dropped, now)
        except ValueError as fault:
            fail(str(fault), FAILED)
        for line in lines:
            out.print(line)


@app.command()
def reconcile() -> None:
    """Compare mail server, ledger and inbox and print the sum; what differs goes to standard error, with exit 1."""
    with opened() as (parts, now):
        line, differences = reports.reconcile(parts, now)
        out.print(line)
        if differences:
            fail("\n".join(differences), FAILED)


@audit_app.command("verify")
def audit_verify(
    *, against: Annotated[Path | None, typer.Option(help="A digest mail whose head must be ours.")] = None
) -> None:
    """Prove the event log: every chain, every case's tail, every witnessed head."""
    with opened() as (parts, _):
        faults, told = reports.verify(parts, _bytes(against) if against else None)
        for line in [*faults, told]:
            out.print(line)
    raise typer.Exit(FAILED if faults else 0)


@keys_app.command("rotate")
def keys_rotate() -> None:
    """Begin a new key at once; what the old ones signed stays good. A worker takes it up when it starts anew."""
    with opened() as (parts, now):
        out.print(f"New key: {rotate(parts.engine, now)}. Start the worker anew.")


@keys_app.command("revoke")
def keys_revoke() -> None:
    """Let no token count that was signed until now, for example after a leak. Start the worker anew."""
    with opened() as (parts, now):
        out.print(f"New key: {revoke(parts.engine, now)}. Older tokens count no more. Start the worker anew.")


@app.command()
def demo(
    *,
    fast: Annotated[bool, typer.Option("--fast", help="Without the pauses for reading.")] = False,
    keep: Annotated[Path | None, typer.Option(help="Where to leave mails, digest and register.")] = None,
) -> None:
    """Play two weeks of a rights desk on this machine: no servers, no network, no questions."""
    raise typer.Exit(demo_module.play(out, keep, is_fast=fast))


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f'--date = "{text}": expected a day, for example 2026-11-24', FAULT)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        fail(f"{path}: {os.strerror(error.errno or 0)}", FAILED)
