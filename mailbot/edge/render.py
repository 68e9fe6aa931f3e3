"""Turns a letter into subject, text and HTML by the templates of the company and our own.

What a mail says is only ever a value here, never template source (threats B5). There is one environment per
language and form: dates speak the language, and the HTML one escapes everything, shared macros included.
A macro that HTML called in an environment without escaping would come back marked as safe.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from mailbot.core.letters import Letter, Rendered, Said
from mailbot.core.message import Language

LINE_LIMIT_BYTES = 900
"""RFC 5321 §4.5.3.1.6 allows 998 octets to a line; what quotes ours in an answer needs room."""

_VALUE_LIMIT_BYTES = 400
_GUTTER = "│ "
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ODD_LINE_ENDS = re.compile("[\t\v\f\x1c-\x1e\x85\u2028\u2029]")
_PLACE = re.compile(r"%\((\w+)\)s")
_WEEKDAYS_JA = "月火水木金土日"


class LetterError(Exception):
    """A letter cannot be written: names the template, its language and the field that is missing or wrong."""


class Renderer:
    """Writes letters from template folders, the company's own folder first.

    Args:
        folders: each holds `<letter>/<language>.{subject,txt,html}.j2`; the first that has a file wins.

    Raises:
        LetterError: a folder does not exist.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        for folder in folders:
            if not folder.is_dir():
                raise LetterError(f'templates.folder = "{folder}": there is no such folder')
        loader = FileSystemLoader([str(folder) for folder in folders])
        self._environments = {
            (language, form): _environment(loader, language, form)
            for language in Language
            for form in ("subject", "txt", "html")
        }

    def render(self, letter: Letter) -> Rendered:
        """Write one letter.

        Returns:
            A subject of one line, a text whose lines hold at most 900 bytes and no space at the end, and HTML.

        Raises:
            LetterError: a template is missing or faulty, or names a field the context lacks.
        """
        return Rendered(
            subject=" ".join(_clean(self._written(letter, "subject")).split()),
            text=_tidy_text(self._written(letter, "txt")),
            html=_clean(self._written(letter, "html")).strip() + "\n",
        )

    def warm(self) -> None:
        """Compile the letters every mail needs, so that the first of a worker are as quick as the rest."""
        for (language, form), environment in self._environments.items():
            others = {f"{other}." for other in Language if other is not language}
            for name in environment.list_templates(filter_func=_is_hot):
                file = name.rpartition("/")[2]
                ours = ("body.j2", f"{form}.j2", f"{language}.j2", f"{language}_desk.j2")
                if not file.startswith(tuple(others)) and file.endswith(ours):
                    environment.get_template(name)

    def _written(self, letter: Letter, form: str) -> str:
        name = f"{letter.template}/{letter.language}.{form}.j2"
        environment = self._environments[letter.language, form]
        try:
            return environment.get_template(name).render(letter.context)
        except (TemplateError, TypeError, ValueError) as fault:
            where = f"letter {letter.template}, language {letter.language}, {form}"
            raise LetterError(f"{where}: {fault}") from fault


def day(language: Language, value: date) -> str:
    """Write a day in full: `2026年12月3日(木)`, `Thursday, 3 December 2026`."""
    _demand(date, value, "day")
    if language is Language.JA:
        return f"{value.year}年{value.month}月{value.day}日({_WEEKDAYS_JA[value.weekday()]})"
    return f"{value:%A}, {value.day} {value:%B} {value.year}"


def short_day(language: Language, value: date) -> str:
    """Write a day for a card: `12/3(木)`, `Thu 3 Dec`."""
    _demand(date, value, "short_day")
    if language is Language.JA:
        return f"{value.month}/{value.day}({_WEEKDAYS_JA[value.weekday()]})"
    return f"{value:%a} {value.day} {value:%b}"


def moment(language: Language, value: datetime) -> str:
    """Write an aware moment as its own zone's clock shows it: `2026年11月20日(金)14時10分`."""
    _demand(datetime, value, "moment")
    if value.tzinfo is None:
        raise TypeError(f"moment: {value.isoformat()} has no time zone; give it in the company's zone")
    if language is Language.JA:
        return f"{day(language, value)}{value.hour}時{value:%M}分"
    return f"{day(language, value)}, {value:%H:%M}"


def one_line(value: object) -> str:
    """Put a value on one line of at most 400 bytes: it can neither start a line of its own nor make one fold."""
    first, *rest = _fold(" ".join(_clean(str(value)).split()), _VALUE_LIMIT_BYTES)
    return first + "…" if rest else first


def opening(words: str) -> str:
    """Write words as they open a line: the first letter is a capital, the rest stays."""
    return words[:1].upper() + words[1:]


def named(code: str, table: Mapping[str, str]) -> str:
    """Say a code in the words of a table; one that the table lacks is printed as it is, on one line."""
    return table.get(code, one_line(code))


