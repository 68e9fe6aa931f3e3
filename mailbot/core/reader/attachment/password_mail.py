"""Recognises the second mail of a Japanese custom: an encrypted file first, its password in a mail of its own (PPAP).

Such a mail asks for nothing and belongs to the mail before it. One that asks for a password, promises one, speaks
of the password of an account, or asks for anything else, is none. Only the first `MAX_CHARS` characters are read.
"""

import re
import unicodedata

MAX_CHARS = 4_000

_LONE_CHARS = 300  # a mail no longer than this that gives a password and names no file says nothing else

_PASSWORD = re.compile(
    r"パスワード|パスフレーズ|ぱすわーど|(?:解凍|復号|展開|開封|閲覧|解除)(?:用の?)?(?:パス|キー|コード|鍵)|パス(?=\s*[:=])"
    r"|(?<![a-z0-9])(?:password|passphrase|passwd|passcode|pwd|pw|pass(?=\s*[:=]))(?![a-z0-9])"
)
# That a file is locked says nothing about who sends the key, and when.
_LOCK = re.compile(
    r"パスワード(?:付き?|つき|保護|ロック|(?:を|が)(?:設定|かけ|掛け|かか|付け|付与|必要))"
    r"|password[- ]?protect\w*|protected (?:with|by) a password|(?:requires?|needs?) a password|with a password"
)
_FILE = re.compile(
    r"添付|ファイル|データ|圧縮|解凍|展開|復号|暗号|開封|zip|pdf|エクセル|ワード文書|資料|書類|文書|文面|申請書|請求書|申込書"
    r"|委任状|写し|コピー|画像|写真|契約書|見積|名簿|一覧|フォルダ|先ほど|先程|さっき|先の|先に|さきほど|前の?メール|前便|前メール"
    r"|直前の|一つ前|1つ前|1通目|別(?:メール|便)でお送りし(?:た|まし)|お送りした|送付した|送信した"
    r"|attach|\bfiles?\b|\barchive|\bdocuments?\b|spreadsheet|\bforms?\b|\bscans?\b|\bletter\b|\bcopy\b|\bcopies\b"
    r"|(?:previous|earlier|last|first|other|prior) (?:e-?mail|mail|message)|sent (?:you )?(?:earlier|just now|before|a)"
    r"|just sent|unzip|decrypt|extract|unlock"
)
_GIVES = re.compile(
    r"(?:お送り|送付|送信|お知らせ|ご?連絡|ご?通知|ご?案内|お伝え|お届け|別送|記載)(?:いた|致|申し|さ?せ|し|を|の|です|ます|$)"
    r"|(?:以下|下記|次)(?:の(?:とお|通)り|です|に|を|で|が|と|$|:)|について|の件|は.{1,60}(?:です|となり|になり|でございます)"
    r"|パスワード(?:\s*[】\])]|\s*$)|\bpassword (?:for|to|of|is|below|as follows)\b|here(?:'s| is| are)"
    r"|following password|password following|passphrase (?:for|to|is)|send(?:ing)? (?:you )?the pass"
)
_ACCOUNT = re.compile(
    r"ログイン|ログオン|サインイン|アカウント|会員|マイページ|ポータル|アプリ|サイト|再設定|再発行|リセット|初期化|初期パス|仮パス"
    r"|変更|忘れ|流出|漏え?い|漏洩|盗|不正|乗っ取|ワンタイム|認証|確認コード|有効期限切|登録した|登録時|登録の|登録情報|ユーザー"
    r"|wi-?fi|ルーター|パスワード管理|使い回|同じパスワード|削除|退会|解約|試行|平文|ハッシュ|保存され|秘密の質問"
    r"|log[- ]?(?:in|on|ged)|sign[- ]?in|\baccounts?\b|forg[oe]t|\breset|chang(?:e|ed|ing)|expire|leak"
    r"|breach|stolen|hack"
    r"|verif|one-time|\botp\b|user ?name|user ?id|\bapp\b|web ?site|\bprofile|portal|router|delete|remove|erase"
    r"|password manager|plain ?text|hash|\bstore[ds]?\b|\brecover|compromis|security question|membership|registered"
)
_ASKS = re.compile(
    r"(?:教え|お?送って(?:くだ|下さ|いただ|頂|ほし|欲し|もら)|お送り頂|お送りいただ|ご?送付いただ|ご?送付頂|ご?連絡いただ|ご?連絡頂|お知らせいただ|お知らせ下さ|お知らせくださ"
    r"|ご?教示|ご?送付(?:くだ|下|願|を?お願)|ご?送信(?:くだ|下|願)|お送り(?:くだ|下|願)|ご?連絡(?:くだ|下|願)|再送(?:くだ|下|願|を))"
    r"|届いて(?:い|お)|届きません|受け取って(?:い|お)|いただいて(?:いま|おりま)せ|頂いて(?:いま|おりま)せ|わから|分から|分かりません"
    r"|不明(?:です|で、)|開け(?:ない|ませ|られ)|開き?ませ|違(?:う|い|って)|合いませ|間違|通りませ|使えませ|入力しても"
    r"|必要です|でしょうか|ですか"
    r"|何です|いつ.{0,9}(?:届|いただ|もらえ)|\?"
    r"|what(?:'s| is)|(?:could|can|would|will) you|please (?:send|tell|share|give|provide|resend|let|forward|use a)"
    r"|n[o']t (?:receive|get|got|have|work|open|arrive)|never (?:received|got|arrived)|without (?:the|a) pass"
    r"|(?:i|we) need"
    r"|(?:does|do|did|is|was|has|have)(?:n't| not)|wrong pass|no password|where is|asks? (?:me )?for|asking (?:me )?for"
)
_PROMISES = re.compile(
    r"別途|後ほど|のちほど|後程|追って|改めて|あらためて|別送|後送|別(?:の)?(?:メール|便|手段|経路)(?:に|で|を)"
    r"|お?電話(?:に|で)|口頭で|郵送(?:に|で)"
    r"|ショートメッセージ|\bsms\b|チャットで|までに|ほしい|いただければ"
    r"|(?:will|shall|'ll|going to)\b|separate(?:ly)?\b|follows? (?:in|by|shortly|soon)|to follow|by (?:phone|text|post)"
    r"|over the phone|later\b|shortly|upon request"
)
_WISH = re.compile(
    r"(?:開示|訂正|削除|消去|利用停止|停止|中止|抹消|苦情|退会|解約|配信停止|通知|公表|修正|追加|照会|調査|説明|謝罪|返金)(?:等)?"
    r"(?:を|の|して|し)?.{0,16}(?:請求(?:し|いた|致)|求め|希望(?:し|いた|致)|お願い(?:し|いた|致)|ください|下さい|ほしい|いただけ|いただきた|したい)"
    r"|(?:delete|erase|remove|correct|disclose|access|stop|unsubscribe|copy of|complain\w*|restrict|object)\b.{0,40}"
    r"\b(?:my|our|me|personal|data|information|mailing|marketing)\b"
)
_REPORTS = re.compile(  # that somebody else wrote of a password
    r"という(?:メール|件名|連絡|文面|内容)|との(?:メール|連絡)|と書(?:いて|かれ)|心当たり|身に覚え|誤送信|不審"
    r"|saying|claim|titled|phishing|suspicious|did you (?:really )?send|not for me|someone else"
)
_CHAR = r"[!-~]"
_VALUE = re.compile(
    rf"^(?!.{{0,80}}https?:)[^\n:=]{{0,60}}?(?:{_PASSWORD.pattern})[^\n:=→⇒]{{0,60}}[:=→⇒]\s{{0,4}}[\"'「『【\[(]?{_CHAR}{{3,64}}[\"'」』】\])]?\s{{0,9}}$"
    rf"|(?:{_PASSWORD.pattern})\s?(?:は|is|が)[、,:]?\s?[\"'「『【\[(]{{0,2}}(?=[!-~]{{0,63}}[0-9A-Z#$%&@!_-]){_CHAR}{{3,64}}?[\"'」』】\])]{{0,2}}\s?"
    r"(?:です|になり|となり|で(?:す|ござ)|。|\.|$)"
    rf"|(?:{_PASSWORD.pattern})[^\n]{{0,24}}\n(?:[-=*_\s]{{0,80}}\n)?\s{{0,9}}[\"'「『【\[(]?{_CHAR}{{4,64}}[\"'」』】\])]?\s{{0,9}}(?:\n|$)",
    re.MULTILINE,
)
_LONE_VALUE = re.compile(rf"^\s{{0,9}}(?=[!-~]{{0,63}}[0-9A-Z#$%&@!_-]){_CHAR}{{4,64}}\s{{0,9}}$", re.MULTILINE)
_SENTENCE = re.compile(r"[^。.!?\n]+(?:[.!?](?!\s|$)[^。.!?\n]*)*[。.!?]?")
_REPLY_MARKS = re.compile(r"^(?:(?:re|fwd?|fw|転送|返信)\s?:\s*)+")


