"""The renderer: mail content stays a value, faults name their place, dates speak the reader's language."""

import html
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from mailbot import resources
from mailbot.core.desk.preview import Offered
from mailbot.core.desk.warnings import BLOCKING
from mailbot.core.gate_page import page_faults
from mailbot.core.letters import DigestSection, Letter, LetterKind, Rendered, RequestLine, Said, Tap
from mailbot.core.message import Attachment, Language
from mailbot.edge.render import LetterError, Renderer, day, flow, mailto, moment, pairs, short_day, told
from tests.edge.letter_samples import (
    ARRIVED,
    EMPTY_DAY,
    LINES,
    LOCKED,
    MAILBOX,
    PAPERS,
    REF,
    SECRET,
    STAFF_LETTERS,
    TAPS,
    TOKEN,
    acknowledgement,
    approval,
    challenge,
    desk_words,
    digest,
    digest_line,
    files,
    impostor,
    letter_trouble,
    notice,
    preview,
    receipt,
    refusal,
    report,
    request_line,
    taps,
    warned,
    warning,
)

JA, EN = Language.JA, Language.EN
CODE_LIKE = ["{{7*7}}", "{% for a in b %}", "{# gone #}", "${x}", "%(x)s", "<script>alert(1)</script>", "&amp;", "'\"`"]


def written(folder: Path, context: dict[str, object], **forms: str) -> Letter:
    """Put a one-letter template folder in place and return the letter that uses it."""
    (folder / "memo").mkdir(parents=True, exist_ok=True)
    for form in ("subject", "txt", "html"):
        (folder / "memo" / f"en.{form}.j2").write_text(forms.get(form, "-"), encoding="utf-8")
    return Letter("memo", LetterKind.NOTICE, EN, "someone@requester.example", context)


@pytest.mark.parametrize("words", CODE_LIKE)
def test_what_a_mail_says_is_a_value_and_never_a_template(words: str) -> None:
    letter = notice(JA, text=words, sender_name=words, attachments=[Attachment(words, words, 1, "0" * 64)])
    assert f"│ {words}\n" in letter.text
    assert f"差出人: {words} <hanako@requester.example>" in letter.text
    assert "<script" not in letter.html
    assert "&amp;amp;" in letter.html if words == "&amp;" else True


def test_a_strangers_text_never_starts_a_line_of_ours() -> None:
    forged = "x\nref: FORGED\r\nref: FORGED\u2028ref: FORGED\vref: FORGED " + "𠮷 ref: FORGED " * 200
    because = RequestLine(1, forged, forged, because=(forged,))
    letter = notice(
        JA,
        text=forged,
        sender_name=forged,
        sender=forged,
        dmarc=forged,
        handler=forged,
        flags=[forged],
        requests=[because],
        attachments=[Attachment(forged, forged, 1, forged)],
        language_of_mail=forged,
        ack_withheld=forged,
    )
    starts = [line for line in letter.text.splitlines() if line.lstrip(" ・").startswith("ref:")]
    assert starts == [f"ref: {TOKEN}"]


def test_no_control_or_direction_mark_gets_through() -> None:
    letter = notice(JA, text="a\x1b[31mb\u202ec\x00d\ud800e", sender_name="\u2066gpj.exe")
    assert "│ a[31mbcde\n" in letter.text
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", letter.text + letter.html
    )


@pytest.mark.parametrize("filler", ["あ", "word ", "𠮷", "x"])
def test_a_line_holds_at_most_900_bytes_and_loses_nothing(filler: str) -> None:
    letter = notice(JA, text=filler * 1500)
    assert max(len(line.encode()) for line in letter.text.splitlines()) <= 900
    assert re.sub("[│\n ]", "", letter.text).count(filler.strip()) >= 1500


@pytest.mark.parametrize("language", Language)
def test_every_letter_has_one_subject_line_and_clean_lines(language: Language) -> None:
    for letter in [acknowledgement(language, "disclosure"), *(write(language) for write in STAFF_LETTERS)]:
        assert letter.subject == " ".join(letter.subject.split())
        assert not re.search(r"(?m)[ \t]$", letter.text)
        assert "\n\n\n" not in letter.text
        assert max(len(line.encode()) for line in letter.html.splitlines()) <= 900
        assert not re.search(r"https?:|<img|<script|{{|{%", letter.html)
        assert {urlsplit(link).scheme for link in re.findall(r'href="([^"]+)"', letter.html)} <= {"mailto"}


