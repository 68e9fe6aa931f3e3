"""The arrows point inwards, one place asks the clock, one function reads tokens: the source itself is the proof."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import mailbot

PACKAGE = Path(mailbot.__file__).parent
SOURCES = {
    path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(PACKAGE.rglob("*.py"))
    if "migrations" not in path.parts and "_shipped" not in path.parts
}

# Standard library without files, sockets, processes, randomness or the clock.
PURE = {
    *("base64", "binascii", "bisect", "calendar", "codecs", "collections.abc", "dataclasses", "datetime", "difflib"),
    *("email.errors", "email.header", "email.utils", "enum", "functools", "hashlib", "hmac", "html", "itertools"),
    *("json", "lzma", "math", "quopri", "re", "tomllib", "types", "typing", "unicodedata", "urllib.parse", "zlib"),
    "zoneinfo",
}
CORE_LIBRARIES = {
    "email": "core/reader/machine/bounce.py",
    "email_validator": "core/reader/headers/sender.py",
    "flufl": "core/reader/machine/bounce.py",
    "inscriptis": "core/reader/text/html.py",
    "puremagic": "core/reader/attachment/content_type.py",
}
INWARDS = {
    "core": ("mailbot.core",),
    "store": ("mailbot.core", "mailbot.store"),
    "edge": ("mailbot.core", "mailbot.edge", "mailbot.sections"),
    "learning": (
        "mailbot.core",
        "mailbot.edge.model",
        "mailbot.learning",
        "mailbot.resources",
        "mailbot.correcting",
        "mailbot.config",
    ),
    "steps": ("mailbot.core", "mailbot.store", "mailbot.edge", "mailbot.steps", "mailbot.config", "mailbot.sections"),
}
# Each outside thing has one module; the demo brings servers of its own.
ONE_DOOR = {
    "imapclient": {"edge/imap_session.py", "edge/imap_wire.py"},
    "imaplib": {"edge/imap.py", "edge/imap_session.py", "edge/imap_wire.py"},
    "aiosmtplib": {"edge/smtp.py"},
    "smtplib": set[str](),
    "jinja2": {"edge/render.py"},
    "spacy": {
        *(f"edge/model/{name}.py" for name in ("judge", "load", "ngrams", "notes", "tokenizer", "words")),
        "learning/baseline.py",
    },
    "sudachipy": set[str](),
    "onnxruntime": {"edge/model/encoder.py", "learning/encoder/export.py"},
    "tokenizers": {
        "edge/model/encoder.py",
        "learning/encoder/export.py",
        "learning/encoder/tune.py",
        "learning/encoder/vocabulary.py",
    },
    "authres": {"edge/auth.py"},
    "holidays": {"edge/holiday.py"},
    "cryptography": {"store/vault.py", "edge/dkim.py"},
    "dkim": {"edge/dkim.py"},
    "dns": {"edge/dns.py"},
    "alembic": {"store/migrate.py"},
}
SQL_TYPES = {"Connection", "Engine", "Row"}
MAY_ASK_THE_TIME = {"edge/clock.py", "edge/imap.py"}
BANNED = {
    *("parseaddr", "getaddresses", "pickle", "marshal", "shelve", "dill", "yaml", "eval", "exec", "compile"),
    *("from_string", "__import__", "literal_eval"),
}
TOKEN_READERS = {"compare_digest", "GRAMMAR", "_number"}
# Every `.verify` there is: of tokens the first alone, then of DKIM signatures and of the register of events.
VERIFIERS = {
    "core/match.py": {"keys.verify"},
    "edge/dkim.py": {"key.verify"},
    "cli.py": {"reports.verify"},
    "demo/stage.py": {"reports.verify"},
}
SQL_CALLS = {"execute", "exec_driver_sql", "text", "executescript"}


def imports(source: str) -> Iterator[tuple[str, str]]:
    """Yield module and name of every import, wherever it stands; the name is "" for `import module`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from ((module, alias.name) for alias in node.names)


