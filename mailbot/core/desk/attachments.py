"""Which attachments of a staff mail may leave: the few kinds of threats B7, by their bytes and by their ending.

A file in a password-protected archive cannot be looked into; it may go, and the preview warns of it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailbot.core.message import Attachment

MAX_BYTES = 10 * 1024 * 1024
TYPE, SIZE = "attachment_type", "attachment_size"

_OFFICE = "application/vnd.openxmlformats-officedocument."
_TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "txt": "text/plain",
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "zip": "application/zip",
}
_ONLY_ENCRYPTED = {"zip"}
_ENCRYPTED_OFFICE = "application/x-ole-storage"  # the container of [MS-OFFCRYPTO] 2.3.2
_OFFICE_ENDINGS = {"docx", "xlsx"}
_NO_LABEL = {"", "application/octet-stream", "binary/octet-stream", "application/x-download"}
_ZIP_LABELS = {"application/x-zip-compressed", "application/zip"}
_LABELS = {  # what mail programs also call these kinds
    "pdf": {"application/x-pdf"},
    "jpg": {"image/jpg", "image/pjpeg"},
    "jpeg": {"image/jpg", "image/pjpeg"},
    "png": {"image/x-png"},
    "docx": {"application/msword", *_ZIP_LABELS},
    "xlsx": {"application/vnd.ms-excel", *_ZIP_LABELS},
    "zip": _ZIP_LABELS,
}
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff/\\\\]")
_PDF_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,64}%PDF-\d"
)  # readers look further; what stands before is another file
_ANOTHER_FORM = re.compile(rb"%PDF-\d|<(?:html|script|svg|!doctype)\b", re.IGNORECASE)
_HEAD_AT, _HEAD_BYTES = 8, 1_024
_ARCHIVE_END, _ARCHIVE_LIST = b"PK\x05\x06", b"PK\x01\x02"
_ARCHIVE_TAIL_BYTES = 65_557  # the end record and the longest comment behind it (APPNOTE 4.3.16)
_ZIPPED = {_TYPES["docx"], _TYPES["xlsx"], _TYPES["zip"]}
_TEST_VIRUS = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
_TEST_VIRUS_SHA256 = "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"


@dataclass(frozen=True, slots=True)
class Refused:
    """An attachment that stays, and why: `attachment_type` or `attachment_size`."""

    attachment: Attachment
    code: str


def judged(
    attachments: Sequence[Attachment], contents: Mapping[str, bytes] | None = None
) -> tuple[tuple[Attachment, ...], tuple[Refused, ...]]:
    """Return the attachments that may leave, and those that may not with the reason, both in their order.

    `contents` are the bytes by SHA-256. They show what name and type cannot: a file that is of two kinds at once.
    Ask once without them, to learn which are worth fetching, and once more with them before anything leaves.
    """
    found = [(one, _fault(one, (contents or {}).get(one.sha256))) for one in attachments]
    allowed = tuple(one for one, code in found if not code)
    return allowed, tuple(Refused(one, code) for one, code in found if code)


def type_of(attachment: Attachment) -> str:
    """Return the MIME type an allowed attachment leaves under, whatever the staff's program called it."""
    return _TYPES[_ending(attachment)]


def _ending(one: Attachment) -> str:
    _, dot, ending = one.name.rpartition(".")
    return ending.lower() if dot else ""


def _fault(one: Attachment, data: bytes | None) -> str:
    if one.size_bytes > MAX_BYTES:
        return SIZE
    if not _is_what_it_says(one) or one.sha256 == _TEST_VIRUS_SHA256:
        return TYPE
    return TYPE if data is not None and _is_twofold(type_of(one), data) else ""


def _is_what_it_says(one: Attachment) -> bool:
    """Say whether name, bytes and label agree on one of the few kinds; the label may also say nothing."""
    ending = _ending(one)
    expected = _TYPES.get(ending)
    if expected is None or _HIDDEN.search(one.name) or (ending in _ONLY_ENCRYPTED and not one.is_encrypted):
        return False
    if one.type not in _NO_LABEL | {expected} | _LABELS.get(ending, set()):
        return False
    is_locked_office = one.is_encrypted and ending in _OFFICE_ENDINGS and one.found_type == _ENCRYPTED_OFFICE
    return one.found_type == expected or is_locked_office


def _is_twofold(kind: str, data: bytes) -> bool:
    """Say whether some program would take the bytes for another kind of file, or for a virus."""
    head = data[:_HEAD_BYTES]
    if kind == _TYPES["pdf"] and not _PDF_START.match(data):
        return True
    if kind not in _ZIPPED and _is_archive(data):
        return True
    return _TEST_VIRUS in head if kind == _TYPES["txt"] else _ANOTHER_FORM.search(head, _HEAD_AT) is not None


def _is_archive(data: bytes) -> bool:
    """Say whether a ZIP program would open the file, whatever stands in front of the archive."""
    end = data.rfind(_ARCHIVE_END, max(0, len(data) - _ARCHIVE_TAIL_BYTES))
    size = int.from_bytes(data[end + 12 : end + 16], "little")
    return 0 <= size <= end and data.startswith(_ARCHIVE_LIST, end - size)
