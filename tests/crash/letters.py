"""The mails that strangers write to the desk, no two alike."""

from random import Random

from tests.e2e.desk import mail
from tests.invariants.world import Written, message_id

JAPANESE = (
    ("お願い", "私の個人データを開示してください。"),
    ("住所の変更", "引っ越しました。登録されている住所を訂正してください。"),
    ("退会", "私の個人情報をすべて削除してください。"),
    ("問い合わせ", "誰に私の情報を渡したのか教えてください。"),
)
ENGLISH = (
    ("My data", "Please send me a copy of the personal data you hold about me."),
    ("Address", "I moved. Please correct my address, and stop sending me the magazine."),
    ("Remove me", "Please delete all my personal data."),
)


def write(requester: str, to: str, number: int, random: Random) -> Written:
    """The first mail of a requester, in Japanese or English."""
    subject, text = random.choice(random.choice((JAPANESE, ENGLISH)))
    raw = mail(requester, to, subject, f"{text}\nNo. {number}\n", number)
    return Written(requester, message_id(raw), raw)