def flow(language: Language, text: str) -> str:
    """Join the source lines of a paragraph: Japanese without a space between them, English with one."""
    between = "" if language is Language.JA else " "
    # The type keeps what is already escaped marked as such.
    return type(text)(between).join(line.strip() for line in text.splitlines() if line.strip())


def gutter(text: str) -> str:
    """Mark every line of a stranger's words, so that none of them can pass for a line of ours."""
    room = LINE_LIMIT_BYTES - len(_GUTTER.encode())
    lines = [piece for line in text.splitlines() for piece in _fold(_clean(line), room)]
    return "\n".join(_GUTTER + line for line in lines)


def mailto(line: str, mailbox: str, subject: str, token: str) -> str:
    """Return a link that opens a mail to `mailbox` whose first line is `line` and whose last says `ref: <token>`.

    Everything but letters and digits is percent-encoded, `+` too: some clients read it as a space (RFC 6068 §5).
    No value can add a line or a field. A space at the end of `line` stays: the reader writes on from there.
    An empty `token` leaves the `ref:` line out.
    """
    first = one_line(line) + " " * line.endswith(" ")
    body = f"{first}\r\n\r\nref: {one_line(token)}" if token else first
    fields = {"subject": one_line(subject), "body": body}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items())
    return f"mailto:{quote(one_line(mailbox), safe='@')}?{query}"


def told(language: Language, said: Said, table: Mapping[str, str], names: Mapping[str, Mapping[Any, str]]) -> str:
    """Say one answer in the words of a table: `%(ref)s` becomes its value `ref`, said in the words of `names["ref"]`.

    A code the table lacks is printed as it is. Raises ValueError when a value that the words need is missing.
    """
    if said.code not in table:
        return one_line(said.code)
    words = table[said.code]
    places = _PLACE.findall(words)
    if absent := [name for name in places if name not in said.values]:
        raise ValueError(f"{said.code}: its value {absent[0]} is missing")
    return words % {name: _spoken(language, said.values[name], names.get(name, {})) for name in places}


def pairs(items: Iterable[str | tuple[str, str]], table: Mapping[str, str]) -> list[tuple[str, str]]:
    """Put its words beside each code of a list; what comes with words already keeps them."""
    return [(item, table.get(item, "")) if isinstance(item, str) else item for item in items]


def _spoken(language: Language, value: object, table: Mapping[Any, str]) -> str:
    """Say a value of an answer: a moment, a day, a list, a code of the table (its "" is for nothing), plain words."""
    if isinstance(value, datetime):
        return moment(language, value)
    if isinstance(value, date):
        return short_day(language, value)
    if value is None or value in ("", [], ()):
        return table.get("", "–")
    if isinstance(value, (list, tuple)):
        return ("、" if language is Language.JA else ", ").join(_spoken(language, item, table) for item in value)
    return table.get(value) or one_line(value)


def _is_hot(name: str) -> bool:
    return name.startswith(("acknowledgement/", "notice/", "_layout/", "_words/"))


class _Sandbox(SandboxedEnvironment):
    """The sandbox, which asks only once whether a type's attribute is safe: the answer depends on nothing else."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Say whether a template may read an attribute."""
        key = (type(obj), attr)
        if key not in self._known:
            self._known[key] = super().is_safe_attribute(obj, attr, value)
        return self._known[key]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._known: dict[tuple[type, str], bool] = {}


def _environment(loader: FileSystemLoader, language: Language, form: str) -> SandboxedEnvironment:
    environment = _Sandbox(
        loader=loader,
        autoescape=form == "html",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    spoken: list[Callable[..., str]] = [day, short_day, moment, flow, told]
    environment.filters |= {speak.__name__: partial(speak, language) for speak in spoken}
    plain: list[Callable[..., Any]] = [one_line, opening, named, gutter, mailto, pairs]
    environment.filters |= {change.__name__: change for change in plain}
    environment.globals["language"] = language.value
    return environment


def _demand(wanted: type, value: object, filter_name: str) -> None:
    if not isinstance(value, wanted):
        raise TypeError(f"{filter_name}: expected a {wanted.__name__}, got {type(value).__name__}")


def _clean(text: str) -> str:
    """Drop what no reader sees and some mail servers refuse: controls, direction overrides, half characters."""
    return _INVISIBLE.sub("", _ODD_LINE_ENDS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")))


def _tidy_text(text: str) -> str:
    lines = [piece.rstrip() for line in _clean(text).split("\n") for piece in _fold(line, LINE_LIMIT_BYTES)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _fold(line: str, room: int) -> list[str]:
    """Cut a line into pieces of at most `room` bytes, after a space where one stands in the second half."""
    pieces = []
    while len(line) > room or len(line.encode()) > room:
        head = line[:room].encode()[:room].decode(errors="ignore")
        cut = line.rfind(" ", len(head) // 2, len(head)) + 1 or len(head)
        pieces.append(line[:cut])
        line = line[cut:]
    return [*pieces, line]