def test_a_missing_field_names_letter_language_and_field(tmp_path: Path) -> None:
    letter = written(tmp_path, {}, txt="{{ nowhere }}")
    with pytest.raises(LetterError, match=r"letter memo, language en, txt: 'nowhere' is undefined"):
        Renderer([tmp_path]).render(letter)


@pytest.mark.parametrize("source", ["{{ ref | day }}", "{{ ref.x }}", "{% if %}", "{{ ref.__class__.__mro__ }}"])
def test_a_faulty_template_is_one_kind_of_error(tmp_path: Path, source: str) -> None:
    with pytest.raises(LetterError, match="letter memo, language en, html: "):
        Renderer([tmp_path]).render(written(tmp_path, {"ref": "x"}, html=source))


def test_an_unknown_letter_names_the_file_it_looked_for() -> None:
    letter = Letter("invoice", LetterKind.LETTER, JA, "someone@requester.example", {})
    with pytest.raises(LetterError, match=r"letter invoice, language ja, subject: .invoice/ja\.subject\.j2"):
        Renderer([resources.templates_folder()]).render(letter)


def test_a_missing_folder_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(LetterError, match="there is no such folder"):
        Renderer([tmp_path / "absent"])


def test_the_companys_own_template_comes_first(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    written(ours, {}, subject="ours", txt="ours")
    letter = written(theirs, {}, subject="theirs")
    (theirs / "memo" / "en.txt.j2").unlink()
    both = Renderer([theirs, ours]).render(letter)
    assert (both.subject, both.text) == ("theirs", "ours\n")


def test_html_escapes_what_a_shared_macro_prints(tmp_path: Path) -> None:
    (tmp_path / "shared.j2").write_text("{% macro say(it) %}{{ it }}{% endmacro %}", encoding="utf-8")
    source = '{% import "shared.j2" as shared %}{{ shared.say(mail) }}'
    letter = Renderer([tmp_path]).render(written(tmp_path, {"mail": "<b>"}, txt=source, html=source))
    assert (letter.text, letter.html) == ("<b>\n", "&lt;b&gt;\n")


@pytest.mark.parametrize(
    ("write", "value", "ja", "en"),
    [
        (day, date(2026, 12, 3), "2026年12月3日(木)", "Thursday, 3 December 2026"),
        (short_day, date(2026, 12, 3), "12/3(木)", "Thu 3 Dec"),
        (moment, ARRIVED, "2026年11月20日(金)14時10分", "Friday, 20 November 2026, 14:10"),
        (moment, ARRIVED.replace(hour=9, minute=5), "2026年11月20日(金)9時05分", "Friday, 20 November 2026, 09:05"),
        (moment, datetime(2027, 1, 3, tzinfo=UTC), "2027年1月3日(日)0時00分", "Sunday, 3 January 2027, 00:00"),
        (flow, "一行目\n  二行目\n", "一行目二行目", "一行目 二行目"),
    ],
)
def test_dates_and_paragraphs_speak_the_readers_language(write: object, value: object, ja: str, en: str) -> None:
    assert callable(write)
    assert (write(JA, value), write(EN, value)) == (ja, en)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError, match="no time zone"):
        moment(JA, ARRIVED.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("other", "subject"),
    [
        ({}, f"[{REF}] 開示請求 ほか1件 新規 残8営業日 (通知期限 12/3)"),
        ({"days_left": 0, "is_follow_up": True}, f"[{REF}] 開示請求 ほか1件 追加連絡 本日が期限 (通知期限 12/3)"),
        ({"days_left": -2}, f"[{REF}] 開示請求 ほか1件 新規 2営業日超過 (通知期限 12/3)"),
    ],
)
def test_the_notice_subject_tells_right_and_remaining_days(other: dict[str, object], subject: str) -> None:
    assert notice(JA, **other).subject == subject


