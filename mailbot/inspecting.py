"""What the bot makes of a mail, for `mailbot inspect`: the same reader, classifier and decisions, changing nothing."""

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailbot.core.kinds import KINDS
from mailbot.core.message import Incoming, Verdict
from mailbot.core.parse import parse
from mailbot.core.triage import Circumstances, sort_out
from mailbot.edge.model import Model, load_model
from mailbot.resources import models_folder


@dataclass(frozen=True, slots=True)
class Inspector:
    """A reader and a classifier without a configuration: nobody is trusted and nothing is known."""

    model: Model

    @classmethod
    def make(cls) -> "Inspector":
        """Load the shipped model."""
        return cls(load_model(models_folder()))

    def look(self, raw: bytes) -> dict[str, Any]:
        """Return everything read of a mail, by the names of the interface."""
        incoming = parse(raw)
        verdict = self.model.read(incoming.subject, incoming.reply_text, incoming.language)
        return _read(incoming) | _asked(verdict) | {"would": list(_would(incoming, verdict))}

    def stream_line(self, line: str) -> str:
        """Answer one line of `--stream`; a line that cannot be read answers with its error."""
        one_id: Any = None
        try:
            request = json.loads(line)
            one_id = request.get("id")
            raw = base64.b64decode(request["raw_b64"], validate=True)
        except (ValueError, KeyError, AttributeError, TypeError, binascii.Error) as error:
            return json.dumps({"id": one_id, "error": f'expected {{"id", "raw_b64"}}: {type(error).__name__}'})
        return json.dumps({"id": one_id} | self.look(raw), ensure_ascii=True)

    def shown(self, raw: bytes, name: str, *, as_json: bool) -> str:
        """Return one mail as JSON or as lines for a person."""
        found = self.look(raw)
        return json.dumps({"file": name} | found, ensure_ascii=False, indent=2) if as_json else _lines(name, found)


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
        "message_id": incoming.message_id,
        "in_reply_to": " ".join(incoming.in_reply_to) or None,
        "references": list(incoming.references),
        "received_at": None,
        "language": incoming.language.value,
        "text": incoming.text,
        "reply_text": incoming.reply_text,
        "attachments": [
            {"name": one.name, "type": one.type, "size": one.size_bytes, "sha256": one.sha256}
            for one in incoming.attachments
        ],
        "auto": incoming.machine is not None or incoming.automatic,
        "machine": incoming.machine.value if incoming.machine else None,
        "bounce": bounce
        and {
            "recipients": list(bounce.recipients),
            "status": bounce.status,
            "original_message_id": bounce.original_message_id,
        },
        "auth": {"dmarc": None, "dkim": None, "spf": None, "from_domain": _domain(incoming)},
        "sender_strict": incoming.sender,
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


def _lines(name: str, found: dict[str, Any]) -> str:
    """Return a readable view; control characters were already taken out by the reader."""
    asked = [f"  {one['kind']} {one['confidence']:.2f}  " + " / ".join(one["because"]) for one in found["requests"]]
    files = [f"  {one['name']} ({one['type']}, {one['size']} bytes)" for one in found["attachments"]]
    quoted = len(found["text"]) - len(found["reply_text"])
    lines = [
        name,
        f"from: {found['from']}   strict sender: {found['sender_strict'] or 'none'}",
        f"subject: {found['subject']}",
        f"language: {found['language']}   machine: {found['machine'] or 'no'}",
        f"defects: {', '.join(found['defects']) or 'none'}",
        f"asks (confidence {found['confidence']:.2f}, route {found['route']}):",
        *(asked or ["  nothing that was understood"]),
        f"flags: {', '.join(found['flags']) or 'none'}",
        *(["attachments:", *files] if files else []),
        f"newest words ({quoted} characters of quotation and signature left out):",
        *(f"  {line}" for line in found["reply_text"].splitlines()),
        "would:",
        *(f"  {effect}" for effect in found["would"]),
    ]
    return "\n".join(lines) + "\n"
