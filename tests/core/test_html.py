"""HTML becomes the lines a reader would see, with quotations marked, and nothing a mail can hold makes that costly."""

from collections.abc import Callable

import pytest

from mailbot.core.reader.text.html import html_to_text
from mailbot.core.reader.text.html_source import MAX_HTML_CHARS
from tests.effort import within

RULER = "_" * 32


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<style>p{}</style><script>alert(1)</script>a<img src='http://evil.test/p.gif' alt=x>", "a"),
        ("a<br>b<div>c</div>&lt;d&gt; &amp;", "a\nb\nc\n<d> &"),
        ("<?xml version='1.0' encoding='utf-8'?><html><head><title>t</title></head><body>a</body></html>", "a"),
        ("<!-- c -->a<!-- open", "a"),
        ("<!--[if mso]>for Outlook<![endif]--><![if !mso]>for all<![endif]>", "for all"),
        ("a<!-- b --!>c<!-->d<!--->e<!-- f --!", "acde"),
        ("<title>a <!-- b</title>c", "c"),
        ("<p title='<!--'>a</p><img alt=\"<script>\">b", "a\n\nb"),
        ("<script-note>a</script-note><style-guide>b</style-guide>", "ab"),
        ("a<script>b</script-note>c</script >d", "ad"),
        ("<a title='b>c'>d</a>", "d"),
        ("<xml><o:p>x</o:p></xml>a", "a"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        (
            "<p class=MsoNormal>a<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>b</p>",
            "a\n\nb",
        ),
        ("<div>a</div><div><br></div><div>b<br></div><div>c</div>", "a\n\nb\nc"),
        ("a\n  b\n\n c", "a b c"),
        ("a&nbsp;&#160;&#xA0;b", "a   b"),
        ("<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc"),
        ("<div style='white-space: pre-wrap'>a\n  b</div>", "a\n  b"),
        ("a<hr>b", f"a\n{RULER}\nb"),
        ("<h1>a</h1>b<center>c</center><section>d</section>", "a\n\nb\nc\nd"),
        ("<ol><li>a<li>b<ul><li>c</ul></ol>", " 1. a\n 2. b\n      + c"),
        ("<ol start=3><li>a<li value=9>b<li value=²>c<li value=99999999999>d</ol>", " 3. a\n 9. b\n10. c\n11. d"),
        ("<ul><li>a<li>b</ul>", "  * a\n  * b"),
        ("<dl><dt>a<dd>b</dl>", "a\nb"),
        ("<table><tr><th>氏名<th>住所<tr><td><p>山田</p><td>東京</table>", "氏名 住所\n山田 東京"),
        ("<table><tr><td>a<td>b<br>c</table>", "a\nb\nc"),
        ("<table><tr><td><table><tr><td>a<td>b</table><td>c</table>", "a b c"),
        ("<td>a</td></tr></tr>b", "a\nb"),
        ("&#146;&#x93;a&#148; &#133;", "’“a” …"),
        ("&amp;nbsp;a &amp;lt;b&amp;gt; &amp;amp; &amp;quot;", ' a <b> & "'),
        ("&euro;&yen;&#12354;&#x1F600;&hearts;", "€¥あ😀♥"),
        (
            "a < b, c <taro@customer.test> &lt;d@e.test&gt; <https://f.test/g>",
            "a < b, c <taro@customer.test> <d@e.test> <https://f.test/g>",
        ),
        ("<html><body>a</body></html>\n____\nlist footer", "a\n\n____\nlist footer"),
        ("<html><body>a</body></html><html><body><p>b</body></html>", "a\n\nb"),
        ("<title>words<p>more words", "words\nmore words"),
        ("<div>a<b>b<a href='http://", "ab"),
        ("<div>" * 400 + "deep words " * 9 + "</div>" * 400, ("deep words " * 9).strip()),
        ("<b>a</b>" * 20_001, "a" * 20_001),
        ("words" + "<div>" * 400 + "deep words", "words\n\n\ndeep words"),
        ("<base href='http://a.test/'>a", "a"),
        ("", ""),
        ("<", "<"),
        ("<>", "<>"),
    ],
    ids=range(44),
)
def test_html_becomes_the_lines_a_reader_sees(html: str, text: str) -> None:
    assert html_to_text(html).strip("\n") == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<a href='https://a.test/'>https://a.test</a>", "https://a.test"),
        ("<a href='https://www.a.test/b'>a.test/b</a>", "a.test/b"),
        ("<a href='https://a.test/%E9%96%8B'>https://a.test/開</a>", "https://a.test/開"),
        ("<a href='https://a.test/b?c=1&amp;copy=2'>here</a>", "here <https://a.test/b?c=1&copy=2>"),
        ("<a href='mailto:b@a.test'>b@a.test</a>, <a href='mailto:b@a.test'>Taro</a>", "b@a.test, Taro <b@a.test>"),
        ("<a href='tel:03-0000-0000'>03-0000-0000</a>", "03-0000-0000"),
        ("<a href='#b'>a</a><a name=b>c</a><a href='javascript:x'>d</a>", "acd"),
        ("<a href='https://a.test'><img src=x alt=y></a>a", "a"),
        ("a<div><a href='https://a.test'> </a></div>b", "a\nb"),
        ("<a href='https://a.test'>b<br></a>c", "b <https://a.test>\nc"),
        (f"<a href='https://a.test/b?{'c' * 200}'>d</a>", "d <https://a.test/b>"),
        (f"<a href='https://a.test/{'c' * 200}'>d</a>", "d <https://a.test/…>"),
        ("<a href='https://a.test/\n b'>c</a>", "c <https://a.test/b>"),
    ],
    ids=range(13),
)
def test_a_link_shows_its_address_where_its_words_do_not(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div style='display:none'>preheader</div>a", "a"),
        ("<div style='color:red; DISPLAY : none !important'>b<p>c</p></div>a", "a"),
        ("<span hidden>b</span>a", "a"),
        ("<span style='visibility:hidden'>b</span>a", "a"),
        ("<div style='display:none'>only words</div>", "only words"),
        ("<div style='display:none'><hr><a href='http://b.test'>b</a><blockquote>c</blockquote></div>a", "a"),
        ("<p style='font-size:0'>a<span style='font-size:12px'>b</span></p>", "ab"),
        ("a<img alt='😀'><img alt='logo'><img alt='♪'>", "a😀♪"),
        ("<img alt='お知らせ'><img src=x><img alt='b'>", "[お知らせ][b]"),
    ],
    ids=range(9),
)
def test_what_nobody_sees_is_left_out_unless_it_is_all_there_is(html: str, text: str) -> None:
    assert html_to_text(html) == text