def test_the_notice_card_stands_above_the_text_and_the_ref_line_is_last() -> None:
    lines = notice(JA, ack_withheld="dmarc_fail", flags=["agent", "new_code"]).text.splitlines()
    card = lines[: lines.index("---- 本文(署名・引用を除く) ----")]
    assert len(card) <= 40
    assert card[0] == "―― この行より上に返信してください(送信前に確認が届きます)――"
    assert "注意: 代理人、new_code" in card
    assert "受付のお知らせ: 送っていません(送信元認証に失敗)" in card
    assert "差出人: 見本 花子 <hanako@requester.example>" in card
    assert any("判定 0.93「情報を開示」" in line for line in card)
    assert any("委任状.pdf (application/pdf、123.5 kB、SHA-256 ab12cd34ef56…)" in line for line in lines)
    assert lines[-1] == f"ref: {TOKEN}"


@pytest.mark.parametrize(
    ("role", "handler", "asks"),
    [
        ("handler", "s-sato", "依頼者にお送りください"),
        ("deputy", "s-sato", "代わって対応"),
        ("manager", "s-sato", "担当者の状況を確認し"),
        ("manager", None, "担当者が決まっていません"),
    ],
)
def test_a_warning_asks_of_each_role_what_that_role_can_do(role: str, handler: str | None, asks: str) -> None:
    assert asks in warning(JA, recipient_role=role, handler=handler).text


def test_a_warning_tells_all_passed_points_once() -> None:
    line = warned("disclosure", "half_used", Said("gate", {"days": 7}), "overdue", days_left=-1)
    text = warning(JA, lines=[line], days_left=-1).text
    assert "・期間の半分が過ぎました\n・到着から7日になりました(第39条)\n・通知期限を過ぎました\n" in text
    assert "1営業日超過" in text


@pytest.mark.parametrize("trouble", ["refused", "unknown", "gave_up", "gate"])
def test_letter_trouble_says_what_happened_and_what_to_do(trouble: str) -> None:
    ja, en = letter_trouble(JA, trouble=trouble, ref=None), letter_trouble(EN, trouble=trouble)
    assert ja.subject.startswith("[mailbot] 要確認: 受付のお知らせが")
    assert ja.text.endswith(f"\nref: {TOKEN}\n")
    assert ("may not have left" in en.subject) == (trouble == "unknown")
    assert "<cv1.abcdef@company.test>" in en.text


def test_the_digest_orders_and_counts_what_is_open() -> None:
    letter = digest(JA)
    assert letter.subject == "[mailbot] 2026-11-24 日次報告 #12: 期限超過 1 / 期限間近 1"
    headings = re.findall(r"(?m)^■ ([^(\s]+)", letter.text)
    assert headings[:5] == ["まず行うこと", "期限超過", "期限間近", "承認待ち", "担当未定"]
    assert headings[5:9] == ["依頼者の返信待ち", "ほか対応中", "番号での返信のしかた", "保留メール"]
    assert "2. 訂正請求  残2営業日  12/3(木)まで  [########..] 75%" in letter.text
    assert "・【要確認】 送信待ち(最も古いもの): 2026-11-24 06:02" in letter.text
    assert "記録の先頭ハッシュ: " + "9f" * 32 in letter.text


def test_the_digest_says_first_what_to_do_and_by_which_number() -> None:
    first = digest(JA).text.partition("■ 期限超過")[0]
    orders = re.findall("(?m)^・(.+)", first)
    assert orders[0].startswith("期限を過ぎた案件があります(1番)。")
    assert "「/承認 3」" in orders[1]
    assert "「/担当 2 s-sato」" in orders[2], "the first that nobody took stands in a section above"
    assert "本日、急いで行うことはありません。" in digest(JA, **EMPTY_DAY).text


def test_an_approval_shows_what_it_is_whose_since_when_and_the_beginning_of_its_hash() -> None:
    assert "承認待ち: 不開示(起案 s-sato、11/20(金)から、照合 1a2b3c4d)" in digest(JA).text
    assert "Waiting for approval: refuse (by s-sato, since Fri 20 Nov, check 1a2b3c4d)" in digest(EN).text


