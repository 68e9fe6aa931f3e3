"""Finds the enhanced status code (RFC 3463) in what mail systems say about a failure."""

import re

MAX_CHARS = 20_000

# 5.1.1, but no part of an IP address or of a longer version number
_CODE = r"([45]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.]*[0-9])"
_BARE = re.compile(r"(?<![0-9A-Za-z.])" + _CODE)
_AFTER_REPLY = re.compile(r"(?<![0-9A-Za-z.])([45])[0-9]{2}[- ]{1,2}['\"<(\[#]{0,2}(?=\1)" + _CODE)
_REPLY = re.compile(
    r"(?:(?:said|code|returned|response|error|responded)\W{1,4}|^\W{0,8}|smtp; ?|: )([45])[0-9]{2}(?=[- :,\])]|$)",
    re.IGNORECASE | re.MULTILINE,
)
_UNKNOWN = re.compile(
    r"user unknown|unknown (?:user|recipient|local[- ]part)|no such (?:user|recipient|mailbox|address|person)"
    r"|(?:user|recipient|mailbox|address|account) (?:does not|doesn't|not) (?:exist|found)|does not exist"
    r"|no mailbox here|not listed in|addressee unknown"
    r"|(?:宛先|送信先|アドレス|ユーザ)\S{0,12}(?:見つか|存在し|不明)",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"(?:mailbox|mail ?box|inbox|account|user)\S{0,3} (?:is |has been )?(?:full|over ?quota|over its quota)"
    r"|(?:over|exceed(?:s|ed|ing)?|disk) ?(?:the |its |his |their |disk )?quota|quota exceeded|mailbox full"
    r"|(?:メール)?ボックス\S{0,4}(?:一杯|いっぱい|満杯)|容量\S{0,6}(?:超|オーバー)",
    re.IGNORECASE,
)


def status_in(text: str) -> str | None:
    """Return the status that a text names, such as `5.1.1`; the one behind an SMTP reply code comes first."""
    text = text[:MAX_CHARS]
    if after := _AFTER_REPLY.search(text):
        return after[2]
    bare = _BARE.search(text)
    return bare[1] if bare else None


def derived_status(text: str) -> str | None:
    """Return the status that follows from plain words or from an SMTP reply code (`5.0.0`, `4.0.0`), None for neither.

    Only two reasons are put into words so alike everywhere that they are safe: an unknown user and a full mailbox.
    """
    text = text[:MAX_CHARS]
    if _FULL.search(text):
        return "5.2.2"
    if _UNKNOWN.search(text):
        return "5.1.1"
    reply = _REPLY.search(text)
    return f"{reply[1]}.0.0" if reply else None


def better_status(field: str | None, said: str | None) -> str | None:
    """Return the more telling of a report's Status field and the code in its diagnostic text.

    The text quotes the system that refused; the field is often the reporter's summary, `5.0.0`.
    """
    if not said or (field and said.endswith(".0.0")):
        return field
    return said
