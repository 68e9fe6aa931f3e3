"""The renderer: mail content stays a value, faults name their place, dates speak the reader's language."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mailbot import resources
from mailbot.core.letters import DigestLine, Letter, LetterKind, RequestLine
from mailbot.core.message import Attachment, Language
from mailbot.edge.render import LetterError, Renderer, day, flow, moment, short_day
from tests.edge.letter_samples import ARRIVED, EMPTY_DAY, REF, acknowledgement, digest, letter_trouble, notice, warning

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
    assert starts == [f"ref: {REF}"]


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
    staff = [write(language) for write in (notice, warning, letter_trouble, digest)]
    for letter in [acknowledgement(language, "disclosure"), *staff]:
        assert letter.subject == " ".join(letter.subject.split())
        assert not re.search(r"(?m)[ \t]$", letter.text)
        assert "\n\n\n" not in letter.text
        assert max(len(line.encode()) for line in letter.html.splitlines()) <= 900
        assert not re.search(r"https?:|<img|<script|{{|{%", letter.html)
        assert set(re.findall(r'href="([^"]+)"', letter.html)) <= {"mailto:privacy@company.test"}


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
    assert card[0] == "―― この通知への返信は案件に保管されます(お客様には送信されません)――"
    assert "注意: 代理人、new_code" in card
    assert "受付のお知らせ: 送っていません(送信元認証に失敗)" in card
    assert "差出人: 見本 花子 <hanako@requester.example>" in card
    assert any("判定 0.93「情報を開示」" in line for line in card)
    assert any("委任状.pdf (application/pdf、123.5 kB、SHA-256 ab12cd34ef56…)" in line for line in lines)
    assert lines[-1] == f"ref: {REF}"


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
    text = warning(JA, points=["half_used", "gate_7", "overdue:2026-12-04"], days_left=-1).text
    assert "・期間の半分が過ぎました\n・到着から7日になりました(第39条)\n・通知期限を過ぎました\n" in text
    assert "1営業日超過" in text


@pytest.mark.parametrize("trouble", ["refused", "unknown", "gave_up", "gate"])
def test_letter_trouble_says_what_happened_and_what_to_do(trouble: str) -> None:
    ja, en = letter_trouble(JA, trouble=trouble, ref=None), letter_trouble(EN, trouble=trouble)
    assert ja.subject.startswith("[mailbot] 要確認: 受付のお知らせが")
    assert "ref:" not in ja.text
    assert ("may not have left" in en.subject) == (trouble == "unknown")
    assert "<cv1.abcdef@company.test>" in en.text


def test_the_digest_orders_and_counts_what_is_open() -> None:
    letter = digest(JA)
    assert letter.subject == "[mailbot] 2026-11-24 日次報告 #12: 期限超過 1 / 期限間近 1"
    headings = re.findall(r"(?m)^■ (\S+)", letter.text)
    assert headings[:5] == ["期限超過", "期限間近", "担当未定", "ほか対応中", "保留メール"]
    assert "12/3(木) 残2営業日  [########..] 75%  対応中  担当未定" in letter.text
    assert "・【要確認】 ディスクの空き: 3 %" in letter.text
    assert "記録の先頭ハッシュ: " + "9f" * 32 in letter.text


def test_the_digest_names_the_least_certain_everyday_matters_by_reference() -> None:
    assert "・KJ-2026-000131-D" in digest(JA).text
    assert "please look again at the least certain" in digest(EN).text
    assert "look again" not in digest(EN, look_again=[]).text


def test_an_empty_digest_says_so() -> None:
    assert "対応中の案件も、保留中のメールもありません。" in digest(JA, **EMPTY_DAY).text
    assert "No case is open and no mail is held." in digest(EN, **EMPTY_DAY).text
    assert "ありません。" not in digest(JA).text


@pytest.mark.parametrize(("used", "bar"), [(-0.5, 0), (0.0, 0), (0.04, 0), (0.5, 5), (1.0, 10), (3.0, 10)])
def test_a_bar_never_leaves_its_frame(used: float, bar: int) -> None:
    letter = digest(EN, overdue=[DigestLine(1, REF, "x", ARRIVED.date(), 1, used, None, "open")])
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
    late = DigestLine(1, REF, "x", ARRIVED.date(), -1, 1.2, None, "open")
    assert "Unassigned: 1" in digest(EN, overdue=[late], due_soon=[], unassigned=[], other_open=[]).text