def test_a_stop_tells_why_since_when_and_until_when() -> None:
    assert "本人確認を11/20(金)から待機(12/21(月)までに返信がなければ、終了)" in digest(JA).text
    assert "(ends after Mon 21 Dec without a reply)" in digest(EN).text


def test_a_date_whose_holidays_are_not_official_is_provisional() -> None:
    assert digest(JA).text.count("12/3(木)まで(暫定)") == 1
    assert digest(EN).text.count("(provisional)") == 1


def test_what_has_no_line_is_told_by_kind_and_handler() -> None:
    rest = {"kinds": (("erase", 6000), ("correct", 3940)), "handlers": ((None, 9000), ("s-sato", 940))}
    many = DigestSection("overdue", 9941, (digest_line(1, "erase", days_left=-1, used=2),), **rest)
    told = "ほか9,940件。種別: 消去請求 6,000、訂正請求 3,940。担当: 未定 9,000、s-sato 940。"
    assert told in digest(JA, sections=[many], first=[]).text
    assert "And 9,940 more." in digest(EN, sections=[many], first=[]).text


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("write", [digest, report])
def test_bars_and_chart_pass_the_gate(write: Callable[[Language], Rendered], language: Language) -> None:
    assert [*page_faults(write(language).html)] == []


def test_the_chart_of_the_weeks_needs_no_image_and_no_colour() -> None:
    letter = digest(JA)
    assert "11/16  受付 9件(#) / 回答 9件(=) / 期限内 89%" in letter.text
    assert "9 / 9" in letter.html
    assert "<img" not in letter.html
    assert "url(" not in letter.html


def test_every_tap_of_the_digest_says_in_its_subject_which_digest_it_answers() -> None:
    mails = written_mails(digest(EN))
    assert {line.partition("\r\n")[0] for _, _, line in mails} >= {"/approve 3", "/deny 3 ", "/assign 2 ", "/assign 4 "}
    assert all(subject.startswith("[mailbot] #12 ") for _, subject, _ in mails)


def test_the_report_of_a_week_says_how_much_was_in_time() -> None:
    letter = report(JA)
    assert letter.subject == "[mailbot] 週次報告 2026-W47"
    assert "期間: 11/16(月)から11/22(日)まで\n受付: 7   回答: 3   期限内: 67%   期間末の未回答: 8" in letter.text
    assert "開示・利用目的の通知: 受付 4、回答 3、期限内 67%、未回答 5、所要 中央値7営業日・最長10営業日" in letter.text
    assert "33-2-1: 1" in letter.text
    assert report(EN).subject == "[mailbot] weekly report 2026-W47"


def test_the_digest_names_the_least_certain_everyday_matters_by_reference() -> None:
    assert "・KJ-2026-000131-D" in digest(JA).text
    assert "The least certain readings; please look again at them." in digest(EN).text
    assert "look again" not in digest(EN, look_again=[]).text


def test_an_empty_digest_says_so() -> None:
    assert "対応中の案件も、保留中のメールもありません。" in digest(JA, **EMPTY_DAY).text
    assert "No case is open and no mail is held." in digest(EN, **EMPTY_DAY).text
    assert "ありません。" not in digest(JA).text


@pytest.mark.parametrize(("used", "bar"), [(-0.5, 0), (0.0, 0), (0.04, 0), (0.5, 5), (1.0, 10), (3.0, 10)])
def test_a_bar_never_leaves_its_frame(used: float, bar: int) -> None:
    section = DigestSection("overdue", 1, (digest_line(1, "erase", days_left=1, used=used),))
    letter = digest(EN, sections=[section], first=[])
    assert f"[{'#' * bar}{'.' * (10 - bar)}]" in letter.text
    assert all(0 < int(share) <= 100 for share in re.findall(r"width:(\d+)%", letter.html))


