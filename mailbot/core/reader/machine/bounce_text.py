"""Reads the failed addresses out of bounces that are written for people.

Every mail system words its report differently, but all put a failed address in few places: alone on a line, first
on a line before the reason, behind a label, at the end of a sentence. The places are tried in the order of their
worth, and the first that holds an address answers.
"""

import re
from collections.abc import Iterator

from mailbot.core.reader.headers.encoded_words import clean

_LOCAL = r"A-Za-z0-9!#$%&'+/=?^_`{}~.-"  # plain ASCII: the words around it may be in any script, with no blank between
_ADDRESS = rf"[{_LOCAL}]{{1,100}}+@[A-Za-z0-9][A-Za-z0-9.-]{{0,199}}"
_BULLET = r"[\s>*|#=~・●○■◆※+\-\"'\[(]{0,60}+"
# taro@mail.test, <taro@mail.test>:, >>> taro@mail.test <taro@mail.test>, "taro@mail.test" <taro@mail.test>
_ALONE = re.compile(
    _BULLET + r"<?(?:smtp:|mailto:)?(" + _ADDRESS + r")>?"
    r"(?:[\"']?\s?[<\[(](?:mailto:)?\1[>\])])?[\"'\])]{0,2}[\s:.,、。]{0,20}+",
    re.IGNORECASE,
)
# the name some clients put before the address that counts: taro <taro@mail.test>: refused
_NAMED = re.compile(
    _BULLET + r"[^<>():\d]{1,80}<(?:smtp:)?(" + _ADDRESS + r")>[\"')]{0,2}\s{0,3}(?::|\.\.\.|\(|\[)", re.IGNORECASE
)
_FIRST = re.compile(
    _BULLET
    + r"(?:smtp:)?<?("
    + _ADDRESS
    + r")>?[\"']{0,2}(?::|<mailto:|\s?\.\.\.|\s{1,9}[(\[-]|;\s|\s{1,3}on\s.{0,40}\d"
    r"|\s.{0,80}?\b(?:error|invalid|unknown|fail(?:ed|ure)|reject|full|quota|over|not |5\d\d|deliver|存在|不明))",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:(?:(?:failed|intended|invalid|undeliverable|bad|final)[- ]?)?(?:recipient|address|addressee)(?:\(s\)|s)?"
    r"(?: address| e-?mail)?|rcpt(?: to)?|addressed to|(?:be|been|was|not|it) delivered to|deliver(?:ed)? message to"
    r"|error-for|userid|unknown user|user mailbox[^:<>]{0,40}|undeliverable +to|attempts"
    r"|empf(?:ä|ae?)nger|destinataires?|destinatari[oa]s?|ontvangers?|получател[а-я]{1,3}"
    r"|(?:宛て?先|送信先|あて先|受信者|配信先|転送先)の?(?:メール)?(?:アドレス)?)"
    r"\W{0,2}?\s{0,3}[:=：]\s{0,3}[<\[\"'「(]{0,2}(?:smtp:)?(" + _ADDRESS + ")",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"\b(?:to|for|recipients?|address(?:ed)?|users?|unknown|mailbox|account|à|a|an|para|für|naar)"
    r"(?: the)?(?: following)?(?: (?:e-?mail )?address| user| recipient| local user)?\W{1,4}(" + _ADDRESS + ")",
    re.IGNORECASE,
)
_JAPANESE = re.compile(rf"(?<![{_LOCAL}])({_ADDRESS})" + r"[>\])」』\s]{0,4}(?:宛|あて|へ|に|は|の|さん|様|を)")
_ANY = re.compile(rf"(?<![{_LOCAL}])({_ADDRESS})")
_ABOUT_OTHERS = re.compile(
    r"\W{0,8}(?:mail from|from|sender|reply-to|return-path|contact|message-?id|in-reply-to|references|差出人|送信者)\b"
    r"|.{0,80}\b(?:mail from:|contact|please (?:reply|write|send|forward|mail)|e-?mail us|message-id:)"
    r"|.{0,40}(?:お?問い?合わせ|ご連絡|ご相談)",
    re.IGNORECASE,
)
_OF_ORIGINAL = re.compile(
    r"[\s>|]{0,12}(?:to|cc|bcc|from|subject|sent|date|message-id|von|an|betreff|de|à|objet)\s?:", re.IGNORECASE
)
_HELP_DESK = re.compile(
    r"(?:post_?master|mailer-daemon|abuse|support|help(?:desk)?|info|admin(?:istrator)?|no-?reply|webmaster)(?:[+.-].*)?",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"not yet (?:been (?:successfully )?delivered|received)|has been delayed|is delayed for|will be retried"
    r"|warning (?:message )?only|only a (?:warning|temporary failure|notification about a delay)|still being retried"
    r"|delivery attempts will continue|will (?:continue|keep) trying|no action is required on your part"
    r"|do(?:es)? not need to re-?send|no need to resend|配信が遅延|配送が遅れ|再送(?:を試み|信を続け|を続け)"
    r"|引き続き(?:配送|配信|送信)",
    re.IGNORECASE,
)


def is_delay(lines: list[str]) -> bool:
    """Whether a report is a warning of a delay: the mail may still arrive, and nothing has failed yet."""
    return _NOT_YET.search("\n".join(lines[:60])) is not None


def clearly_failed(lines: list[str], own: set[str]) -> set[str]:
    """Return the addresses that stand where a report names a failed one, in lower case.

    `own` are those the report was sent to; they and help desks count only where nobody else is named.
    """
    spoken = _spoken(lines)
    found = _at_line_starts(spoken) or {_plain(match) for line in spoken for match in _LABEL.finditer(line)}
    return _without_others(found, own) or found


def perhaps_failed(lines: list[str], own: set[str]) -> set[str]:
    """Return the addresses in the sentences of a report, else any at all, without the reader's and help desks'."""
    spoken = [line for line in _spoken(lines) if not _ABOUT_OTHERS.match(line)]
    for place in (_in_sentence, addresses_in):
        if found := _without_others({address for line in spoken for address in place(line)}, own):
            return found
    return set()


def _spoken(lines: list[str]) -> list[str]:
    """Return the lines with an address that are not header lines of the original mail, told again by the report."""
    return [line for line in lines if "@" in line and not _OF_ORIGINAL.match(line)]


def addresses_in(line: str) -> set[str]:
    """Return every address of a line, in lower case."""
    return {_plain(match) for match in _ANY.finditer(line)}


def _without_others(found: set[str], own: set[str]) -> set[str]:
    return {one for one in found - own if not _HELP_DESK.fullmatch(one.partition("@")[0])}


def _at_line_starts(lines: list[str]) -> set[str]:
    """Return the addresses that begin a line, of the lines least indented: deeper ones hold the reasons."""
    found = [
        (len(line) - len(line.lstrip()), _plain(match))
        for line in lines
        if (match := _NAMED.match(line) or _ALONE.fullmatch(line) or _FIRST.match(line))
        and not _ABOUT_OTHERS.match(line)
    ]
    margin = min((indent for indent, _ in found), default=0)
    return {address for indent, address in found if indent == margin}


def _in_sentence(line: str) -> Iterator[str]:
    for pattern in (_SENTENCE, _JAPANESE):
        yield from map(_plain, pattern.finditer(line))


def _plain(match: re.Match[str]) -> str:
    return clean(match[1]).strip("'`.-").lower()
