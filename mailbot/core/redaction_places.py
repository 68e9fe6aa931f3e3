"""Finds post addresses, Japanese and English, as well as simple rules can; no address goes past the end of its line.

A Japanese one is found by its block number (3-99-2, 三丁目5番) and what stands before it, or by its prefecture; an
English one by number, capitalised words and the kind of street, by a postcode, or by the line of a form.
"""

import re
from collections.abc import Iterator

Span = tuple[int, int]

_HAN = "\u3400-\u9fff\uf900-\ufaff々〆ヶヵ\U00020000-\U0003ffff"
_KATA = "\u30a1-\u30fa\u30fc\u30fb"
_DASH = r"\-‐‑‒–—―−ー─"
_PREFECTURE = (
    "北海道|東京都|京都府|大阪府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉"
    "|神奈川|新潟|富山|石川|福井|山梨|長野|岐阜|静岡|愛知|三重"
    "|滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|沖縄)県"
)
_D = r"[\d〇一二三四五六七八九十]"
_POSTCODE = rf"〒 ?\d{{3}} ?[{_DASH}]? ?\d{{4}}|(?<![\d{_DASH}])\d{{3}}[{_DASH}]\d{{4}}(?![\d{_DASH}])"
_MUNICIPALITY = r"(?:[^\s、。,.:;()「」〈〉市区町村郡をにはへ\d\ue000-\ue004]{0,7}[市区町村郡]{1,2})"
_TOWN = (
    rf"(?:{_PREFECTURE}) ?{_MUNICIPALITY}"
    rf"(?: ?[^\s、。,.:;()「」市区町村郡をにはへのがでもと\d\ue000-\ue004]{{0,7}}[市区町村郡]{{1,2}}){{0,3}}+"
    rf"[{_HAN}{_KATA}]{{0,10}}"
)
_JAPANESE = re.compile(rf"{_POSTCODE}|{_TOWN}")
_BLOCK = re.compile(
    rf"{_D}{{1,5}}(?:丁目|番地|番(?={_D})|号|(?:[{_DASH}の](?={_D}))) ?(?:{_D}{{1,5}}(?:丁目"
    rf"|番地|番|号室|号|(?:[{_DASH}の](?={_D})))?){{0,5}}"
)
_JOINTS = re.compile(rf"丁目|番地|番|号|[{_DASH}の]")
_STRONG = re.compile("丁目|番地")
_BEFORE = 36
_MUNICIPAL_START = re.compile(
    rf"(?:(?:{_PREFECTURE}) ?)?(?:さいたま|つくば|いわき|うるま|むつ|みどり|えびの|あきる野|つくばみらい"
    rf"|ひたちなか|かすみがうら|あま|たつの|さくら|[{_HAN}{_KATA}]{{1,6}})[市区町村郡][^\s、。:;"
    rf"()「」\d]{{0,16}} ?$"
)
_AREA_START = re.compile(rf"[{_HAN}{_KATA}]{{1,8}}$")
_HOUSES = "マンション|ハイツ|コーポ|ビル|パレス|アパート|団地|メゾン|レジデンス|タワー|ハウス|荘|寮|館|棟"
_ROOM = r"\d{1,4}(?:号室|号|室|階|F\b)"
_HOUSE = re.compile(
    rf" ?[{_KATA}A-Z][{_KATA}{_HAN}A-Za-z]{{0,20}} ?\d{{1,4}}(?:号室|号|室|階|F\b)?| ?[{_HAN}{_KATA}]{{0,10}}"
    rf"(?:{_HOUSES})(?:[^\s、。\d]{{0,8}}{_ROOM}|\d{{1,4}})?"
    rf"| ?{_ROOM}"
)
_LONE_ROOM = re.compile(
    rf"(?:[{_KATA}{_HAN}A-Z]{{1,16}} ?)?\d{{1,4}}号室|(?:{_HOUSES})[^\s、。「」にはをが\d]{{0,12}}\d{{1,4}}"
    rf"(?:号室|号|室)?"
)
_FORM = re.compile(
    r"^[\s・*■●◆○□【\[-]{0,6}(?:ご|現|新|旧|お)?(?:現|新|旧)?(?:住所|所在地|送付先|届け先|お届け先)"
    r"[^\n:]{0,8}[:】\]] ?:?"
    r"([^\n]{1,120})",
    re.MULTILINE,
)
_FORM_VALUE = re.compile(r"\d|[都道府県市区町村郡]")