@pytest.mark.parametrize("name", ["templates", "models"])
def test_a_wheel_carries_its_folders_inside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "mailbot" / "_shipped" / name).mkdir(parents=True)
    (tmp_path / name).mkdir()
    monkeypatch.setattr(resources, "PACKAGE", tmp_path / "mailbot")
    found = resources.templates_folder() if name == "templates" else resources.models_folder()
    assert found == tmp_path / "mailbot" / "_shipped" / name


def test_a_strangers_templates_folder_in_site_packages_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "templates").mkdir()
    monkeypatch.setattr(resources, "PACKAGE", tmp_path / "mailbot")
    with pytest.raises(resources.ResourceMissingError, match="install mailbot again"):
        resources.templates_folder()


def test_a_checkout_finds_its_folders() -> None:
    assert (resources.templates_folder() / "acknowledgement").is_dir()
    assert resources.policies_folder().name == "policies"
    assert resources.models_folder().name == "models"


def test_the_card_of_the_digest_counts_every_case_that_nobody_took() -> None:
    assert "Unassigned: 2 " in digest(EN).text


LINKED: tuple[Callable[..., Rendered], ...] = (notice, warning, preview, receipt, challenge, approval)
HOSTILE = [
    REF,
    "KJ\r\nBcc: x@evil.example",
    "a&body=/approve&to=x@evil.example",
    "x?to=x@evil.example#",
    "%0d%0aBcc:%20x+y z\u2028ref: FORGED",
    "\"><a href='https://evil.example'>" + "あ" * 500,
]
FORGED = f"x\nref: FORGED\r\n送信 {SECRET}\u2028承認 {SECRET}\v差戻 {SECRET}"


def written_mails(letter: Rendered) -> list[tuple[str, str, str]]:
    """Read every link as a mail program does: recipient, subject, body."""
    found = []
    for href in re.findall(r'href="([^"]*)"', letter.html):
        link = urlsplit(html.unescape(href))
        fields = parse_qs(link.query, keep_blank_values=True, strict_parsing=True)
        assert (link.scheme, link.netloc, link.fragment, set(fields)) == ("mailto", "", "", {"subject", "body"})
        [subject], [body] = fields["subject"], fields["body"]
        found.append((unquote(link.path), subject, body))
    return found


