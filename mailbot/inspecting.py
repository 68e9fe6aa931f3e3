"""What the bot makes of a mail, for `mailbot inspect`: the same reader, classifier and decisions, changing nothing."""

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailbot.core.kinds import KINDS
from mailbot.core.message import Incoming, Machine, Verdict
from mailbot.core.triage import Circumstances, sort_out
from mailbot.edge.model.load import load_model
from mailbot.edge.sandbox import Sandbox, Unreadable
from mailbot.resources import models_folder


@dataclass(frozen=True, slots=True)
class Seen:
    """A mail as read, what it asks, and in words what the bot would do."""

    incoming: Incoming
    verdict: Verdict
    would: tuple[str, ...]


class Inspector:
    """A reader and a classifier without a configuration: nobody is trusted and nothing is known."""

    def __init__(self, sandbox: Sandbox | None = None) -> None:
        """Start the reader and load the shipped model."""
        self._sandbox = sandbox or Sandbox()
        self._sandbox.start()
        self._model = load_model(models_folder())

    def close(self) -> None:
        """End the reader."""
        self._sandbox.close()

    def look(self, raw: bytes) -> Seen | Unreadable:
        """Return everything read of a mail."""
        incoming = self._sandbox.read(raw)
        if isinstance(incoming, Unreadable):
            return incoming
        verdict = self._model.read(incoming.subject, incoming.reply_text, incoming.language)
        return Seen(incoming, verdict, tuple(_would(incoming, verdict)))

    def stream_line(self, line: str) -> str:
        """Answer one line of `--stream`; a line or a mail that cannot be read answers with its error."""
        one_id: Any = None
        try:
            request = json.loads(line)
            one_id = request.get("id")
            raw = base64.b64decode(request["raw_b64"], validate=True)
        except (ValueError, KeyError, AttributeError, TypeError, binascii.Error) as error:
            return json.dumps({"id": one_id, "error": f'expected {{"id", "raw_b64"}}: {type(error).__name__}'})
        return json.dumps({"id": one_id} | by_name(self.look(raw)), ensure_ascii=True)


def by_name(seen: Seen | Unreadable) -> dict[str, Any]:
    """Return what was read by the names of the interface; `error` alone for a mail that cannot be read."""
    if isinstance(seen, Unreadable):
        return {"error": f"cannot be read: {seen.why}"}
    return _read(seen.incoming) | _asked(seen.verdict) | {"would": list(seen.would)}


def files_of(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield the files named, and every file below the folders named, in order."""
    for path in paths:
        yield from sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]


def _read(incoming: Incoming) -> dict[str, Any]:
    bounce = incoming.bounce
    return {
        "from": incoming.from_address,
        "to": list(incoming.to),
        "cc": list(incoming.cc),
        "subject": incoming.subject,
        "message_id": incoming.shown_id or None,
        "in_reply_to": " ".join(incoming.in_reply_to) or None,
        "references": list(incoming.references),
        "received_at": incoming.stamped_at.isoformat() if incoming.stamped_at else None,
        "language": incoming.language.value,
        "text": incoming.text,
        "reply_text": incoming.reply_text,
        "attachments": [
            {"name": one.name, "type": one.type, "size": one.size_bytes, "sha256": one.sha256}
            | {"found_type": one.found_type or None, "encrypted": one.is_encrypted}
            for one in incoming.attachments
        ],
        "auto": incoming.machine is not Machine.LIST and incoming.automatic,
        "machine": incoming.machine.value if incoming.machine else None,
        "bounce": bounce
        and {
            "recipients": list(bounce.recipients),
            "status": bounce.status,
            "original_message_id": bounce.original_message_id,
            "is_delay": bounce.is_delay,
        },
        "auth": {"dmarc": None, "dkim": None, "spf": None, "from_domain": _domain(incoming)},
        "sender_strict": incoming.sender,
        "charsets": list(incoming.charsets),
        "cuts": [{"first_line": cut.first_line, "last_line": cut.last_line, "why": cut.why} for cut in incoming.cuts],
        "individual_numbers": incoming.individual_numbers,
        "defects": list(incoming.defects),
    }


def _asked(verdict: Verdict) -> dict[str, Any]:
    return {
        "requests": [
            {
                "kind": one.kind,
                "right": KINDS[one.kind].right,
                "confidence": round(one.confidence, 3),
                "because": list(one.because),
            }
            for one in verdict.asked
        ],
        "confidence": round(verdict.confidence, 3),
        "route": "auto" if verdict.is_sure else "person",
        "flags": list(verdict.flags),
    }


def _would(incoming: Incoming, verdict: Verdict) -> Iterator[str]:
    out = sort_out(incoming, verdict, Circumstances())
    if out:
        yield f"settle as {out.disposition} ({out.why}); no answer"
        return
    kinds = [one.kind for one in verdict.asked] if verdict.is_sure else ["unclassified"]
    yield f"open a case: {', '.join(kinds)}"
    yield f"acknowledge to the sender in {'Japanese' if incoming.language == 'ja' else 'English'}"
    yield "put it before the handlers"


def _domain(incoming: Incoming) -> str | None:
    return incoming.sender.rpartition("@")[2] if incoming.sender else None
