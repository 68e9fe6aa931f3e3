"""The line that introduces a quotation is known in every language and client, and a sentence of a letter is not."""

import pytest

from mailbot.core.reader.reply.introduction import Introduction, introduction_at
from mailbot.core.reader.reply.page import Page
from mailbot.core.reader.reply.reply import newest

# One a line; "|" is a line break that the client put there.
INTRODUCTIONS = """
On Wed, May 1, 2024 at 10:00 AM Desk <d@c.test> wrote:
On Wed, May 1, 2024 at 10:00 AM, Desk < d@c.test > wrote:
On May 1, 2024, at 10:00, Desk <d@c.test> wrote:
On May 1, 2024 at 10:00:00, Desk (d@c.test) wrote:
On 5/1/2024 10:00:00 AM, Desk <d@c.test> wrote:
On Wed, 1 May 2024, at 10:00 AM, Desk wrote:
On Wed, May 01, 2024 at 10:00:00AM +0900, Desk wrote:
On 1 May 2024, 10:00 +0900, Desk <d@c.test>, wrote:
On Wednesday, May 1st, 2024 at 10:00, Desk <d@c.test> wrote:
On Wednesday, May 1, 2024, 10:00:00 AM GMT+9, Desk <d@c.test> wrote:
On Wed, May 1, 2024, 10:00 Desk <d@c.test wrote:
On 2024-05-01 10:00, Desk wrote:
On 01.05.24 10:00, Desk wrote:
On 01/05/2024 10:00, Desk wrote:
On Wed, 01 May 2024 10:00:00 +0900|Desk <d@c.test> wrote:
On Wed, May 1, 2024 at 10:00 AM Desk via Tickets <|d@c.test> wrote:
On Wed, May 1, 2024 at 10:00 AM Desk of all things about privacy and rights of persons|<privacy@company.test> wrote:
On Wed, May 1, 2024 at|10:00 AM Desk <d@c.test>|wrote:
--- On Wed, 5/1/24, Desk <d@c.test> wrote:
---- On Wed, 01 May 2024 10:00:00 +0900 Desk <d@c.test> wrote ----
---- Desk wrote ----
-----Desk <d@c.test> wrote: -----
Desk <d@c.test> wrote:
Desk <d@c.test> wrote on 05/01/2024 10:00:00 AM:
Desk wrote on 5/1/24 10:00 AM:
At Wed, 1 May 2024 10:00:00 +0900,|Desk wrote:
At 10:00 AM 5/1/2024, Desk wrote:
In article <x@y.test>,|Desk <d@c.test> wrote:
In message <x@y.test> on Wed, 1 May 2024, Desk writes:
Desk <d@c.test> writes:
2024-05-01 10:00 GMT+09:00 Desk <d@c.test>:
Am 01.05.2024 um 10:00 schrieb Desk:
Am Mi., 1. Mai 2024 um 10:00 Uhr schrieb Desk <d@c.test>:
Am Mittwoch, 1. Mai 2024 um 10:00:00 MESZ hat Desk <d@c.test> Folgendes geschrieben:
Desk <d@c.test> schrieb am Mi., 1. Mai 2024, 10:00:
Desk schrieb am 01.05.2024 um 10:00 Uhr:
Am 01.05.2024 10:00, schrieb Desk:
Le mer. 1 mai 2024 à 10:00, Desk <d@c.test> a écrit :
Le 01/05/2024 à 10:00, Desk a écrit :
Le 1 mai 2024 à 10:00, Desk <d@c.test> a écrit :
Le mercredi 1 mai 2024 à 10:00:00 UTC+2, Desk <d@c.test> a écrit :
El mié, 1 may 2024 a las 10:00, Desk (<d@c.test>) escribió:
El 01/05/2024 a las 10:00, Desk escribió:
El miércoles, 1 de mayo de 2024, Desk <d@c.test> escribió:
El 1 may 2024, a las 10:00, Desk <d@c.test> escribió:
Il giorno mer 1 mag 2024 alle ore 10:00 Desk <d@c.test> ha scritto:
Il 01/05/2024 10:00, Desk ha scritto:
Il 1 maggio 2024 alle 10.00 Desk <d@c.test> ha scritto:
Em qua., 1 de mai. de 2024 às 10:00, Desk <d@c.test> escreveu:
Em 01/05/2024 10:00, Desk escreveu:
Às 10:00 de 01/05/2024, Desk escreveu:
No dia 1 de maio de 2024, Desk <d@c.test> escreveu:
Op wo 1 mei 2024 om 10:00 schreef Desk <d@c.test>:
Op 01-05-2024 om 10:00 schreef Desk:
Op 1 mei 2024 om 10:00 heeft Desk <d@c.test> het volgende geschreven:
Den ons 1 maj 2024 kl 10:00 skrev Desk <d@c.test>:
1 maj 2024 kl. 10:00 skrev Desk <d@c.test>:
Den 2024-05-01 kl. 10:00, skrev Desk:
ons. 1. maj 2024 kl. 10.00 skrev Desk <d@c.test>:
Den 1. maj 2024 kl. 10.00 skrev Desk <d@c.test>:
Den 01.05.2024 10:00, skrev Desk:
ons. 1. mai 2024 kl. 10:00 skrev Desk <d@c.test>:
ke 1. toukok. 2024 klo 10.00 Desk (d@c.test) kirjoitti:
Desk <d@c.test> kirjoitti 1.5.2024 kello 10.00:
1.5.2024 10.00, Desk kirjoitti:
śr., 1 maj 2024 o 10:00 Desk <d@c.test> napisał(a):
W dniu 01.05.2024 o 10:00, Desk pisze:
Dnia 1 maja 2024 10:00 Desk <d@c.test> napisał(a):
Wiadomość napisana przez Desk <d@c.test> w dniu 01.05.2024, o godz. 10:00:
st 1. 5. 2024 v 10:00 odesílatel Desk <d@c.test> napsal:
Dne 01. 05. 24 v 10:00 Desk napsal(a):
st 1. 5. 2024 o 10:00 Desk <d@c.test> napísal(a):
Dňa 01. 05. 2024 o 10:00 Desk napísal(a):
Desk <d@c.test> ezt írta (időpont: 2024. máj. 1., Sze, 10:00):
2024. 05. 01. 10:00 keltezéssel, Desk írta:
Pe mie., 1 mai 2024 la 10:00, Desk <d@c.test> a scris:
ср, 1 мая 2024 г. в 10:00, Desk <d@c.test>:
1 мая 2024 г., в 10:00, Desk <d@c.test> написал(а):
01.05.2024 10:00, Desk пишет:
Среда, 1 мая 2024, 10:00 +03:00 от Desk <d@c.test>:
ср, 1 трав. 2024 р. о 10:00 Desk <d@c.test> пише:
Στις Τετ 1 Μαΐ 2024 στις 10:00 π.μ., ο/η Desk <d@c.test> έγραψε:
Desk <d@c.test>, 1 May 2024 Çar, 10:00 tarihinde şunu yazdı:
1.05.2024 10:00 tarihinde Desk yazdı:
sri, 1. svi 2024. u 10:00 Desk <d@c.test> napisao je:
V V sre., 1. maj 2024 ob 10:00 je oseba Desk <d@c.test> napisala:
El dc., 1 de maig 2024, 10:00, Desk <d@c.test> va escriure:
Vào Th 4, 1 thg 5, 2024 vào lúc 10:00 Desk <d@c.test> đã viết:
Pada tanggal Rab, 1 Mei 2024 pukul 10.00 Desk <d@c.test> menulis:
ในวันที่ พ. 1 พ.ค. 2024 เวลา 10:00 Desk <d@c.test> เขียนว่า:
2024년 5월 1일 (수) 오전 10:00, Desk <d@c.test>님이 작성:
2024. 5. 1. 오전 10:00, Desk <d@c.test> 작성:
Desk <d@c.test> 于2024年5月1日周三 10:00写道：
在 2024年5月1日，上午10:00，Desk <d@c.test> 写道：
在 2024-05-01 10:00:00，"Desk" <d@c.test> 写道：
Desk <d@c.test> 於 2024年5月1日 週三 上午10:00寫道：
בתאריך יום ד׳, 1 במאי 2024 ב-10:00 מאת Desk <d@c.test>:
في الأربعاء، 1 مايو 2024 في 10:00 ص تمت كتابة ما يلي بواسطة Desk <d@c.test>:
2024年5月1日(水) 10:00 窓口 <d@c.test>:
2024年5月1日（水） 10:00 窓口 <d@c.test>：
2024年5月1日(水) 10:00、窓口 <d@c.test>のメール:
2024年5月1日 10:00、窓口 <d@c.test>のメール：
2024/05/01 10:00、窓口 <d@c.test>のメール:
2024/05/01 午前10:00、窓口 <d@c.test>のメール:
２０２４年５月１日（水）１０：００　窓口　＜d@c.test＞：
2024年5月1日(水) 10:00 窓口|<d@c.test>:
2024年5月1日(水)|10:00 窓口 <d@c.test>:
窓口さんは書きました:
窓口 さんは書きました：
窓口 <d@c.test> さんは書きました:
2024/05/01 10:00 に 窓口 さんは書きました:
2024-05-01 10:00 に 窓口 さんは書きました:
窓口 さんは 2024/05/01 10:00 に書きました:
2026/7/2 0:24:21 に d@c.test さんが書きました:
2026年5月11日(月) 21:28に 窓口 <d@c.test> のメッセージ:
"窓口" <d@c.test> さんが 2024/05/01 10:00 に書きました：
(2024/05/01 10:00), 窓口 wrote:
(2024/05/01 (水) 10:00), 窓口 wrote:
（2024/05/01 10:00）, 窓口 wrote:
On 2024/05/01 10:00, 窓口 wrote:
On Wed, 1 May 2024 10:00:00 +0900|"窓口" <d@c.test> wrote:
At Wed, 01 May 2024 10:00:00 +0900,|窓口 wrote:
In message "Re: 開示"|    on 24/05/01, 窓口 <d@c.test> writes:
窓口さんからのメッセージ (2024/05/01 10:00):
2024年5月1日水曜日 10:00:00 JST、窓口 <d@c.test> さんは書きました:
5月 1, 2024 10:00、窓口 <d@c.test>のメール:
2024年5月1日(水) 午前10:00 窓口 <d@c.test>:
"窓口" <d@c.test>さんのコメント:
窓口様 wrote:
窓口さん wrote:
2024年5月1日(水)10:00 窓口<d@c.test>:
On 2024年5月1日(水) 10:00, 窓口 <d@c.test> wrote:
2024/05/01(水) 10:00 窓口 <d@c.test> さん:
2024年05月01日 10時00分 窓口 <d@c.test> さんからのメール:
Date: Wed, 01 May 2024 10:00|From: 窓口 <d@c.test>
----- 窓口 さんは書きました -----
窓口 <d@c.test> さんの 2024/05/01 10:00 のメール:
""".strip().split("\n")
UNSURE = ["Desk wrote:", "* Desk <d@c.test> [2024-05-01 10:00]:", "Quoting Desk <d@c.test>:", "2024/5/1 D <d@c.test>"]