GMAIL = "<div class='gmail_quote'><div class='gmail_attr'>On Fri, Nov 20, 2026, Desk wrote:<br></div>{}</div>"
CITE = "<blockquote class='gmail_quote'>{}</blockquote>"

OUTLOOK = "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0mm 0mm 0mm'>{}</div>"

QUOTED = {
    "Gmail": (
        "new" + GMAIL.format(CITE.format("old" + CITE.format("older"))),
        "new\nOn Fri, Nov 20, 2026, Desk wrote:\n> old\n>> older",
    ),
    "Gmail, answers inside": (
        GMAIL.format(CITE.format("q") + "<div>new</div>" + CITE.format("r")),
        "On Fri, Nov 20, 2026, Desk wrote:\n> q\nnew\n> r",
    ),
    "Gmail's quote button": ("new<blockquote class='gmail_quote'>a passage</blockquote>", "new\na passage"),
    "Gmail, forwarded": (
        "see<div class='gmail_quote'>---------- Forwarded message ---------<br>From: A<br>words</div>",
        "see\n---------- Forwarded message ---------\nFrom: A\nwords",
    ),
    "Thunderbird": (
        "new<div class='moz-cite-prefix'>A wrote:</div><blockquote type='cite'><pre>old\nolder</pre></blockquote>",
        "new\nA wrote:\n> old\n> older",
    ),
    "Thunderbird, indented": (
        "<blockquote type='cite'>old</blockquote>new<blockquote>indented</blockquote>",
        "> old\nnew\nindented",
    ),
    "Apple Mail": (
        "new<div><blockquote type='cite'><div>On Nov 20, Desk wrote:</div><div>old</div></blockquote></div>",
        "new\n> On Nov 20, Desk wrote:\n> old",
    ),
    "Outlook on the web": (
        "new<div id='appendonsend'></div><hr><div id='divRplyFwdMsg'><b>Von:</b> A</div><div>old</div>",
        f"new\n> {RULER}\n> Von: A\n> old",
    ),
    "Outlook on the web, quoted again": (
        "new<div id='x_divRplyFwdMsg'>From: A</div><p>old",
        "new\n> From: A\n>\n> old",
    ),
    "Hotmail": ("new<hr id='stopSpelling'>Date: x<br>old", f"new\n> {RULER}\n> Date: x\n> old"),
    "Outlook": (
        "new" + OUTLOOK.format("<p class=MsoNormal>差出人: A</p>") + "<p class=MsoNormal>old",
        "new\n> 差出人: A\n> old",
    ),
    "Outlook, a rule of the writer's": (
        "a" + OUTLOOK.format("<p class=MsoNormal>more words</p>"),
        "a\nmore words",
    ),
    "Outlook for Mac": ("new<span id='OLK_SRC_BODY_SECTION'><div>From: A</div>old</span>", "new\n> From: A\n> old"),
    "Outlook for iOS": (
        "new<div id='mail-editor-reference-message-container'>From: A<div>old</div></div>below",
        "new\n> From: A\n> old\nbelow",
    ),
    "Yahoo": ("new<div class='ydp1yahoo_quoted'><div>A wrote:</div><div>old</div></div>", "new\n> A wrote:\n> old"),
    "Proton": (
        "new<div class='protonmail_quote'>A wrote:<blockquote type='cite'>old</blockquote></div>",
        "new\n> A wrote:\n>> old",
    ),
    "Zimbra": (
        "new<hr id='zwchr' data-marker='__DIVIDER__'><div>From: A</div>old",
        f"new\n> {RULER}\n> From: A\n> old",
    ),
    "webmail": (
        "new<p>Am 20.11.2026, schrieb A:</p><blockquote style='border-left:1px solid'>old</blockquote>",
        "new\n\nAm 20.11.2026, schrieb A:\n\n> old",
    ),
    "bare": ("new<blockquote>old<blockquote>older</blockquote></blockquote>below", "new\n> old\n>> older\nbelow"),
    "bare, before an introduced one": (
        "new<blockquote>a passage</blockquote>On 1 May, A wrote:<blockquote>old</blockquote>",
        "new\na passage\nOn 1 May, A wrote:\n> old",
    ),
    "bare, behind an introduced one": (
        "On 1 May, A wrote:<blockquote>q</blockquote>new<blockquote>r</blockquote>",
        "On 1 May, A wrote:\n> q\nnew\n> r",
    ),
    "indented by hand": ("a<blockquote style='margin:0 0 0 40px;border:none;padding:0px'>b</blockquote>c", "a\nb\nc"),
    "nothing but a quotation": ("<blockquote type='cite'>words</blockquote>", "words"),
    "in a table, to the end": (
        "<table><tr><td>new<td><div id='appendonsend'></div></table>old",
        "new\n> old",
    ),
    "in a table": ("<table><tr><td>new<td><blockquote type=cite>old</blockquote></table>", "new\n> old"),
}


