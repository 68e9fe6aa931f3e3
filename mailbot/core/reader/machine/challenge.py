"""Tells a filter's question whether a sender is real (challenge and response) from a person's mail."""

import re

from mailbot.core.reader.machine.signs import Signs

_HEADER = re.compile(
    r"x-(?:tmda-(?:confirm|fingerprint|challenge)|boxtrapper(?:-[a-z]+)?|asva-challenge|spam-?arrest(?:ed)?(?:-[a-z]+)?"
    r"|ask-(?:info|version|auth)|askversion|qconfirm|challenge-response|mailblocks(?:-[a-z]+)?)"
)
_SENDER = re.compile(
    r"[^@]{0,100}@(?:[a-z0-9-]{1,40}\.)?(?:spamarrest|boxbe|bluebottle|sendio|choicemail)\.[a-z.]{2,10}"
    r"|(?:antispamuol|boxtrapper|tmda|challenge-response|spamblocker-challenge|sender-confirm(?:ation)?)"
    r"(?:[+=._-].{0,99})?@.*",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"\b(?:conf|verify|confirm)#[0-9a-z-]{6}|^please confirm (?:your message|\(conf)|\(verification\)\s*$"
    r"|requires? (?:verification|confirmation)$|spamblocker|suspect e-?mail|antispam uol"
    r"|^\[?(?:sender|e-?mail) (?:verification|confirmation|authorization) (?:required|request|needed)"
    r"|^verify(?:ing)? your (?:message|e-?mail) to |\[(?:cr|challenge)-[0-9a-f]{6}"
    r"|送信者(?:確認|認証)の?(?:お願い|依頼)",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"(?:e-?mail|message).{0,120}(?:(?:being|is) (?:held|quarantined)|not (?:yet )?been delivered"
    r"|will (?:not )?be delivered)"
    r"|(?:click|visit|follow|reply|respond).{0,200}(?:verify|confirm|be delivered|ensure delivery|authenticat|authoriz)"
    r"|click.{0,200}(?:guest|allowed|white) ?list"
    r"|(?:verify|confirm|prove).{0,80}(?:you are (?:a )?(?:human|real|not a)|that you (?:sent|are)"
    r"|your (?:message|e-?mail))|confirma(?:r|ção).{0,80}(?:mensagem|envio)|送信者.{0,20}(?:確認|認証)",
    re.IGNORECASE | re.DOTALL,
)


def is_challenge(signs: Signs) -> bool:
    """Whether a filter asks the sender to prove that they are real before it lets their mail through.

    A header of such a filter is enough; the subject or the address of one needs its sentences too.
    """
    if any(_HEADER.fullmatch(name) for name in signs.names):
        return True
    is_asked = _SUBJECT.search(signs.subject) or _SENDER.fullmatch(signs.address[:200])
    return is_asked is not None and _WORDS.search(signs.opening) is not None
