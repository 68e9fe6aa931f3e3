"""The lines of a text as they are compared, and what a single line is: quoted, a ruler, empty.

Every line is cut to a length and every text to a number of lines, so that whatever reads them stays linear.
"""

import re
from dataclasses import dataclass
from unicodedata import normalize

MAX_LINES = 10_000
MAX_LINE_CHARS = 600
_MIN_RULER_CHARS = 3
_MAX_SILENCE_CHARS = 7  # "......" is a pause, not a ruler

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f]")
_LINK = re.compile(r"\s?[<\[(]\s?(?:https?://|mailto:|www\.)[^<>\[\]()]{0,500}[>\])]\s?|https?://\S{1,500}")
_QUOTE = re.compile(r"[>»≫›](?!\s?[_.^]\s?<)(?!=)")
_OPEN_LINK = re.compile(r"<(?:https?://|mailto:|www\.)[^<>]*$")
_NAMED = re.compile(r"([^\W_][\w.-]{0,11})>{1,3}(?![^\s>]*>)")
_DECORATION = r"\-_=*#~+.,:;/\\|<>^'`\"°·•‥…※〜ー・♪∞†‡±×○●◎\u2010-\u2015\u2500-\u27bf\u3030\uff5e"
_RULER = re.compile(rf"(?:[{_DECORATION}oO。\u3099\u309a]\s?){{3,}}")
_TITLED = re.compile(rf"[{_DECORATION}]{{3,}}\s?[^{_DECORATION}\s].{{0,60}}(?<=[{_DECORATION}]{{3}})")
_DRAWN = re.compile(rf"[{_DECORATION}]")
_EDGES = "".join(char for char in map(chr, range(0x20, 0x3040)) if char.isspace() or _DRAWN.match(char)) + "～・ー"


@dataclass(frozen=True, slots=True)
class Page:
    """The first lines of a text: `raw` as they stand, `plain` as they are compared (see `compared`).

    `names` are those that stand before the mark of quoted lines ("Taro> …"), `has_bars` says that "|" marks them.
    """

    raw: list[str]
    plain: list[str]
    names: frozenset[str]
    has_bars: bool

    @classmethod
    def of(cls, text: str) -> "Page":
        """Return the page of a text with LF line ends, at most MAX_LINES of it."""
        raw = text.split("\n", MAX_LINES)[:MAX_LINES]
        plain = [compared(line) for line in raw]
        names = [found[1] for line in plain if ">" in line[:14] and (found := _NAMED.match(line))]
        bars = [line for line in plain if line.startswith("|")]
        has_bars = len(bars) > 1 and all(map(is_bar_quote, bars))
        is_talk = len(set(names)) > 1  # written down by the writer
        return cls(raw, plain, frozenset(names if len(names) > 1 and not is_talk else ()), has_bars)

    def __len__(self) -> int:
        return len(self.plain)

    def line(self, number: int) -> str:
        """Return a line as compared, "" past the ends of the page."""
        return self.plain[number] if 0 <= number < len(self.plain) else ""

    def next_words(self, number: int, limit: int = 6) -> int:
        """Return the first line after `number` that is not empty, the length of the page if none is near."""
        ahead = range(number + 1, min(number + 1 + limit, len(self.plain)))
        return next((one for one in ahead if self.plain[one]), len(self.plain))

    def is_quoted(self, number: int) -> bool:
        """Whether a line is quoted, with ">", with a name before it, or with "|" where that is no table."""
        line = self.line(number)
        if is_quote(line) and _OPEN_LINK.search(self.line(number - 1)) and not is_quote(self.line(number - 1)):
            return False  # the ">" closes a link that began on the line above
        if is_quote(line) or (self.has_bars and is_bar_quote(line)):
            return True
        return bool(self.names) and (found := _NAMED.match(line)) is not None and found[1] in self.names

    def is_quote_next(self, number: int) -> bool:
        """Whether what follows a line is quoted; after an introduction one quoted line is enough to know the mark."""
        follower = self.line(self.next_words(number))
        return is_quote(follower) or is_bar_quote(follower) or _NAMED.match(follower) is not None


def compared(line: str) -> str:
    """Return a line as it is compared: NFKC, without unseen characters and blanks around it, cut to a length."""
    if line.isascii():
        return line[:MAX_LINE_CHARS].strip()
    seen = _UNSEEN.sub("", line)[:MAX_LINE_CHARS]  # first: a line may begin with more of them than the length
    return normalize("NFKC", seen)[:MAX_LINE_CHARS].strip()


def is_quote(plain: str) -> bool:
    """Whether a line begins with a quotation mark such as ">", in any width; ">>> read this <<<" is decoration."""
    return plain[:1] in ">»≫›" and plain != "" and _QUOTE.match(plain) is not None and not plain.endswith("<<")


def is_bar_quote(plain: str) -> bool:
    """Whether a line begins with the quotation mark "|" and is no row of a table."""
    return plain.startswith("|") and "|" not in plain[1:].strip().removeprefix("|")


def is_ruler(plain: str) -> bool:
    """Whether a line is drawn: ----, ====, ━━━, ◆◇◆, or the same with a short title between."""
    if len(plain) < _MIN_RULER_CHARS or not _DRAWN.match(plain):
        return False
    if _TITLED.fullmatch(plain):
        return True
    return _RULER.fullmatch(plain) is not None and (len(plain) > _MAX_SILENCE_CHARS or plain[0] not in ".・…")


def bare(plain: str) -> str:
    """Return a line without the frame drawn around it: "┃ Taro ┃" is "Taro"."""
    return plain.strip(_EDGES)


def unlinked(plain: str) -> str:
    """Return a line without the addresses behind its links: "Get Outlook<https://…>" is "Get Outlook"."""
    return _LINK.sub(" ", plain).strip()


def is_link(plain: str) -> bool:
    """Whether a line is the address of a page and nothing else."""
    return plain.strip("<>[]()").startswith(("http://", "https://", "www.")) and " " not in plain