WORDS = "Please correct my address.\nIt is 1-1."


def wrapped(introduction: str) -> str:
    return introduction.replace("|", "\n")


@pytest.mark.parametrize("introduction", [*INTRODUCTIONS, *UNSURE])
def test_a_quotation_and_its_introduction_are_cut(introduction: str) -> None:
    assert newest(f"{WORDS}\n\n{wrapped(introduction)}\n\n> old\n> text")[0] == WORDS


@pytest.mark.parametrize("introduction", [*INTRODUCTIONS, *UNSURE])
def test_words_below_the_quotation_are_kept(introduction: str) -> None:
    assert newest(f"{wrapped(introduction)}\n> old\n\n{WORDS}")[0] == WORDS


@pytest.mark.parametrize("introduction", [one for one in INTRODUCTIONS if "@" in one and not one.startswith("Date:")])
def test_an_introduction_that_is_quoted_itself_is_one(introduction: str) -> None:
    quoted = "\n".join(f"> {line}" for line in wrapped(introduction).split("\n"))
    text, cuts = newest(f"{WORDS}\n\n{quoted}\n> old")
    assert (text, cuts[0].why) == (WORDS, "introduction")


@pytest.mark.parametrize("introduction", [one for one in INTRODUCTIONS if "@" in one and ":" in one])
def test_below_an_introduction_with_an_address_an_earlier_mail_need_not_be_quoted(introduction: str) -> None:
    assert newest(f"{WORDS}\n\n{wrapped(introduction)}\n\nold text\n\nand more")[0] == WORDS


@pytest.mark.parametrize(
    "line",
    [
        "On Monday he wrote:",
        "On 5 May your agent wrote:",
        "At 10:00 my wife said:",
        "I was told on 2024-05-01 at 10:00 by a man who never said his name and never wrote:",
        "2024年5月1日 10:00にお電話した件:",
        "5月1日のメール:",
        "On 5 May 2024 at 10:00 I called. Nobody answered. Then Anna wrote:",
        "2024年5月1日 10:00に電話しました。担当の方のメール:",
        "連絡先は taro@mail.example です:",
    ],
)
def test_a_sentence_is_no_introduction(line: str) -> None:
    assert introduction_at(Page.of(f"{line}\n\nsome words"), 0) is None


def test_words_before_it_on_its_first_line_are_its_head() -> None:
    page = Page.of("see below --- On Wed, Apr 4, 2012 at 3:59 PM, A\n<a@b.test> wrote:")
    assert introduction_at(page, 1) == Introduction(0, 1, "see below")