def is_password_mail(subject: str, text: str) -> bool:
    """Return whether a mail only brings the password of a file sent before, in Japanese or English.

    `text` are the newest words of the mail, without quotation. False in doubt: such a mail would open a case.
    """
    title = _REPLY_MARKS.sub("", _folded(subject)[:500])
    body = _folded(text)[:MAX_CHARS]
    if not _PASSWORD.search(f"{title}\n{body}"):
        return False
    spoken = [_LOCK.sub("", one) for one in (title, *_SENTENCE.findall(body))]
    about = [one for one in spoken if _PASSWORD.search(one)]
    has_value = bool(_VALUE.search(body)) or bool(_PASSWORD.search(title) and _LONE_VALUE.search(body))
    return not _is_something_else(spoken, about, has_value=has_value) and _gives(body, about, has_value=has_value)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text[: 2 * MAX_CHARS]).replace("\r", "").replace("’", "'").lower()


def _is_something_else(spoken: list[str], about: list[str], *, has_value: bool) -> bool:
    """Return whether a sentence asks for something, is about an account, or only promises a password."""
    others = [one for one in spoken if one not in about]
    return (
        any(_ACCOUNT.search(one) or _ASKS.search(one) for one in about)
        or any(_WISH.search(one) for one in others)
        or any(_REPORTS.search(one) for one in spoken)
        or (not has_value and any(_PROMISES.search(one) for one in about))
    )


def _gives(body: str, about: list[str], *, has_value: bool) -> bool:
    """Return whether a password is given: as a value, or as announced for a file."""
    if has_value:
        return any(_FILE.search(one) for one in about) or bool(_FILE.search(body)) or len(body.strip()) <= _LONE_CHARS
    return any(_FILE.search(one) and _GIVES.search(one) for one in about)