@pytest.mark.parametrize("client", QUOTED)
def test_what_a_client_marks_as_quoted_is_quoted(client: str) -> None:
    html, text = QUOTED[client]
    assert html_to_text(html) == text


def test_no_mail_can_write_our_marks() -> None:
    marks = "".join(f"&#x{code:x};&amp;#{code};" for code in range(0xFDD0, 0xFDF0))
    raw = "".join(map(chr, range(0xFDD0, 0xFDF0)))
    lines = "".join(f"<p>&#x{code:x};</p>" for code in range(0xFDF0, 0xFDCF, -1))
    for html in (f"a{marks}b", f"a{raw}b", f"a{lines}b", "a&#xfdd3;x&#xfdd4;999&#xfdd5;b"):
        text = html_to_text(html)
        assert (text[0], text[-1]) == ("a", "b")
        assert not any("\ufdd0" <= char <= "\ufdef" for char in text)


def full(unit: str) -> str:
    return unit * (MAX_HTML_CHARS // len(unit))


BOMBS: dict[str, Callable[[], str]] = {
    "100,000 nested tags": lambda: "<div>" * 100_000,
    "nested words": lambda: "<b>x" * 100_000,
    "nested quotations": lambda: "<blockquote>x" * 30_000,
    "a line in 200 quotations": lambda: "<blockquote>" * 200 + "x<br>" * 39_000,
    "1 MB of <": lambda: "<" * 1_000_000,
    "1 MB of <a": lambda: "<a" * 500_000,
    "1 MB of <a@": lambda: "<a@" * 330_000,
    "ampersands": lambda: "&" * 1_000_000,
    "entities": lambda: "&lt;" * 250_000,
    "double entities": lambda: "&amp;amp;" * 110_000,
    "no-break spaces": lambda: "&nbsp;" * 160_000,
    "colspans": lambda: "<table>" + "<tr><td colspan=999999999 rowspan=99999>x</td></tr>" * 8_000,
    "cells": lambda: "<table><tr>" + "<td>x" * 39_000,
    "rows": lambda: "<table>" + "<tr><td>x<td>y" * 13_000,
    "nested tables": lambda: "<table><tr><td>" * 80 + "x<br>y<br>" * 19_000,
    "nested lists": lambda: "<ul>" * 240 + "<li>x" * 39_000,
    "indented empty lines": lambda: "<ul><li>" * 100 + "<pre>" + "\n" * 390_000,
    "links": lambda: "<a href=http://x.test/y>z</a>" * 13_000,
    "open links": lambda: "<a href=x>y" * 36_000,
    "long addresses": lambda: ("<a href='http://" + "x?" * 400 + "'>y</a>") * 450,
    "a long style": lambda: "<p style='" + "; " * 190_000 + "none hidden white-space'>x",
    "a long class": lambda: "<div class='" + "quote_" * 60_000 + "'>x",
    "a long border": lambda: "<div style='border-top " + "border: none; " * 28_000 + "'>x",
    "a long margin": lambda: "<blockquote style='" + "margin" * 60_000 + "'>x",
    "comments": lambda: "<!--" * 250_000,
    "scripts": lambda: "<script>" * 120_000,
    "styles": lambda: "<style></style>" * 60_000,
    "bodies": lambda: "<body " * 160_000,
    "breaks": lambda: full("<br>"),
    "rulers": lambda: full("<hr>"),
    "one line": lambda: full("<b>x</b>"),
    "attributes": lambda: "<p " + "a=b " * 99_000 + ">x",
    "margins": lambda: '<p style="margin-top:99999em">x' * 12_000,
    "images": lambda: full("<img alt=x>"),
    "titles": lambda: full("<title>"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_laid_out_in_two_seconds(name: str) -> None:
    html = BOMBS[name]()
    text = within(2, lambda: html_to_text(html))
    assert len(text) <= 5 * MAX_HTML_CHARS
