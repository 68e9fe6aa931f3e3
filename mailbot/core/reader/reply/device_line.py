"""Knows the lines that phones and mail programs put under a mail: "Sent from my iPhone", 「iPhoneから送信」."""

import re

from mailbot.core.reader.reply.ending_words import DEVICES, JAPANESE_DEVICES, SENT_WITH
from mailbot.core.reader.reply.page import unlinked

_MIN_CHARS, _MAX_CHARS, _MAX_LINK_CHARS = 5, 160, 500
_EDGES = " \t*_-~|.。!…・\"'“”「」『』()[]【】<>《》≪≫#:;,"
_DEVICE = rf"(?<![a-z])(?:{DEVICES})(?:tm)?(?![a-z])"
_SENT_WITH = re.compile(SENT_WITH.replace("{device}", _DEVICE), re.IGNORECASE)
# No particle before the device: 「書類は携帯から送信しました」 is said by a person.
_THIS = "(?:(?:このメール|本メール|このメッセージ)は、?)?(?:私の|わたしの)?"
_WORDS = "[^。、!?はをがもへに]"
_JAPANESE = re.compile(
    rf"{_THIS}{_WORDS}{{0,30}}?(?:{_DEVICE}|{JAPANESE_DEVICES}){_WORDS}{{0,25}}"
    r"(?:から|より|にて|で) ?(?:送信|返信|投稿)(?:されました|されています|しています|してい?ます)?"
    rf"|{_THIS}{_WORDS}{{0,12}}{_DEVICE}{_WORDS}{{0,25}}(?:から|より) ?送信(?:しました|いたしました|致しました)"
    rf"|{_DEVICE}(?:メール)? ?[-:|~].{{0,30}}(?:使おう|便利|無料|ダウンロード).{{0,10}}"
    r"|[a-z][\w .+-]{1,30} ?(?:で|を使って|から)、?(?:安全に|暗号化して)?(?:メールを?)?送信"
    r"(?:しています|しました|されました)"
    r"|(?:私の)?[a-z][\w .+-]{1,30} ?(?:から|より|で) ?送信"
    r"|.{0,20}outlook.{0,20} ?を(?:入手|取得|ダウンロード)(?:する|してください)?"
    rf"|(?:sent from|get) .{{0,40}}(?:から送信|を入手)",
    re.IGNORECASE,
)


def is_device_line(plain: str) -> bool:
    """Whether a line, as compared, says nothing but with what device or program the mail was sent."""
    if not _MIN_CHARS < len(plain) < _MAX_CHARS + _MAX_LINK_CHARS:
        return False
    words = unlinked(plain).strip(_EDGES)
    return len(words) < _MAX_CHARS and bool(_SENT_WITH.fullmatch(words) or _JAPANESE.fullmatch(words))
