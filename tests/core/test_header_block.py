"""Dividers and header blocks above an earlier mail are known in every language, and lists in a letter are none."""

import pytest

from mailbot.core.reader.reply.header_block import heading_at
from mailbot.core.reader.reply.page import Page
from mailbot.core.reader.reply.reply import newest

# One a line; "|" is a line break.
BLOCKS = """
From: Desk <d@c.test>|Sent: Wednesday, May 1, 2024 10:00 AM|To: Taro <t@e.test>|Cc: X|Subject: Re: data
*From:* Desk <d@c.test>|*Sent:* Wednesday, May 1, 2024 10:00 AM|*To:* Taro|*Subject:* Re: data
From: Desk [mailto:d@c.test] |Sent: Wednesday, May 1, 2024 10:00 AM|To: Taro|Subject: Re: data
From: Desk <d@c.test>|Date: Wednesday, 1 May 2024 at 10:00|To: Taro <t@e.test>|Subject: Re: data
From: Desk <d@c.test>|Subject: Re: data|Date: May 1, 2024 at 10:00:00 JST|To: Taro <t@e.test>
Von: Desk <d@c.test>|Gesendet: Mittwoch, 1. Mai 2024 10:00|An: Taro|Betreff: AW: Daten
*Von:* Desk <d@c.test> |*Gesendet:* Mittwoch, 1. Mai 2024 10:00|*An:* Taro|*Betreff:* AW: Daten
Von: Desk <d@c.test>|Datum: Mittwoch, 1. Mai 2024 um 10:00|An: Taro|Betreff: AW: Daten
De : Desk <d@c.test>|Envoyé : mercredi 1 mai 2024 10:00|À : Taro|Objet : RE: données
De: Desk <d@c.test>|Enviado el: miércoles, 1 de mayo de 2024 10:00|Para: Taro|Asunto: RE: datos
De: Desk <d@c.test>|Enviada em: quarta-feira, 1 de maio de 2024 10:00|Para: Taro|Assunto: RES: dados
Da: Desk <d@c.test>|Inviato: mercoledì 1 maggio 2024 10:00|A: Taro|Oggetto: R: dati
Van: Desk <d@c.test>|Verzonden: woensdag 1 mei 2024 10:00|Aan: Taro|Onderwerp: RE: gegevens
Från: Desk <d@c.test>|Skickat: den 1 maj 2024 10:00|Till: Taro|Ämne: SV: uppgifter
Fra: Desk <d@c.test>|Sendt: 1. maj 2024 10:00|Til: Taro|Emne: SV: data
Lähettäjä: Desk <d@c.test>|Lähetetty: keskiviikko 1. toukokuuta 2024 10.00|Vastaanottaja: Taro|Aihe: VS: tiedot
Od: Desk <d@c.test>|Wysłano: środa, 1 maja 2024 10:00|Do: Taro|Temat: Odp: dane
Od: Desk <d@c.test>|Odesláno: středa 1. května 2024 10:00|Komu: Taro|Předmět: RE: údaje
Od: Desk <d@c.test>|Odoslané: streda 1. mája 2024 10:00|Komu: Taro|Predmet: RE: údaje
Feladó: Desk <d@c.test>|Elküldve: 2024. május 1., szerda 10:00|Címzett: Taro|Tárgy: RE: adatok
Kimden: Desk <d@c.test>|Gönderildi: 1 Mayıs 2024 Çarşamba 10:00|Kime: Taro|Konu: YNT: veriler
От: Desk <d@c.test>|Отправлено: 1 мая 2024 г. 10:00|Кому: Taro|Тема: RE: данные
Від: Desk <d@c.test>|Надіслано: 1 травня 2024 р. 10:00|Кому: Taro|Тема: RE: дані
De la: Desk <d@c.test>|Trimis: miercuri, 1 mai 2024 10:00|Către: Taro|Subiect: RE: date
Από: Desk <d@c.test>|Στάλθηκε: Τετάρτη, 1 Μαΐου 2024 10:00|Προς: Taro|Θέμα: RE: δεδομένα
发件人: Desk <d@c.test>|发送时间: 2024年5月1日 10:00|收件人: Taro|主题: 回复: 数据
发件人：Desk <d@c.test>|日期：2024年5月1日 10:00|收件人：Taro|主题：回复
寄件者: Desk <d@c.test>|寄件日期: 2024年5月1日 10:00|收件者: Taro|主旨: RE: 資料
보낸 사람: Desk <d@c.test>|보낸 날짜: 2024년 5월 1일 수요일 오전 10:00|받는 사람: Taro|제목: RE: 자료
Từ: Desk <d@c.test>|Đã gửi: Thứ Tư, 1 Tháng Năm 2024 10:00|Tới: Taro|Chủ đề: RE: dữ liệu
Dari: Desk <d@c.test>|Dikirim: Rabu, 01 Mei 2024 10:00|Kepada: Taro|Subjek: RE: data
จาก: Desk <d@c.test>|ส่ง: วันพุธที่ 1 พฤษภาคม 2567 10:00|ถึง: Taro|เรื่อง: RE: ข้อมูล
מאת: Desk <d@c.test>|נשלח: יום רביעי 1 מאי 2024 10:00|אל: Taro|נושא: RE: נתונים
من: Desk <d@c.test>|تاريخ الإرسال: 1 مايو, 2024 10:00|إلى: Taro|الموضوع: RE: بيانات
差出人: 窓口 <d@c.test>|送信日時: 2024年5月1日 10:00|宛先: 太郎|件名: RE: 開示
差出人： 窓口 ＜d@c.test＞|送信日時： ２０２４年５月１日 １０：００|宛先： 太郎|ＣＣ： 次郎|件名： 開示
差出人: 窓口|送信日時: 2024年5月1日 10:00|宛先: 太郎|件名: RE: 開示
差出人: 窓口 <d@c.test>|日付: 2024年5月1日 水曜日 10:00|宛先: 太郎 <t@e.test>|件名: Re: 開示
送信元: 窓口 <d@c.test>|送信日時: 2024年5月1日 10:00|受信者: 太郎|題名: Re: 開示
差出人 : 窓口 <d@c.test>|宛　先 : 太郎|日　時 : 2024/05/01 10:00|件　名 : Re: 開示
差出人: 窓口 <d@c.test> 送信日時: 2024年5月1日 10:00 宛先: 太郎 件名: RE: 開示
From: 窓口 <d@c.test>|Sent: 2024. 5. 1.(水) 10:00:00|To: 太郎|Subject: Re: 開示
From: 窓口 <d@c.test>|Sent: 2024年5月1日 10:00|To: 太郎|Subject: Re: 開示
From:	Desk/JP/ACME|To:	Taro@e.test|Date:	2024/05/01 10:00|Subject:	Re: x
From: Desk <d@c.test>|To: Taro <t@e.test>;| Jiro <j@e.test>|Sent: Wed, May 1, 2024|Subject: a long| subject
  From: Desk <d@c.test>|  Sent: Wednesday, May 1, 2024 10:00 AM|  To: Taro|  Subject: Re: data
From: Desk <d@c.test> Sent: Wednesday, May 1, 2024 10:00 AM To: Taro Subject: Re: data
Subject: Re: data|From: Desk <d@c.test>|Date: Wed, May 1, 2024 10:00 am|To: t@e.test
Date: Wed, 1 May 2024 10:00:00 +0000|From: d@c.test|To: t@e.test|Subject: Re: data
**From:** Desk <d@c.test>|**Sent:** Wednesday, May 1, 2024 10:00 AM|**To:** Taro|**Subject:** Re: data
From: Desk <d@c.test>||Sent: Wednesday, May 1, 2024 10:00 AM||To: Taro||Subject: Re: data
差出人: 窓口 <d@c.test>||送信日時: 2024年5月1日 10:00||宛先: 太郎||件名: RE: 開示
""".strip().split("\n")
DIVIDERS = """
-----Original Message-----
--- Reply above this line ---
##- Please type your reply above this line -##
＝＝ この線より上にご返信ください ＝＝
----- Original Message -----
---------- Original Message ----------
-------- Original Message --------
===== Original Message =====
--- Original message ---
------- Original Message -------
‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐
-----Ursprüngliche Nachricht-----
----- Ursprüngliche Mail -----
-------- Originalnachricht --------
-----Message d'origine-----
-------- Message original --------
-----Mensaje original-----
-----Mensagem original-----
-----Messaggio originale-----
-----Oorspronkelijk bericht-----
-----Ursprungligt meddelande-----
-----Oprindelig meddelelse-----
-----Opprinnelig melding-----
-----Alkuperäinen viesti-----
-----Wiadomość oryginalna-----
-----Původní zpráva-----
-----Eredeti üzenet-----
-----Özgün İleti-----
-----Исходное сообщение-----
-------- Оригинальное сообщение --------
-----原始邮件-----
------------------ 原始邮件 ------------------
-----原始郵件-----
-----원본 메시지-----
-----元のメッセージ-----
----- 元のメール -----
-------- 元のメッセージ --------
----- オリジナルメッセージ -----
------ 元メール ------
--- 引用 ---
===== 引用 =====
【元のメッセージ】
-----受信メール-----
--------以下、元のメール--------
--- 原文 ---
＝＝＝＝＝ 元のメール ＝＝＝＝＝
―――― 元のメッセージ ――――
-------- Original message --------|From: Desk <d@c.test>|Date: 5/1/24 10:00 AM (GMT+09:00)|To: t@e.test|Subject: Re: x
-------- 元のメッセージ --------|差出人: 窓口 <d@c.test>|日付: 2024/05/01 10:00 (GMT+09:00)|宛先: t@e.test|件名: Re: x
""".strip().split("\n")
FORWARDS = """
---------- Forwarded message ---------|From: Desk <d@c.test>|Date: Wed, May 1, 2024|Subject: x|To: <t@e.test>|
---------- 転送メッセージ ----------|From: Desk <d@c.test>|Date: 2024年5月1日|Subject: x|To: <t@e.test>|
-------- 転送メッセージ --------|件名: x|日付: Wed, 1 May 2024|送信者: Desk <d@c.test>|宛先: 	t@e.test
-------- Forwarded Message --------|Subject: 	x|Date: 	Wed, 1 May 2024|From: 	Desk|To: 	Taro
Begin forwarded message:||From: Desk <d@c.test>|Subject: x|Date: May 1, 2024|To: t@e.test
転送されたメッセージ:||差出人: Desk <d@c.test>|件名: x|日付: 2024年5月1日 10:00:00 JST|宛先: t@e.test
Anfang der weitergeleiteten Nachricht:||Von: Desk <d@c.test>|Betreff: x|Datum: 1. Mai 2024|An: t@e.test
Début du message réexpédié :||De: Desk <d@c.test>|Objet: x|Date: 1 mai 2024|À: t@e.test
---------------------- Forwarded by Desk/JP on 2024/05/01 10:00 ---------------------------
----- Forwarded by Desk on 05/01/2024 10:00 AM -----
""".strip().split("\n")

