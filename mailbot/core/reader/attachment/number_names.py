"""Finds the words that say what a number is: the individual number (My Number), or something else."""

import re
from bisect import bisect_left, bisect_right

_LINES_BEFORE, _LINES_AFTER = 2, 1
_MAX_CHARS = 400  # how far "the same line" reaches, where a text has no lines
_LABEL_CHARS = 24  # how far in front of a number its name may end
_REMARK_CHARS = 8  # how far behind it a remark may begin that names it
_FULL_WIDTH = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x3000: 0x20}

_INDIVIDUAL = re.compile(
    r"マイナ(?![ーｰスビルリチ])|ﾏｲﾅ(?![ｰｽﾋﾙﾘﾁ])|まいなんばー|個人番号|共通番号|通知カード|通知ｶｰﾄﾞ"
    r"|(?<![a-z])my[\s_-]{0,2}(?:number|no\b|nr\b)|individual[\s_-]{0,2}(?:id\w{0,12}\s)?(?:number|no\b)"
    r"|personal (?:identification |id )?number|social security and tax number",
    re.IGNORECASE,
)
_THING = (
    "伝票|追跡|トラッキング|問い?合わ?せ|送り状|配送|配達|出荷|発送|荷物|宅配|注文|オーダー|受注|発注|受付|受け付け|予約|申込|申し込み"
    "|会員|顧客|お客さ?ま|お客様|契約|請求書?|見積書?|領収書?|取引|決済|承認|口座|カード|電話|携帯|fax|ファックス|型番|品番|商品|製品"
    "|製造|管理|整理|照会|案件|チケット|シリアル|保証書?|登録|免許証?|被保険者|保険証?|基礎年金|年金|法人|事業者|証券|ポイント|端末"
    "|バーコード|メーター|供給地点特定|社員|学籍"
)
_ENGLISH_THING = (
    "order|tracking|invoice|shipment|shipping|parcel|waybill|consignment|reference|ref|case|ticket|customer|client"
    "|member(?:ship)?|account|receipt|transaction|booking|reservation|serial|model|product|item|contract|policy|card"
    "|phone|telephone|fax|licen[cs]e|registration|confirmation|delivery|imei|isbn|jan|ean|upc|tel|mobile"
)
_OTHER = re.compile(
    rf"(?:{_THING})の?\s{{0,2}}(?:番号|ナンバー|№|コード|no\b\.?|id\b|#|[:=])"
    rf"|(?<![a-z])(?:{_ENGLISH_THING})\s{{0,2}}(?:numbers?|no\b\.?|num\b|id\b|code|nr\b\.?|#|[:=]|(?=\d))"
    r"|ヤマト|佐川|クロネコ|宅急便|ゆうパック|日本郵便|西濃|福山通運|バーコード|(?:電話|tel|fax|携帯)\s{0,2}(?=[\d(+])",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_OWN_NUMBER = re.compile(r"[\s:=#、はが]{0,4}\d")
_LINE = re.compile(r"[^\n]*\S[^\n]*")


class NumberNames:
    """Where in a text numbers are named; made once for a text, asked for each number in it by its offsets."""

    def __init__(self, text: str) -> None:
        folded = text.translate(_FULL_WIDTH)
        self._text = folded
        self._lines = [line.start() for line in _LINE.finditer(text)]
        self._end = len(text)
        self._individual = [word.start() for word in _INDIVIDUAL.finditer(folded)]
        spans = [word.span() for word in _OTHER.finditer(folded)]
        self._other_starts = [start for start, _ in spans]
        self._other_ends = [end for _, end in spans]

    def is_individual_near(self, start: int, end: int) -> bool:
        """Return whether words for the individual number stand on the line, the two before it or the one behind it.

        Empty lines do not count as lines.
        """
        line = bisect_right(self._lines, start) - 1
        first = self._lines[max(line - _LINES_BEFORE, 0)] if line >= 0 else 0
        behind = line + _LINES_AFTER + 1
        last = self._lines[behind] if behind < len(self._lines) else self._end
        first, last = max(first, start - _MAX_CHARS), min(last, end + _MAX_CHARS)
        return bisect_left(self._individual, first) < bisect_left(self._individual, last)

    def is_named_otherwise(self, start: int, end: int) -> bool:
        """Return whether another name ends before the number or begins behind it, and belongs to no number between."""
        before = bisect_right(self._other_ends, start) - 1
        behind = bisect_left(self._other_starts, end)
        return (before >= 0 and self._is_name_of(self._other_ends[before], start)) or (
            behind < len(self._other_starts) and self._is_remark(behind, end)
        )

    def _is_name_of(self, name_end: int, start: int) -> bool:
        return start - name_end <= _LABEL_CHARS and not _DIGIT.search(self._text, name_end, start)

    def _is_remark(self, number: int, end: int) -> bool:
        is_close = self._other_starts[number] - end <= _REMARK_CHARS
        return is_close and not _OWN_NUMBER.match(self._text, self._other_ends[number])
