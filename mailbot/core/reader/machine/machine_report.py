"""Tells reports that are no bounce: receipts, complaints about spam, DMARC and TLS figures, what cron has to say."""

import re

from mailbot.core.reader.machine.delivery_status import DELIVERED, groups_of
from mailbot.core.reader.machine.signs import Signs
from mailbot.core.reader.mime.alternatives import any_of

_TYPES = {"message/feedback-report", "message/disposition-notification", "message/tlsrpt", "application/tlsrpt+gzip"}
_KINDS = {"feedback-report", "disposition-notification", "tlsrpt"}
_NAMES = {"x-cron-env", "tls-report-domain"}
_READ = any_of(
    r"read|not read|delivered|relayed|return receipt|read receipt|disposition notification",
    r"gelesen|ungelesen gelöscht|lu|non lu|leído|no leído|letto|conferma di lettura|lida|gelezen|läst|luettu",
    r"przeczytane|прочитано|已读|已讀|읽음",
    r"開封(?:済み?|確認|通知|証明)|既読|未読(?:のまま)?削除|配信(?:済み?|確認|通知|完了)|受信確認|配送済み?",
)
_RECEIPT_SUBJECT = re.compile(rf"\s*[【\[(]?{_READ}\s?(?:[:：\]】)]|$|\()", re.IGNORECASE)
_RECEIPT_WORDS = re.compile(
    any_of(
        r"was (?:read|displayed|opened|deleted without)|has been (?:read|displayed|opened|delivered)|return receipt",
        r"successfully delivered|wurde (?:am .{0,40})?(?:gelesen|angezeigt|geöffnet)|a été (?:lu|affiché|ouvert)",
        r"fue leído|ha sido leído|è stato (?:letto|aperto)",
        r"開封(?:されました|しました|確認|日時|済)|読まれました|表示されました|既読|次の(?:日時|時刻)に",
        r"(?:相手|宛先|受信者).{0,40}(?:届|配信).{0,8}(?:ました|完了)",
    ),
    re.IGNORECASE,
)
_DMARC = re.compile(r"(?:\[[^\]]{0,60}\]\s?)?report[ -]?domain:\s?\S{1,255}\s.{0,80}submitter:", re.IGNORECASE)
_ABUSE_SUBJECT = re.compile(
    r"complaint about (?:a )?message from|e-?mail feedback report|jmrp"
    r"|(?:abuse|spam|feedback loop|fbl|arf) (?:report|complaint)",
    re.IGNORECASE,
)
_ABUSE_WORDS = re.compile(
    r"this is an? (?:e-?mail )?(?:abuse|spam|feedback) report|email abuse report|feedback-type\s?:"
    r"|complain(?:t|ed) about .{0,40}(?:message|mail)|marked .{0,60}as (?:spam|junk)",
    re.IGNORECASE,
)
_CRON_SUBJECT = re.compile(r"cron <[^<>@\s]{1,60}@[^<>\s]{1,100}> |anacron job |logwatch for ", re.IGNORECASE)
_CRON_SENDER = re.compile(r"root|cron|anacron|logwatch|nagios|zabbix|munin|monit|daemon")


def is_report(signs: Signs) -> bool:
    """Whether a mail tells what became of mails or machines, and is no bounce and no answer.

    By its type (RFC 5965, RFC 8098, RFC 8460, and RFC 3464 where every recipient was reached), by a header, or by
    the fixed form of its subject with the words that go with it.
    """
    if signs.root.type == "multipart/report" or signs.names & _NAMES:
        return True
    if _DMARC.match(signs.subject):
        return True
    if _CRON_SUBJECT.match(signs.subject):
        return _CRON_SENDER.fullmatch(signs.local) is not None or "auto-submitted" in signs.names
    for subject, words in ((_RECEIPT_SUBJECT, _RECEIPT_WORDS), (_ABUSE_SUBJECT, _ABUSE_WORDS)):
        if subject.match(signs.subject) and words.search(signs.opening):
            return True
    return False


def is_receipt(signs: Signs) -> bool:
    """Whether a delivery report (RFC 3464) says of every recipient that the mail went through."""
    actions = {group.action for group in groups_of(signs.root)}
    return bool(actions) and actions <= DELIVERED


def is_typed_report(signs: Signs) -> bool:
    """Whether the type of the mail says that it is a complaint, a read receipt or a TLS report.

    Parts of these types in a mail of another type are what a person passes on.
    """
    kind = signs.root.parameters.get("report-type", "").lower()
    is_report = signs.root.type == "multipart/report" and bool(signs.types & _TYPES)
    return is_report or signs.root.type in _TYPES or kind in _KINDS