WORDS = "Please correct my address.\nIt is 1-1."


def broken(heading: str) -> str:
    return heading.replace("|", "\n")


@pytest.mark.parametrize("ruler", ["", "________________________________\n", "-----------------\n"])
@pytest.mark.parametrize("heading", [*BLOCKS, *DIVIDERS, *FORWARDS])
def test_all_from_a_heading_on_is_cut(heading: str, ruler: str) -> None:
    assert newest(f"{WORDS}\n{ruler}{broken(heading)}\n\nold text\nmore")[0] == WORDS


@pytest.mark.parametrize("heading", [*BLOCKS, *DIVIDERS])
def test_words_below_what_is_quoted_under_a_heading_are_kept(heading: str) -> None:
    assert newest(f"{broken(heading)}\n\n> old\n\n{WORDS}")[0] == WORDS


@pytest.mark.parametrize("heading", FORWARDS)
def test_a_forwarded_mail_is_called_one(heading: str) -> None:
    assert newest(f"{WORDS}\n\n{broken(heading)}\n\nold")[1][0].why == "forward"


def test_a_card_of_sender_date_and_recipient_is_a_heading() -> None:
    card = "Desk <d@c.test>\n2024/05/01 10:00\n\nTo\n  t@e.test\ncc\n\nSubject\n  Re: data"
    assert newest(f"{WORDS}\n\n{card}\n\nold")[0] == WORDS


@pytest.mark.parametrize(
    "lines",
    [
        "件名: 開示請求|日付: 5月1日|宛先: 相談窓口",
        "差出人: 例題カード <a@b.test>|件名: 重要|受信日時: 2024年5月1日 3:33",
        "・差出人: a@b.test|・送信日時: 2024/05/01 10:00|・宛先: c@d.test",
        "From: what I read, you keep them.|To: whom may I complain?",
        "From: me|To: you|Subject: all of it",
        "日時: 2024年5月1日 15:20|相手: 御社の方|内容: 名簿から消す",
        "Date: Wednesday 3, October 2011|Time: 7:00|Address: 130 Fox St",
        "original message",
        "-- 引用 --|応じません。|-- 引用ここまで --",
        "----------|転送|は不要です",
    ],
)
def test_a_list_in_a_letter_is_no_heading(lines: str) -> None:
    assert heading_at(Page.of(broken(lines)), 0) is None