_STREET = (
    r"Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Square|Sq|Terrace|Ter|Close|Crescent|Cres"
    r"|Place|Pl|Parkway|Pkwy|Highway|Hwy|Way|Gardens|Grove|Mews|Row|Walk|Hill|Rise|Quay|Circle|Cir|Trail"
)
_UNIT = r"(?:(?:Flat|Apt|Apartment|Unit|Suite|Ste|Room|Rm|Floor|No)\.? ?#?[A-Za-z]?\d{0,4}[A-Za-z]?|#\d{1,4})"
_UK = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"
_CITY = (
    rf"(?:,? (?:{_UNIT})\b)?(?:, [A-Z][^\W\d_]{{1,24}}\b(?:[ '-][A-Z][^\W\d_]{{1,24}}\b(?! ?\d)){{0,2}}){{0,3}}"
    rf"(?:,? (?:{_UK}|(?:[A-Z]{{2,3}} )?\d{{4,5}}(?:-\d{{4}})?)\b)?"
)
_ENGLISH = re.compile(
    rf"(?:\b{_UNIT},? )?(?<!\d)\d{{1,5}}[A-Za-z]?(?:-\d{{1,5}})?,? (?:[A-Z][\w'.-]{{0,24}},? ){{1,4}}"
    rf"(?i:{_STREET})\b\.?{_CITY}"
    rf"|(?<!\d)\d{{1,5}}[a-z]? (?:[a-z'-]{{2,20}} ){{1,2}}(?:street|avenue|road|lane|drive|boulevard|crescent)\b"
    rf"|(?<![\d-])\d{{1,4}}(?:-\d{{1,4}}){{1,3}},? [A-Z][a-z]{{1,24}}(?:(?:,? )[A-Z][A-Za-z-]{{1,24}}){{0,4}}"
    rf"(?:,? \d{{3}}-\d{{4}})?"
    rf"|\b[A-Z][a-z]{{1,20}}-(?:ku|shi|cho|machi|gun|ken|mura|chome)\b(?:,? (?:Tokyo|Osaka|Kyoto|Japan)\b)?"
    rf"|\b{_UK}\b|\b[Pp]\.? ?[Oo]\.? ?[Bb]ox \d{{1,6}}"
    rf"|\b(?:Flat|Apt|Apartment|Unit|Suite|Room)\.? #?[A-Z]?\d{{1,4}}[A-Z]?\b",
)
_ENGLISH_FORM = re.compile(
    r"^[\s*•-]{0,6}(?:(?:my|home|postal|mailing|street|old|new|current|previous|billing|delivery"
    r"|registered) ){0,3}address ?: ?([^\n]{1,160})",
    re.MULTILINE | re.IGNORECASE,
)


def places(text: str) -> Iterator[Span]:
    """Yield where post addresses stand in a text as `redaction.plain` returns it; the places may overlap."""
    yield from _blocks(text)
    for pattern in (_JAPANESE, _LONE_ROOM, _ENGLISH):
        yield from (found.span() for found in pattern.finditer(text))
    for found in _FORM.finditer(text):
        if _FORM_VALUE.search(found[1]):
            yield found.start(1), found.start(1) + len(found[1].partition("。")[0])
    yield from (found.span(1) for found in _ENGLISH_FORM.finditer(text) if any(map(str.isdigit, found[1])))


def _blocks(text: str) -> Iterator[Span]:
    """Yield Japanese addresses with a block number, from the municipality or the quarter before it to the room."""
    done = 0
    for block in _BLOCK.finditer(text):
        if block.start() < done:
            continue
        joints = len(_JOINTS.findall(block[0]))
        before = text[max(done, block.start() - _BEFORE) : block.start()].rpartition("\n")[2]
        start = _MUNICIPAL_START.search(before)
        if not start:
            if joints <= 1 and not _STRONG.search(block[0]):
                continue
            start = _AREA_START.search(before)
        house = _HOUSE.match(text, block.end())
        done = house.end() if house else block.end()
        yield block.start() - (len(before) - start.start() if start else 0), done