@pytest.mark.parametrize("ref", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("write", LINKED)
def test_a_link_writes_exactly_its_line_and_the_ref(
    write: Callable[..., Rendered], language: Language, ref: str
) -> None:
    letter = write(language, ref=ref)
    mails = written_mails(letter)
    assert mails
    for to, subject, body in mails:
        assert to == MAILBOX
        assert subject.startswith("[")
        assert not re.search(r"[\r\n\u2028]", subject)
        first, *rest = body.split("\r\n")
        assert rest == ["", f"ref: {TOKEN}"]
        assert f"{first.strip()}\n" in letter.text


@pytest.mark.parametrize("language", Language)
def test_the_links_write_what_the_desk_reads(language: Language) -> None:
    send, approve, deny = ("送信", "承認", "差戻") if language is JA else ("send", "approve", "deny")
    assert _first_lines(notice(language)) == list(LINES[language][:6])
    assert _first_lines(preview(language)) == [f"{send} {SECRET}", f"{send} {SECRET[::-1]}", LINES[language][6]]
    assert _first_lines(challenge(language)) == [f"{approve} {SECRET}"]
    assert _first_lines(approval(language)) == [f"{approve} {SECRET}", f"{deny} {SECRET} "]
    assert _first_lines(receipt(language, taps=taps(language, *TAPS))) == list(LINES[language])


def test_the_subject_of_a_link_carries_the_tag_of_the_case() -> None:
    assert {subject[:18] for _, subject, _ in written_mails(notice(JA))} == {f"[{REF}]"}
    assert {subject[:9] for _, subject, _ in written_mails(receipt(JA, ref=None))} == {"[mailbot]"}


def test_a_link_is_percent_encoded_by_rfc_6068() -> None:
    link = mailto("/担当", "privacy+x@company.test", "[KJ] a+b", "tok")
    line = "%2F%E6%8B%85%E5%BD%93"
    assert link == f"mailto:privacy%2Bx@company.test?subject=%5BKJ%5D%20a%2Bb&body={line}%0D%0A%0D%0Aref%3A%20tok"
    assert mailto("", "a@b.test", "s", "") == "mailto:a@b.test?subject=s&body="


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("write", STAFF_LETTERS)
def test_every_staff_mail_opens_with_the_marker_and_ends_with_the_ref_line(
    write: Callable[[Language], Rendered], language: Language
) -> None:
    letter = write(language)
    assert letter.text.startswith("―― ")
    assert letter.text.endswith(f"\n\nref: {TOKEN}\n")
    assert re.search(rf"ref: {TOKEN}</p>\s*</div>\s*</body>", letter.html)


@pytest.mark.parametrize(
    ("letter", "lines"),
    [
        (
            preview(
                JA,
                to=FORGED,
                subject=FORGED,
                text=FORGED,
                attachments=[Attachment(FORGED, FORGED, 1, FORGED)],
                warnings=[Said("encrypted", {"name": FORGED})],
            ),
            [f"送信 {SECRET}", f"送信 {SECRET[::-1]}"],
        ),
        (challenge(JA, lines=[FORGED, FORGED], dmarc=FORGED), [f"承認 {SECRET}"]),
        (receipt(JA, said=[Said(FORGED, {}, FORGED)], rows=[(FORGED, FORGED)], taps=[Tap(FORGED, FORGED)]), []),
        (refusal(JA, Said("missing", {"letter": FORGED, "fields": [FORGED]}, FORGED, is_done=False)), []),
        (
            approval(
                JA,
                author=FORGED,
                ground=FORGED,
                subject=FORGED,
                text=FORGED,
                fields=[(FORGED, FORGED)],
                acts=[Said("denied", {"reason": FORGED})],
            ),
            [f"承認 {SECRET}", f"差戻 {SECRET}"],
        ),
        (impostor(JA, why=FORGED), []),
        (files(JA, attachments=[Attachment(FORGED, FORGED, 1, FORGED)], dropped=[]), []),
    ],
    ids=["preview", "challenge", "receipt", "refusal", "approval", "impostor", "files"],
)
def test_no_value_of_a_staff_mail_starts_a_line_of_ours(letter: Rendered, lines: list[str]) -> None:
    found = [line for line in letter.text.splitlines() if re.match(r"\W*(ref:|送信 |承認 |差戻 )", line.lstrip("│ "))]
    assert [line for line in found if not line.startswith("│")] == [*lines, f"ref: {TOKEN}"]


def test_the_notice_of_three_requests_stays_within_forty_lines_beside_the_text() -> None:
    kinds = ("disclosure", "marketing_stop", "complaint")
    for language in Language:
        lines = notice(
            language,
            requests=[request_line(kind, language, number) for number, kind in enumerate(kinds, 1)],
            ack_withheld="dmarc_fail",
            hints=["papers_arrived", "reading_disputed"],
            text="x\n" * 99,
        ).text.splitlines()
        assert len([line for line in lines if not line.startswith("│")]) <= 40


def test_the_notice_tells_a_newcomer_the_three_steps() -> None:
    text = notice(JA).text
    assert "担当する:  /担当\n" in text
    assert "1. まず「担当する」を送ります。" in text
    assert "2. 調べがついたら、このメールに、依頼者への文をそのまま返信します。まだ何も送られません。" in text
    assert "3. 送る前の確認が届きます。" in text
    assert "1. When you know the answer" in notice(EN, handler="s-sato", taps=taps(EN, "reply")).text
    assert "はじめての方へ" not in notice(JA, taps=taps(JA, "spam")).text


@pytest.mark.parametrize(
    ("has_identity", "tier", "ja", "en"),
    [
        (False, 3, "本人確認: 未(必要: 書類または郵送)", "Identity: not checked (needed: a document, or post)"),
        (True, 3, "本人確認: 済み", "Identity: checked"),
        (False, 0, "本人確認: 不要", "Identity: not needed"),
    ],
)
def test_the_notice_says_which_identity_check_is_needed(has_identity: object, tier: int, ja: str, en: str) -> None:
    known = {"has_identity": has_identity, "identity_tier": tier}
    assert ja in notice(JA, **known).text
    assert en in notice(EN, **known).text


def test_the_notice_of_a_closed_case_names_no_date() -> None:
    for known in ({"is_closed": True}, {"is_closed": True, "due_on": None, "days_left": None}):
        ja, en = notice(JA, is_follow_up=True, **known), notice(EN, is_follow_up=True, **known)
        assert ja.subject == f"[{REF}] 開示請求 ほか1件 追加連絡 (完了した案件)"
        assert en.subject == f"[{REF}] Disclosure and 1 more, follow-up: the case is closed"
        assert "この案件は完了しています" in ja.text
        assert "This case is closed" in en.text
    assert notice(EN, due_on=None, days_left=None).subject == f"[{REF}] Disclosure and 1 more, new"


def test_the_notice_says_what_the_mail_made_happen_by_itself() -> None:
    text = notice(JA, hints=["status_sent", "new_code"]).text
    assert "・進み具合のお問い合わせです。今の状況を自動で返信しました。\n・new_code\n" in text


def test_the_preview_shows_exactly_what_would_leave() -> None:
    text = preview(JA).text
    for line in ("宛先: hanako@requester.example", f"│ 件名: [{REF}] 開示のご請求について", "まだ何も送っていません"):
        assert f"\n{line}\n" in text
    assert "│ 見本 花子 様\n│\n│ 契約の記録を取り寄せております。\n" in text
    assert "・委任状.pdf (application/pdf、123.5 kB、SHA-256 ab12cd34ef56…)" in text
    assert f"\n\n送信 {SECRET}\n\n" in text
    assert "添付: なし" in preview(JA, attachments=[]).text
    assert f"│ 件名: {'件' * 200}\n" in preview(JA, subject="件" * 200).text


def test_each_offer_says_what_else_it_does_before_its_line() -> None:
    note = "・登録情報との一致を本人確認として記録し、これを回答として送り、案件を終えます\n"
    acts = f"{note}・本人確認: 済み(書類)\n・決定: 開示請求 → 一部に応じる\n・案件を完了: 回答済み\n"
    assert f"本人確認も済みにして、送信・完了にする:\n{acts}\n送信 {SECRET[::-1]}\n" in preview(JA).text


def test_a_blocked_preview_offers_nothing_and_says_what_to_change_first() -> None:
    warnings = [Said("cc", {"count": 2}), Said("other_ref", {"refs": ["KJ-2026-000124-D"]})]
    ja = preview(JA, is_blocked=True, warnings=warnings)
    assert ja.subject.startswith(f"[{REF}] 送れません(直して返信してください)")
    assert ja.text.index("別の案件の番号(KJ-2026-000124-D)") < ja.text.index("ほかに2件の宛先")
    assert "もう一度このメールに返信してください" in ja.text
    assert not re.search(r"(?m)^送信 ", ja.text)
    assert "href" not in ja.html


@pytest.mark.parametrize("language", Language)
def test_the_preview_knows_which_warnings_block(language: Language) -> None:
    assert set(desk_words(language)["blocking"]) == BLOCKING


def test_a_preview_without_a_letter_is_a_question_before_an_act() -> None:
    nothing = {"to": "", "subject": "", "text": "", "attachments": [], "warnings": []}
    act = preview(JA, **nothing, offers=[Offered("act", SECRET)], acts=[Said("merged", {"ref": "KJ-2026-000124-D"})])
    assert act.subject.startswith(f"[{REF}] 実行前の確認")
    assert "■ 行われること\n・案件を統合: KJ-2026-000124-D へ\n" in act.text
    assert f"実行する:\n\n確認 {SECRET}\n" in act.text
    assert "宛先" not in act.text
    assert "添付" not in act.text


def test_a_receipt_answers_line_by_line() -> None:
    letter = receipt(JA)
    assert "» /担当\n✔ 担当: 未定 → s-sato\n\n次: 11/25(水)までに本人確認\n" in letter.text
    assert letter.subject == f"[{REF}] 受領 残8営業日 (期限 12/3)"
    assert "Next: somebody takes the case\n" in receipt(EN, next=Said("take")).text
    assert receipt(EN, ref=None, due_on=None, days_left=None, next=None).subject == "[mailbot] Receipt"


def test_a_refused_mail_is_told_that_its_good_lines_were_not_done_either() -> None:
    wrong = Said("unknown", {"suggestions": ["/担当"]}, "/丹東", is_done=False)
    text = refusal(JA, Said("handler", {"before": "", "after": "x"}, "/担当"), wrong).text
    assert "» /担当\n– 読み取れました。" in text
    assert "» /丹東\n✗ この行は指示として読めません。" in text
    assert "✔" not in text


def test_a_letter_that_lacks_fields_is_answered_with_lines_to_copy() -> None:
    lacking = Said("missing", {"letter": "L8", "fields": ["事実", "理由"]}, "/不開示 33-2-1", is_done=False)
    letter = refusal(JA, lacking)
    assert "\n\n/不開示 33-2-1\n事実:\n理由:\n" in letter.text  # no "…", which would pass for words
    assert "/不開示 33-2-1\n事実:\n理由:</div>" in letter.html


def test_a_refusal_lists_what_may_be_chosen() -> None:
    grounds = Said("unknown_ground", {"grounds": [("33-2-1", "危害のおそれ")]}, is_done=False)
    kinds = Said("unknown_kind", {"kinds": [("消去", "個人データの消去")], "suggestions": []}, is_done=False)
    blocked = Said("blocked", {"warnings": [Said("quoted")]}, is_done=False)
    text = refusal(JA, grounds, kinds, blocked).text
    assert "33-2-1: 危害のおそれ\n" in text
    assert "消去: 個人データの消去\n" in text
    assert "・引用と見られる行" in text


def test_the_manager_sees_the_whole_letter_and_what_differs_from_the_template() -> None:
    text = approval(JA, is_reminder=True, is_deputy=True).text
    assert "理由:\n│ ほかの方の記録と分けられない項目です。\n" in text
    assert f"│ 件名: [{REF}] 開示のご請求について\n│\n│ 見本 花子 様\n" in text
    assert "まだ承認も差戻しもされていません。" in text
    assert "管理責任者が不在のため" in text
    assert "承認になることはなく" in text
    assert approval(JA, is_reminder=True).subject == f"[{REF}] 承認のお願い(再送): 開示請求 残3営業日 (期限 12/3)"


def test_files_names_what_came_along_and_what_did_not() -> None:
    text = files(EN).text
    assert text.index(PAPERS.name) < text.index("Left out (not a kind") < text.index(LOCKED.name)
    assert "Left out (" not in files(EN, dropped=[]).text


@pytest.mark.parametrize(
    ("value", "ja", "en"),
    [
        ("x", "〈X〉", "〈X〉"),
        (["x", "y"], "〈X、y〉", "〈X, y〉"),
        ([], "〈none〉", "〈none〉"),
        (None, "〈none〉", "〈none〉"),
        (date(2026, 12, 3), "〈12/3(木)〉", "〈Thu 3 Dec〉"),
        (ARRIVED, "〈2026年11月20日(金)14時10分〉", "〈Friday, 20 November 2026, 14:10〉"),
        ("a\nb", "〈a b〉", "〈a b〉"),
    ],
)
def test_a_value_of_an_answer_is_said_in_words(value: object, ja: str, en: str) -> None:
    said, table, names = (
        Said("one", {"it": value, "spare": object()}),
        {"one": "〈%(it)s〉"},
        {"it": {"x": "X", "": "none"}},
    )
    assert (told(JA, said, table, names), told(EN, said, table, names)) == (ja, en)


def test_an_answer_names_the_value_it_lacks_and_prints_a_code_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="one: its value it is missing"):
        told(JA, Said("one"), {"one": "%(it)s"}, {})
    assert told(JA, Said("two\nlines"), {}, {}) == "two lines"
    assert pairs(["a", ("b", "B")], {"a": "A"}) == [("a", "A"), ("b", "B")]


def _first_lines(letter: Rendered) -> list[str]:
    return [body.split("\r\n")[0] for _, _, body in written_mails(letter)]
