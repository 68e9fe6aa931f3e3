"""Reading and classifying, each mail once in the life of a process: the real answers, remembered by the bytes."""

import json
import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

from mailbot.core.message import Incoming, Verdict
from mailbot.core.reader.attachment.contents import contents_of
from mailbot.core.reader.parse import parse
from mailbot.core.sentences import MailText
from mailbot.edge.errors import where
from mailbot.edge.model.load import Model, load_model
from mailbot.edge.sandbox import Sandbox, Unreadable
from mailbot.resources import models_folder

_MOST = 50_000
_OURS = re.compile(r"<cv1\.[a-z0-9.]+@[a-z.]+>|\b[A-Z]+-\d{4}-\d{6}-[A-Z0-9]\b|\b(?=[a-z]*\d)[a-z2-9]{10,39}\b")
"""What the desk itself made (ids, references, codes, tokens): it is new each time and says nothing about a mail."""


class RememberingSandbox(Sandbox):
    """The reader without its child: limits are not what is proved with it."""

    def start(self) -> Any:
        """There is no child."""

    def read(self, raw: bytes) -> Incoming | Unreadable:
        return _incoming(raw)

    def enclosed(self, raw: bytes, sha256s: Sequence[str]) -> list[bytes] | Unreadable:
        return _enclosed(raw, tuple(sha256s))

    def close(self) -> None:
        """There is no child."""


class RememberingModel(Model):
    """The classifier, asked once for each text; it is loaded when a text comes that nobody asked before."""

    @property
    def version(self) -> str:
        return _version()

    def read_many(self, mails: Iterable[MailText]) -> list[Verdict]:
        asked = [MailText(_OURS.sub("", mail.subject), _OURS.sub("", mail.reply_text), mail.language) for mail in mails]
        new = list(dict.fromkeys(mail for mail in asked if mail not in VERDICTS))
        if new:
            VERDICTS.update(zip(new, _real().read_many(new), strict=True))
        return [VERDICTS[mail] for mail in asked]


VERDICTS: dict[MailText, Verdict] = {}
"""What this process remembers; one that wants to stay small may take over what another one learned."""


def remembering_model() -> Model:
    """The shipped classifier with its memory."""
    return RememberingModel(None)


@cache
def _real() -> Model:
    return load_model(models_folder())


@cache
def _version() -> str:
    meta = json.loads((models_folder() / "pipeline" / "meta.json").read_text(encoding="utf-8"))
    return str(meta["version"])


@lru_cache(_MOST)
def _incoming(raw: bytes) -> Incoming | Unreadable:
    try:
        return parse(raw)
    except Exception as error:  # noqa: BLE001 -- as the child does: any fault costs the mail a strike
        return Unreadable(f"{type(error).__name__} {where(error)}"[:80])


@lru_cache(_MOST)
def _enclosed(raw: bytes, sha256s: tuple[str, ...]) -> list[bytes] | Unreadable:
    try:
        found = contents_of(raw, [bytes.fromhex(one).hex() for one in dict.fromkeys(sha256s)])
    except LookupError as error:
        return Unreadable(f"{type(error).__name__} {where(error)}"[:80])
    by_digest = dict(zip(dict.fromkeys(sha256s), found, strict=True))
    return [by_digest[one] for one in sha256s]
