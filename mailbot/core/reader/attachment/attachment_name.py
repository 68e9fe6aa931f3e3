"""Names of attachments as staff may see and save them: the true ending stays, whatever else is cut."""

import re
import unicodedata

from mailbot.core.reader.headers.file_names import safe_name

# Devices of Windows, which no file may be called, with any ending ("Naming Files, Paths, and Namespaces").
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|$)", re.IGNORECASE)
_HIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_BLANKS = re.compile("[\\s\u115f\u1160\u2800\u3164\uffa0]+")  # what shows as a blank, so that an ending can hide behind
_NOTHING = {"", "application/octet-stream", "text/plain"}
_OFFICE = "application/vnd.openxmlformats-officedocument."
_TYPES = {
    "pdf": ("application/pdf",),
    "doc": ("application/msword",),
    "xls": ("application/vnd.ms-excel",),
    "ppt": ("application/vnd.ms-powerpoint",),
    "docx": (f"{_OFFICE}wordprocessingml.document",),
    "xlsx": (f"{_OFFICE}spreadsheetml.sheet",),
    "pptx": (f"{_OFFICE}presentationml.presentation",),
    "rtf": ("application/rtf", "text/rtf"),
    "msg": ("application/vnd.ms-outlook",),
    "dat": ("application/ms-tnef", "application/vnd.ms-tnef"),
    "eml": ("message/rfc822", "message/global"),
    "ics": ("text/calendar", "application/ics"),
    "vcf": ("text/vcard", "text/x-vcard"),
    "csv": ("text/csv",),
    "html": ("text/html",),
    "xml": ("application/xml", "text/xml"),
    "txt": ("text/plain", "message/delivery-status", "text/rfc822-headers"),
    "zip": ("application/zip", "application/x-zip-compressed"),
    "7z": ("application/x-7z-compressed",),
    "rar": ("application/vnd.rar",),
    "lzh": ("application/x-lzh-compressed",),
    "gz": ("application/gzip",),
    "p7m": ("application/pkcs7-mime", "application/x-pkcs7-mime"),
    "p7s": ("application/pkcs7-signature", "application/x-pkcs7-signature"),
    "asc": ("application/pgp-encrypted", "application/pgp-signature", "application/pgp-keys"),
    "exe": ("application/vnd.microsoft.portable-executable",),
    "jpg": ("image/jpeg", "image/jpg", "image/pjpeg"),
    "png": ("image/png",),
    "gif": ("image/gif",),
    "bmp": ("image/bmp",),
    "tif": ("image/tiff",),
    "webp": ("image/webp",),
    "heic": ("image/heic", "image/heif"),
    "svg": ("image/svg+xml",),
    "mp3": ("audio/mpeg",),
    "m4a": ("audio/mp4",),
    "wav": ("audio/wav",),
    "mp4": ("video/mp4",),
    "mov": ("video/quicktime",),
    "3gp": ("video/3gpp",),
}
_ENDINGS = {kind: ending for ending, kinds in _TYPES.items() for kind in kinds}
_STEMS = {"eml": "message", "dat": "winmail"}


def shown_name(name: str, kind: str, found: str) -> str:
    """Return a name that is safe to show and to save, never empty.

    Only the last component of a path stays, no control or hidden character, one blank for any number of them, at
    most 120 characters with the last ending kept; `evil.pdf.exe` stays what it is. The name of a device gets an
    underscore in front. A file without a name is called by its type: what was `found`, else what the mail says.
    """
    seen = "".join(char for char in name if unicodedata.category(char) not in _HIDDEN_CATEGORIES or char in "\t\n")
    safe = safe_name(_BLANKS.sub(" ", seen))
    safe = safe_name(f"_{safe}") if _DEVICE.match(safe) else safe
    return safe or _name_by_type(kind, found)


def _name_by_type(kind: str, found: str) -> str:
    told = next((one for one in (found, kind) if one not in _NOTHING), "") if kind != "message/rfc822" else kind
    ending = _ENDINGS.get(told) or _ENDINGS.get(kind, "") or _ENDINGS.get(found, "")
    stem = _STEMS.get(ending, "attachment")
    return f"{stem}.{ending}" if ending else stem
