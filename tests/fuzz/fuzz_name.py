"""The name of a file is safe to show and to save, whatever name was given, and its true ending stays."""

import re
import unicodedata
from collections.abc import Iterator
from random import Random

from mailbot.core.reader.attachment.attachment_name import shown_name
from tests.fuzz.assemble import any_of, coded, spliced
from tests.fuzz.mutate import Change, cut_short, piece_lost, repeated
from tests.fuzz.promises import expect
from tests.fuzz.target import Target, assembled

_TYPES = ("application/pdf", "text/plain", "application/octet-stream", "message/rfc822", "image/jpeg", "", "x/y")
_DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"
}
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_PLAIN = re.compile(r"[A-Za-z0-9]+(?:[ _-][A-Za-z0-9]+)*(?:\.[A-Za-z0-9]{1,8})+")
_NAMES = (
    *("契約書.pdf", "../../etc/passwd", "C:\\Users\\x\\報告.docx", "evil.pdf.exe", "CON.txt", "aux", ".htaccess"),
    *(
        "photo\u202egnp.exe",
        "a" * 200 + ".pdf",
        "x.pdf     .exe",
        "é.txt",
        "ﾊﾝｶｸ.xlsx",
        "...",
        "NUL .doc",
        "a\u3164.exe",
    ),
    *("com¹.txt", "x/", "\\", "a:b|c?.txt", "report final.pdf", "LPT9", "が.txt", " lead.txt", "trail. "),
)


def _name(data: bytes) -> str:
    return data[1:].decode("utf-8", "replace")


def read(data: bytes) -> str:
    kind = _TYPES[(data or b"\0")[0] % len(_TYPES)]
    return shown_name(_name(data), kind, _TYPES[(data or b"\0")[0] // 16 % len(_TYPES)])


def judge(data: bytes, told: str) -> None:
    """Raise where a name could hide something, leave its folder, or be no name at all."""
    expect(kept=0 < len(told) <= 120, rule="a name has 1 to 120 characters", found=told)
    expect(kept=not set(told) & set('/\\<>:"|?*'), rule="a name holds no separator", found=told)
    expect(kept=not told.startswith((".", " ")), rule="a name begins with what is seen", found=told)
    expect(kept=not told.endswith((".", " ")), rule="a name ends with what is seen", found=told)
    unseen = [char for char in told if unicodedata.category(char) in _UNSEEN or (char.isspace() and char != " ")]
    expect(kept=not unseen, rule="a name holds no character that is not seen", found=told)
    expect(kept="  " not in told, rule="an ending hides behind no blanks", found=told)
    expect(kept=unicodedata.is_normalized("NFC", told), rule="a name is NFC", found=told)
    stem = told.partition(".")[0].strip().lower()
    expect(kept=stem not in _DEVICES, rule="a name is no device", found=told)
    expect(kept=shown_name(told, "", "") == told, rule="a safe name stays as it is", found=told)
    _check_plain(_name(data), told)


def _check_plain(given: str, told: str) -> None:
    """Check a name that needs no change, and the ending of one that is only too long."""
    if _PLAIN.fullmatch(given) and given.partition(".")[0].lower() not in _DEVICES:
        expect(kept=told.rpartition(".")[2] == given.rpartition(".")[2], rule="the last ending stays", found=told)
        expect(kept=told == given or len(given) > 120, rule="a plain name stays as it is", found=told)


def _new(rng: Random) -> bytes:
    name = rng.choice((rng.choice(_NAMES).encode(), coded(rng, rng.choice(_NAMES)), any_of(rng, "hidden")))
    return rng.randbytes(1) + name + rng.choice((b"", b".pdf", b".exe"))


def _seeds() -> Iterator[bytes]:
    yield from (b"\0" + name.encode() for name in _NAMES)
    yield from assembled(100, _new)


def _piece(rng: Random, data: bytes) -> bytes:
    pieces = (
        ".",
        " ",
        "/",
        "\\",
        "\u3000",
        "\u202e",
        "CON",
        "nul.",
        "\u115f",
        "e\u0301",
        "\u2800",
        "が",
        "\ufeff",
        ":",
    )
    return spliced(rng, data, any_of(rng, "hidden") if not rng.randrange(3) else rng.choice(pieces).encode())


def _other(rng: Random, _data: bytes) -> bytes:
    return _new(rng)


_CHANGES: tuple[Change, ...] = (_piece, _piece, _piece, _piece, _other, _other, repeated, cut_short, piece_lost)


def mail_of(data: bytes) -> bytes:
    name = _name(data).replace("\r", "").replace("\n", "")
    return (
        b"From: taro@customer.test\nTo: desk@company.test\nContent-Type: application/octet-stream\n"
        b'Content-Disposition: attachment; filename="' + name.encode("utf-8", "replace") + b'"\n\nx\n'
    )


TARGET = Target(seeds=_seeds, changes=_CHANGES, read=read, judge=judge, mail_of=mail_of)
