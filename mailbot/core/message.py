"""What the core knows of a message: plain values, made once by the reader and never changed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Language(StrEnum):
    """The languages letters are written in."""

    JA = "ja"
    EN = "en"


class Machine(StrEnum):
    """What kind of machine wrote a mail (RFC 3834 §2, RFC 3464, RFC 2369)."""

    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LIST = "list"
    CHALLENGE_RESPONSE = "challenge_response"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the text: `name` is safe to show, `sha256` is of the decoded bytes.

    `type` is what the mail says, `found_type` what the bytes look like, "" where they say nothing.
    `is_encrypted` says that the bytes can be opened with a password only; nobody ever tries to. `is_inline` marks a
    picture that the HTML of the mail shows (RFC 2392), such as the logo of a signature.
    """

    name: str
    type: str
    size_bytes: int
    sha256: str
    found_type: str = ""
    is_encrypted: bool = False
    is_inline: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """Lines of the text that are not the writer's newest words: their first and last number, from 1, and why.

    `why` is one of `quotation`, `introduction` ("On … wrote:"), `earlier_mail` (all from a header block or
    divider on), `forward`, `signature`, `device_line` ("iPhoneから送信"), `legal_footer`, `carrier_header`.
    """

    first_line: int
    last_line: int
    why: str


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report (RFC 3464): failed addresses, enhanced status such as `5.1.1`, the id of our mail.

    `is_delay` says that nothing has failed yet: the addresses are those the mail system still tries (§2.3.3).
    """

    recipients: tuple[str, ...]
    status: str | None
    original_message_id: str | None
    is_delay: bool = False


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message as read.

    `sender` is the strict address of the single From header and None whenever there is any
    doubt (threats A2); it is the only identity a mail has. `from_address` is only for show.
    `stamped_at` (UTC) is when the mail says it arrived; our server knows better.
    `message_id`, `in_reply_to` and `references` keep their angle brackets and hold only ids that
    match the strict grammar; `shown_id` is the Message-ID as the mail has it, only for show.
    `text` is everything the writer's mail says, `reply_text` the newest words alone (no quotation,
    no signature). `machine` is None for a person's mail.
    `automatic` also counts mail that only a program's address could have sent (no-reply,
    mailer-daemon): it gets no answer. `authentication_results` are the raw header values,
    topmost first; nobody has proved them yet. `spam` is what a filter on the way said.
    `charsets` are the codecs that read the text, `cuts` what `reply_text` leaves out of `text`.
    `individual_numbers` counts the numbers (My Number) that were masked wherever they stood.
    `defects` are short codes of what was wrong with the bytes, never text from the mail.
    `reply_to` is where the mail asks for answers: shown to staff, never followed (threats A3).
    `delivered_to` are the addresses the servers on the way noted (Delivered-To, X-Original-To, Envelope-To): a
    token survives there when a client has changed To.
    """

    sender: str | None = None
    sender_name: str = ""
    from_address: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    stamped_at: datetime | None = None
    message_id: str | None = None
    shown_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    language: Language = Language.JA
    text: str = ""
    reply_text: str = ""
    attachments: tuple[Attachment, ...] = ()
    machine: Machine | None = None
    automatic: bool = False
    bounce: Bounce | None = None
    authentication_results: tuple[str, ...] = ()
    spam: bool = False
    charsets: tuple[str, ...] = ()
    cuts: tuple[Cut, ...] = ()
    individual_numbers: int = 0
    defects: tuple[str, ...] = ()
    delivered_to: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """One right the writer asks for: `kind` is a code of `core.kinds`, `because` the phrases that spoke for it."""

    kind: str
    confidence: float
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is asked, and how sure we are.

    `asked` is empty when nothing was understood. `confidence` (0..1) is of the whole set;
    `is_sure` False means a person decides and the case opens as *unclassified*. `flags` are
    the codes of the desk (`agent`, `lawyer`, ...), `flag_phrases` the words that raised them.
    """

    asked: tuple[Asked, ...] = ()
    confidence: float = 0.0
    is_sure: bool = False
    flags: tuple[str, ...] = ()
    flag_phrases: tuple[str, ...] = ()
