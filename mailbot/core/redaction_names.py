"""Finds names of people: those a text introduces by itself, and those already known wherever they stand again.

A name is known by what stands around it: 「…と申します」, 「氏名:…」, 「…様」, "my name is …", a greeting, a signature.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from mailbot.core.redaction_words import (
    ALSO_WORDS,
    ENGLISH_NO_NAME,
    ENGLISH_NOT_NAMES,
    NAME_LABELS,
    NEVER,
    NO_NAME,
    NO_NAME_ALONE,
    NOT_SELF,
    RELATIONS,
    ROLE_ENDINGS,
    ROLE_WORDS,
)

Span = tuple[int, int]

_HAN = "\u3400-\u9fff\uf900-\ufaff々〆ヶヵ\U00020000-\U0003ffff"
_KATA = "\u30a1-\u30fa\u30fc\u30fb"
_HIRA = "\u3041-\u3096"
_FULL = rf"{_HAN}{_KATA}"
_WORD = rf"(?:[{_FULL}]{{1,10}}|[{_HIRA}]{{2,8}}|[A-Z][A-Za-z'.-]{{0,24}})"
_ONE_NAME = rf"{_WORD}(?:[ ・\t]{{1,2}}{_WORD}){{0,3}}"
_LABELLED = re.compile(
    rf"(?:{NAME_LABELS}) ?(?:\([^()\n]{{0,12}}\))?(?:[ \t]{{0,2}}[:=】\]][ \t]{{0,2}}:?[ \t]{{0,2}}"
    rf"|(?<=[前名ナな])[ \t]{{1,8}}(?={_ONE_NAME}[ \t]*(?:\n|$)))"
    rf"(?P<name>{_ONE_NAME}(?: ?\({_ONE_NAME}\))?)"
    rf"|(?:{NAME_LABELS}) ?(?:は|が|を) ?(?P<said>[{_FULL}]{{2,10}}(?: [{_FULL}]{{1,6}})?(?=です"
    rf"|でござ|と申|といい|と言い|[。\n]|$)"
    rf"|[{_HIRA}]{{2,8}}?(?: [{_HIRA}]{{2,8}}?)?(?=です|でござ|と申))"
)
_SAID = re.compile(r" ?と(?:申します|申す者|申しまして|もうします|いう者|言う者|いいます|言います)")
_HUMBLE = re.compile("申|もうし|者")
_CALLS = re.compile(" ?(?:さん|さま|ちゃん|くん|様)")
_HONORED = re.compile(r" ?(?<![様氏殿君])(?:様|さま|さん|ちゃん|くん|氏(?!名)|殿|君)")
_HONORED_END = re.compile(_HONORED.pattern + "$")
_IS = re.compile(r"(?:です|でございます|でした|より|拝)(?=[。、!?.\n]|$)")
_BEFORE = 24
_BACKWARDS = re.compile(
    rf"(?:[{_FULL}]{{1,10}}|[A-Za-z'.-]{{1,24}}+(?<=[A-Z]))(?:[ ・](?:[{_FULL}]{{1,10}}|[A-Za-z'.-]{{1,24}}+"
    rf"(?<=[A-Z]))){{0,2}}"
)
_SOFT_RUN = re.compile(rf"(?:^|(?<=[^{_HIRA}]))[{_HIRA}]{{2,8}}(?: [{_HIRA}]{{2,5}})?$")
_CALLED = re.compile(rf"(?:^|(?<=[^{_HIRA}])|(?<=[のはがとにをも]))[{_HIRA}]{{2,5}}$")
_SOFT_NO = re.compile(
    r"(?:ばあ|じい|どちら|どなた|げ|よそ|だく|にも|ひいき|つかれ|がた|ません|やめん|のまま|たく"
    r"|みな|みんな|おかあ|おとう|おにい|おねえ|おじい|おばあ|おば|おじ|おく|おこ|おい|あか|たい"
    r"|ない|しい|ほしい|する|した|って|れる|せる|ます|です|とい|れば|から)$"
)
_ROLE = re.compile(rf"(?:お|ご)?(?:{ROLE_WORDS})|.*(?:{ROLE_ENDINGS})")
_LEAD = re.compile(
    "(?:会員|弁護士|代理人|私|母|父|妻|夫|息子|娘|長男|長女|次男|次女|保護者|社員|元社員|担当|本人)(?=.{2})"
)
_NO_NAME = re.compile(rf"{NO_NAME}|^(?:{NO_NAME_ALONE})$")
_NOT_SELF = re.compile(NOT_SELF)
_BEGINS = re.compile(r"(?:^|[。、!?:]|[^。、]の) ?$")
_LAST_LINE = re.compile(
    rf"[ \t]*[-–—~]{{0,2}}[ \t]?(?P<name>[{_FULL}]{{2,12}}(?: [{_FULL}]{{1,10}}){{0,2}}"
    rf"|[{_FULL}]{{1,4}} [{_FULL}{_HIRA}]{{1,5}}"
    rf"|[{_HIRA}]{{2,5}} [{_HIRA}]{{2,5}})(?: ?\([^()\n]{{1,30}}\))?(?:より|拝)?[ \t]*"
)
_CAP = r"(?:[A-Z]\.(?= )|[^\W\d_a-z][\w'-]*)"
_NOT = rf"(?!(?:{ENGLISH_NOT_NAMES})(?![\w-]))"
_TITLED = r"(?:(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Mme|Madame|Herr|Frau)\b\.? )?"
_NAME = rf"{_TITLED}{_NOT}{_CAP}(?: (?:(?:de|del|van|von|der|den|la|le|al|bin|di|da|dos) ){{0,2}}{_NOT}{_CAP}){{0,3}}"
_LOWER = rf"(?!(?:{ENGLISH_NO_NAME})\b)[^\W\d_][\w'-]*(?: (?!(?:{ENGLISH_NO_NAME})\b)[^\W\d_][\w'-]*){{0,2}}"
_ENGLISH = re.compile(
    rf"(?i:\bmy (?:full |first |last |given |family |maiden |real )?name(?:'s| is| was)(?!n't)"
    rf"|\bmy name ?:|\bnames? ?:|\bname \(.{{1,16}}\) ?:) {{0,3}}(?P<told>{_NAME}|(?i:{_LOWER}))"
    rf"|\b(?:[Ii]'?m|[Ii] am|IM|I AM|[Tt]his is|[Hh]ere is|it'?s|[Nn]amed|[Cc]alled|on behalf of"
    rf"|writing for|signed,?) (?P<is>{_NAME})"
    rf"|\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Mme|Madame|Herr|Frau)\b\.? (?P<title>{_NAME})"
    rf"|\b(?:{RELATIONS}),? (?P<kin>{_NAME})"
    rf"|(?m:^)[ \t]*(?:Dear|Hi|Hello|Hey|Good (?:morning|afternoon|evening)),? (?P<dear>{_NAME})(?=[,.!:\n]|$)"
    rf"|\b(?i:thanks|thank you|regards|cheers|sincerely|best|yours|faithfully|truly|wishes|greetings"
    rf"|love)[,.!]? {{0,2}}(?P<bye>{_NAME})[ \t.]*(?=\n|$)"
)
_ENGLISH_LAST = re.compile(
    rf"[ \t]*[-–—~]{{0,2}}[ \t]?(?P<name>{_NAME})(?:,? \([^()\n]{{1,30}}\)|,? (?:aged? ?)?\d{{1,3}})?[ \t.,]*"
)
_CLOSING = re.compile(
    r"[ \t]*(?:thanks|thank you|(?:best|kind|warm|with)? ?(?:kind |best |warm )?(?:regards|wishes)"
    r"|cheers|sincerely|yours\b.{0,20}|respectfully|many thanks|敬具|以上|よろしく.{0,20}|宜しく.{0,20})[ \t,.!。]*",
    re.IGNORECASE,
)
_LOOSE_LAST = re.compile(
    r"[ \t]*(?P<name>[A-Za-z\u00c0-\u024f][\w'-]*\.?(?: [A-Za-z\u00c0-\u024f][\w'-]*\.?){0,3})[ \t.,]*"
)
_LAST_LINES = 3
_SPLIT = re.compile(r"[\s・,/\"'()\[\]<>「」【】@_|]+")
_ALL_LATIN = re.compile(r"[^\W\d_]+(?:['.-][^\W\d_]+)*")
_ALL_KATA, _ALL_HIRA = re.compile(rf"[{_KATA}]+"), re.compile(rf"[{_HIRA}]+")
_ALL_FULL = re.compile(rf"[{_FULL}{_HIRA}]+")
_MOST_NAMES, _MOST_CHARS = 24, 80
_LEAST_LATIN, _LEAST_FULL = 3, 2
_UNSPLIT = {3: (2,), 4: (2,), 5: (2, 3), 6: (3,)}
"""Where a Japanese name written in one may be cut into family name and given name, by its length."""


def introduced(text: str) -> Iterator[Span]:
    """Yield where a text names people by itself."""
    for found in _LABELLED.finditer(text):
        name = found[found.lastgroup or 0]
        if name not in NEVER and not _NO_NAME.search(name) and not _SOFT_NO.search(name):
            yield found.span(found.lastgroup or 0)
    yield from chain(_said(text), _honored(text), _is(text), _last(text))
    for found in _ENGLISH.finditer(text):
        yield found.span(found.lastgroup or 0)


def known(given: Iterable[str], told: Iterable[str]) -> re.Pattern[str] | None:
    """Return what matches known names in any spacing, whole or in part; None where nothing is known."""
    rules: set[str] = set()
    for name in list(dict.fromkeys(given))[:_MOST_NAMES]:
        rules |= _rules_of(name[:_MOST_CHARS], is_given=True)
    for name in list(dict.fromkeys(told))[:_MOST_NAMES]:
        rules |= _rules_of(name[:_MOST_CHARS], is_given=False)
    ordered = sorted(rules, key=lambda rule: (-len(rule), rule))
    return re.compile("|".join(ordered)) if ordered else None


def _rules_of(name: str, *, is_given: bool) -> set[str]:
    parts = [part for part in _SPLIT.split(_HONORED_END.sub("", name)) if part]
    parts = [part for part in parts if part.casefold() not in NEVER]
    whole = "".join(parts)
    rules = {_spaced(parts)} if len(whole) > 1 and whole.casefold() not in NEVER else set()
    for part in parts:
        rules |= set(_rules_of_part(part, is_alone=len(parts) == 1 and is_given))
    return rules


def _rules_of_part(part: str, *, is_alone: bool) -> Iterator[str]:
    if _ALL_LATIN.fullmatch(part) and not _ALL_FULL.search(part):
        if part.casefold() in ALSO_WORDS:
            yield rf"(?<=[a-z,] ){re.escape(part.capitalize())}\b"
        elif len(part) >= _LEAST_LATIN:
            yield rf"(?i:(?<![^\W_]){re.escape(part)}(?![^\W_]))"
    elif _ALL_FULL.fullmatch(part) and len(part) >= _LEAST_FULL and not _NO_NAME.fullmatch(part):
        if _ALL_KATA.fullmatch(part):
            yield rf"(?<![{_KATA}]){re.escape(part)}(?![{_KATA}])"
        elif is_alone or len(part) > _LEAST_FULL or not _ALL_HIRA.fullmatch(part):
            yield "[ ・]?".join(map(re.escape, part))
        for at in _UNSPLIT.get(len(part), ()) if is_alone else ():
            yield from (
                re.escape(half) for half in (part[:at], part[at:]) if len(half) >= _LEAST_FULL and half not in NEVER
            )


def _spaced(parts: list[str]) -> str:
    """Return the pattern of a whole name: between its parts and, in Japanese, its letters any blanks or none."""
    if all(_ALL_FULL.fullmatch(part) for part in parts):
        whole = "".join(parts)
        rule = "[ \t・]{0,3}".join(map(re.escape, whole))
        return rf"(?<![{_KATA}]){rule}(?![{_KATA}])" if _ALL_KATA.fullmatch(whole) else rule
    return rf"(?i:(?<![A-Za-z]){'[ .,・_-]{0,3}'.join(map(re.escape, parts))}(?![A-Za-z]))"


def _before(text: str, end: int) -> tuple[int, str]:
    """Return the words of the line before a place, at most so many letters, and where they begin."""
    words = text[max(0, end - _BEFORE) : end].rpartition("\n")[2]
    return end - len(words), words


def _run_before(text: str, end: int) -> Span | None:
    """Return where the Japanese or capitalised words begin that stand right before a place, None without any."""
    run = _BACKWARDS.match(text[max(0, end - _BEFORE) : end][::-1])
    if not run:
        return None
    start = end - run.end()
    lead = _LEAD.match(text, start, end)
    return (lead.end() if lead else start), end


def _said(text: str) -> Iterator[Span]:
    """Yield the name of 「山田と申します」; 「…といいます」 may follow any words."""
    for found in _SAID.finditer(text):
        begin, words = _before(text, found.start())
        run = _run_before(text, found.start())
        is_humble = _HUMBLE.search(found[0]) is not None
        if (
            run
            and run[1] - run[0] > 1
            and text[slice(*run)] not in NEVER
            and (is_humble or not _NO_NAME.search(text[slice(*run)]))
        ):
            yield run
        elif is_humble and not run and (soft := _SOFT_RUN.search(words)) and not _SOFT_NO.search(soft[0]):
            yield begin + soft.start(), found.start()


def _honored(text: str) -> Iterator[Span]:
    """Yield the name of 「山田様」, 「はなこさん」, not the role of 「担当者様」 or the word 「仕様」."""
    for found in _HONORED.finditer(text):
        run = _run_before(text, found.start())
        if run:
            if not _ROLE.fullmatch(text, *run) and text[slice(*run)] not in NEVER:
                yield run
        elif _CALLS.fullmatch(found[0]):
            begin, words = _before(text, found.start())
            soft = _CALLED.search(words)
            if soft and not _SOFT_NO.search(soft[0]):
                yield begin + soft.start(), found.start()


def _is(text: str) -> Iterator[Span]:
    """Yield the name of 「世田谷の山田です。」, 「山田です。」, 「山田より」."""
    for found in _IS.finditer(text):
        run = _run_before(text, found.start())
        if (
            run
            and run[1] - run[0] > 1
            and _BEGINS.search(_before(text, run[0])[1])
            and not _is_matter(text[slice(*run)])
        ):
            yield run


def _is_matter(word: str) -> bool:
    return _NO_NAME.search(word) is not None or _NOT_SELF.search(word) is not None


def _last(text: str) -> Iterator[Span]:
    """Yield the names that sign a text: its last lines, and what stands under a closing."""
    lines: list[Span] = []
    end = len(text)
    while end > 0 and len(lines) <= _LAST_LINES:
        begin = text.rfind("\n", 0, end) + 1
        if text[begin:end].strip():
            lines.append((begin, end))
        end = begin - 1
    for number, (begin, end) in enumerate(lines[:-1] if len(lines) <= _LAST_LINES else lines[:_LAST_LINES]):
        found = _LAST_LINE.fullmatch(text, begin, end)
        name = found["name"].rpartition(" ")[2] if found else ""
        if found and not _NO_NAME.search(name) and not _ROLE.fullmatch(name):
            yield found.span("name")
            continue
        above = lines[number + 1] if number + 1 < len(lines) else (0, 0)
        is_closed = _CLOSING.fullmatch(text, *above)
        found = (_LOOSE_LAST if is_closed else _ENGLISH_LAST).fullmatch(text, begin, end)
        if found and not _CLOSING.fullmatch(text, begin, end):
            yield found.span("name")