def names(source: str) -> Iterator[str]:
    """Yield every name and attribute that the source reads, calls or imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute) and not _is_re_compile(node):
            yield node.attr
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (part for alias in node.names for part in alias.name.split("."))
            yield from (getattr(node, "module", None) or "").split(".")


def _is_re_compile(node: ast.Attribute) -> bool:
    return node.attr == "compile" and isinstance(node.value, ast.Name) and node.value.id == "re"


def module_of(module: str, name: str) -> str:
    """Join `from mailbot import store` to the module it means; standard modules stay as they are."""
    return f"{module}.{name}" if module == "mailbot" else module


def outward(path: str, source: str) -> list[str]:
    """Return the modules of ours that a file in a layer must not know."""
    allowed = INWARDS.get(path.split("/", maxsplit=1)[0])
    ours = [module_of(*found) for found in imports(source)]
    ours = [module for module in ours if module.startswith((".", "mailbot"))]
    return [module for module in ours if allowed and not f"{module}.".startswith(tuple(f"{one}." for one in allowed))]


def impure(path: str, source: str) -> list[str]:
    """Return what a file of the core imports beside pure modules and the libraries it has a use for."""
    if not path.startswith("core/"):
        return []
    theirs = [module for module, _ in imports(source) if not module.startswith("mailbot")]
    return [module for module in theirs if module not in PURE and CORE_LIBRARIES.get(module.split(".")[0]) != path]


def second_doors(path: str, source: str) -> list[str]:
    """Return the outside libraries that a file imports though another module is their door."""
    found = {module.split(".")[0] for module, _ in imports(source)}
    return [library for library, doors in ONE_DOOR.items() if library in found and path not in doors]


def foreign_sql(path: str, source: str) -> list[str]:
    """Return the names of SQLAlchemy used outside the store; types of arguments are no SQL."""
    if path.startswith("store/"):
        return []
    found = [(module, name) for module, name in imports(source) if module.split(".")[0] in {"sqlalchemy", "psycopg"}]
    return [f"{module}.{name}" for module, name in found if module != "sqlalchemy" or name not in SQL_TYPES]


def pasted_sql(_: str, source: str) -> list[str]:
    """Return statements that are pasted together from values."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args]
    words = [call.args[0] for call in calls if ast.unparse(call.func).rpartition(".")[2] in SQL_CALLS]
    return [ast.unparse(one) for one in words if isinstance(one, ast.JoinedStr | ast.BinOp)]


def clocks(path: str, source: str) -> list[str]:
    """Return the calls that ask the machine for the time."""
    if path in MAY_ASK_THE_TIME:
        return []
    asked = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.localtime"}
    attributes = [ast.unparse(node) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)]
    return [".".join(one.split(".")[-2:]) for one in attributes if ".".join(one.split(".")[-2:]) in asked]


def dangers(_: str, source: str) -> list[str]:
    """Return the names that open a door to code or to a lenient reading of addresses."""
    return sorted(BANNED.intersection(names(source)))


def token_readers(path: str, source: str) -> list[str]:
    """Return what reads a token outside the one module, and calls of `verify` outside the one matcher."""
    if path == "core/token.py":
        return []
    classes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)]
    methods = [one.name for node in classes for one in node.body if isinstance(one, ast.FunctionDef)]
    called = [ast.unparse(node) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)]
    verifying = {one for one in called if one.endswith(".verify")}
    return [
        *sorted(TOKEN_READERS.intersection(names(source))),
        *(f"def {name}" for name in methods if name == "verify"),
        *sorted(verifying - VERIFIERS.get(path, set())),
    ]


RULES = [outward, impure, second_doors, foreign_sql, pasted_sql, clocks, dangers, token_readers]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_file_breaks_the_rule(rule: Callable[[str, str], list[str]]) -> None:
    offences = {path: found for path, source in SOURCES.items() if (found := rule(path, source))}
    assert offences == {}


