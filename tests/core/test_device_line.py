"""A line that only says with what a mail was sent is known in every language; what a person says of a phone is not."""

import pytest

from mailbot.core.reader.reply.device_line import is_device_line
from mailbot.core.reader.reply.page import compared

DEVICE_LINES = """
iPhoneから送信
私のiPhoneから送信
ＩＰｈｏｎｅから送信
-- iPhoneから送信 --
iPhoneから送信されました
このメールはiPhoneから送信されました。
Androidから送信
スマートフォンから送信
タブレットから送信しています
Outlook for iOSを入手
iOS版Outlookを入手
Outlook for Android を入手<https://aka.test/AAb9ysg>
Xperia™から送信
Sony Xperia™ スマートフォンから送信
Galaxyから送信
AQUOSから送信
Yahoo!メール アプリから送信
docomoのスマートフォンから送信
auのスマートフォンから送信
ソフトバンクのスマートフォンから送信
Y!mobileのスマートフォンから送信
楽天モバイルから送信
らくらくスマートフォンから送信
Windows 版のメールから送信
Windows 版の<https://go.microsoft.test/x>メール<https://x.test>から送信
Gmail モバイルから送信
Spark で送信
Mailspringから送信
Tutanota で安全にメールを送信しています
Sent from my iPhone
Sent from my Verizon Wireless BlackBerry
Sent from my Xperia™ smartphone
Sent from Mail for Windows
Sent from Yahoo Mail on Android
Sent from [Proton Mail](https://proton.test) for iOS
Sent with Proton Mail secure email.
Sent via the Samsung Galaxy S10, an AT&T 5G smartphone
Sent wirelessly from my BlackBerry.
Sent using Zoho Mail
Get Outlook for iOS<https://aka.test/o0ukef>
via mobile
Please excuse any typos
Von meinem iPhone gesendet
Gesendet mit der WEB.DE Mail App
Diese Nachricht wurde von meinem Android Mobiltelefon mit GMX Mail gesendet.
Envoyé de mon iPhone
Enviado desde mi iPhone
Enviado do meu iPhone
Inviato da iPhone
Verstuurd vanaf mijn iPhone
Skickat från min iPhone
Sendt fra min iPhone
Lähetetty iPhonesta
Wysłane z iPhone'a
Odesláno z iPhonu
Odoslané z iPhonu
Trimis de pe iPhone
Στάλθηκε από το iPhone μου
Отправлено с iPhone
Надіслано з iPhone
iPhone'umdan gönderildi
Gửi từ iPhone của tôi
Dikirim dari iPhone saya
나의 iPhone에서 보냄
发自我的iPhone
從我的 iPhone 傳送
""".strip().split("\n")


@pytest.mark.parametrize("line", DEVICE_LINES)
def test_a_device_line_is_known(line: str) -> None:
    assert is_device_line(compared(line))


@pytest.mark.parametrize(
    "line",
    [
        "iPhoneから送信した写真を消してください。",
        "iPhoneから送信できません",
        "iPhoneから送信しましたが返事がありません",
        "本人確認書類は携帯から送信しました。",
        "先日スマートフォンから送信しました。",
        "お問い合わせフォームから送信しました",
        "メールから送信されたデータの削除",
        "アプリから退会したい",
        "Sent from the heart",
        "Sent from my desk, is much easier than my mobile phone.",
        "I sent it from my phone",
        "Get the app removed from my phone",
        "Enviado por correo el 3 de mayo",
        "Thanks",
        "",
    ],
)
def test_what_a_person_says_is_no_device_line(line: str) -> None:
    assert not is_device_line(compared(line))