OFFENCES = [
    (outward, "core/case.py", "from mailbot.store.tables import event", "mailbot.store.tables"),
    (outward, "core/case.py", "from mailbot import config", "mailbot.config"),
    (outward, "core/case.py", "def f():\n    import mailbot.edge.clock", "mailbot.edge.clock"),
    (outward, "core/case.py", "from ..store import tables", "..store"),
    (outward, "store/mail.py", "from mailbot.edge.smtp import Outcome", "mailbot.edge.smtp"),
    (outward, "store/mail.py", "from mailbot.steps.parts import Parts", "mailbot.steps.parts"),
    (outward, "store/mail.py", "from mailbot.config import Config", "mailbot.config"),
    (outward, "edge/smtp.py", "from mailbot.store.mail import Claimed", "mailbot.store.mail"),
    (outward, "edge/smtp.py", "from mailbot.steps import send", "mailbot.steps"),
    (outward, "steps/tick.py", "from mailbot.worker import Worker", "mailbot.worker"),
    (outward, "steps/tick.py", "from mailbot.compose import composed", "mailbot.compose"),
    (impure, "core/case.py", "import os", "os"),
    (impure, "core/case.py", "from pathlib import Path", "pathlib"),
    (impure, "core/case.py", "import random", "random"),
    (impure, "core/case.py", "import time", "time"),
    (impure, "core/case.py", "import logging", "logging"),
    (impure, "core/case.py", "from email_validator import validate_email", "email_validator"),
    (impure, "core/case.py", "import pydantic", "pydantic"),
    (second_doors, "steps/send.py", "import imapclient", "imapclient"),
    (second_doors, "edge/imap.py", "from smtplib import SMTP", "smtplib"),
    (second_doors, "reports.py", "import jinja2", "jinja2"),
    (second_doors, "steps/receive.py", "from dkim import verify", "dkim"),
    (second_doors, "edge/smtp.py", "import dns.resolver", "dns"),
    (second_doors, "core/token.py", "from cryptography.hazmat.primitives.hmac import HMAC", "cryptography"),
    (foreign_sql, "steps/tick.py", "from sqlalchemy import select", "sqlalchemy.select"),
    (foreign_sql, "edge/imap.py", "import psycopg", "psycopg."),
    (foreign_sql, "reports.py", "from sqlalchemy.orm import Session", "sqlalchemy.orm.Session"),
    (pasted_sql, "store/mail.py", 'connection.execute(f"SELECT {name}")', "f'SELECT {name}'"),
    (pasted_sql, "store/mail.py", 'text("SELECT " + name)', "'SELECT ' + name"),
    (clocks, "steps/tick.py", "datetime.now(UTC)", "datetime.now"),
    (clocks, "core/case.py", "import datetime\ndatetime.datetime.utcnow()", "datetime.utcnow"),
    (clocks, "worker.py", "date.today()", "date.today"),
    (clocks, "worker.py", "time.time()", "time.time"),
    (dangers, "core/reader/parse.py", "from email.utils import parseaddr", "parseaddr"),
    (dangers, "core/reader/parse.py", "import pickle", "pickle"),
    (dangers, "core/reader/parse.py", "eval('1')", "eval"),
    (dangers, "core/reader/parse.py", "yaml.load(x)", "yaml"),
    (dangers, "edge/render.py", "environment.from_string(x)", "from_string"),
    (token_readers, "steps/receive.py", "hmac.compare_digest(a, b)", "compare_digest"),
    (token_readers, "steps/receive.py", "from mailbot.core.token import GRAMMAR", "GRAMMAR"),
    (token_readers, "steps/receive.py", "parts.tokens.verify(text, today)", "parts.tokens.verify"),
    (token_readers, "steps/codes.py", "found = self._signing.verify(text, today)", "self._signing.verify"),
    (token_readers, "core/match.py", "tokens.verify(text, today)", "tokens.verify"),
    (token_readers, "steps/receive.py", "class Own:\n    def verify(self): ...", "def verify"),
]


@pytest.mark.parametrize(("rule", "path", "source", "named"), OFFENCES)
def test_each_rule_names_its_offence(rule: Callable[[str, str], list[str]], path: str, source: str, named: str) -> None:
    assert named in rule(path, source)


def test_the_rules_see_the_whole_package() -> None:
    layers = {path.split("/")[0] for path in SOURCES if "/" in path}
    assert layers >= set(INWARDS)
    assert layers <= {*INWARDS, "demo"}
    assert len(SOURCES) > 60
