"""Every acknowledgement says what the law table asks (L1); every refusal to staff what was not done and what helps."""

import html
import re
from collections.abc import Callable, Mapping
from datetime import date

import pytest

from mailbot.core.events import Name
from mailbot.core.kinds import KINDS
from mailbot.core.letters import Rendered, RequestLine, Said
from mailbot.core.message import Language
from mailbot.edge.render import told
from tests.edge.letter_samples import (
    ARRIVED,
    NOTICE_ON,
    STAFF_LETTERS,
    acknowledgement,
    desk_words,
    digest,
    refusal,
    report,
)

JA, EN = Language.JA, Language.EN
SEVERAL = ("disclosure", "marketing_stop", "complaint")
WHAT_IS_ASKED = [(kind,) for kind in KINDS] + [SEVERAL, ("inquiry", "not_for_us")]
FORMS = ["text", "html"]

POINTS = {
    "its reference": (r"受付番号.{0,4}KJ-2026-000123-C", r"Reference.{0,4}KJ-2026-000123-C"),
    "the company": ("見本家事サービス株式会社", r"Sample Home Services, Inc\."),
    "the desk": ("個人情報相談窓口", "Personal Information Desk"),
    "who is responsible": ("個人情報管理責任者", "Personal Information Manager"),
    "its own date": (r"お知らせの日付.{0,4}2026年11月20日\(金\)", r"Date of this letter.{0,4}Friday, 20 November 2026"),
    "when the mail came": (r"受信日時.{0,4}2026年11月20日\(金\)14時10分", r"Friday, 20 November 2026, 14:10 \(JST\)"),
    "to reply if misread": ("違っている場合は.*返信", "wrong, please reply"),
    "by which date": (r"期日: 2026年12月3日\(木\)", "Due date: Thursday, 3 December 2026"),
    "how it was counted": (r"到着日の翌日から数えて8営業日目", r"8 business days after arrival"),
    "that arrival is not counted": (r"届いた日、2026年11月20日\(金\)を含めず", "20 November 2026, is not counted"),
    "what a business day is": (
        "営業日とは、土曜日、日曜日、日本の祝日および弊社の休業日を除いた日",
        "except Saturdays, Sundays, Japanese public holidays and days on which our company is closed",
    ),
    "how identity is checked": (
        r"ご本人であることを確認いたします|本人確認書類は必要ございません",
        r"confirm the identity|No identity documents are needed",
    ),
    "to attach no papers": ("メールに添付なさらないでください", r"please do not attach|Please do not attach"),
    "a word to agents": ("代理.*(ご案内いたします|お知らせください)", "on behalf of another person"),
    "the fee": ("手数料はかかりません", "There is no fee"),
    "that a machine wrote it": ("自動でお送りして", "automated message"),
    "that nothing is promised": ("結果をお約束するものではございません", "does not promise any particular outcome"),
    "that it proves no dealings": ("お取引の有無にかかわらず", "whether or not they have dealings"),
    "how to reply": ("件名を変えずに.*ご返信ください", "answer this message and leave the subject line as it is"),
    "how to complain": ("苦情も、このメールへのご返信で承り", "wish to complain"),
    "the address of the desk": (r"privacy@company\.test", r"privacy@company\.test"),
}

NEVER = {
    "a wrong form of address": ("殿|様|お客さま", r"\b[Cc]ustomer|Mr\.|Ms\."),
    "careless words": ("了解|すみません|すいません|当社|わたし", r"\b(OK|Hi|Hello|sorry about)\b"),
    "a promise of outcome": (
        "必ず|(開示|訂正|追加|削除|消去|停止|提供)(を行い|させていただき|いたし|し)ます",
        r"we will (disclose|correct|add|delete|erase|stop|suspend|provide|end)|guarantee",
    ),
    "what we hold": ("ご登録の|会員|ご利用いただいて", r"your account|our records|as a member"),
    "an admission": (
        "弊社の(不手際|過失|責任)|ご迷惑をおかけしました|漏えいいたしました|流出いた",
        r"our (fault|mistake|error)|we (failed|leaked)",
    ),
    "a season": (r"の候|盛夏|晩秋|時下|拝啓", r"season"),
    "advertising": ("キャンペーン|お得", r"\b(offer|newsletter)\b"),
    "a link": (r"https?:|www\.|<img|src=", r"https?:|www\.|<img|src="),
    "a template": (r"{{|}}|{%|%}|None|Undefined|Markup", r"{{|}}|{%|%}|\bNone\b|Undefined|Markup"),
    "a quotation": (r"(?m)^[>＞]", r"(?m)^[>＞]"),
    "a date without its weekday": (r"\d月\d+日(?!\()", r"(?<!day, )\b\d{1,2} (November|December)"),
}


def _alike(values: Mapping[str, object], *codes: str) -> dict[str, Mapping[str, object]]:
    return dict.fromkeys(codes, values)


DONE: Mapping[str, Mapping[str, object]] = {
    **_alike({}, "note", "preview", "approved", "reopened", "spam", "undone", "already_done", "ack", "no_files"),
    **_alike({}, "approval_mailed", "words_unused", "present"),
    "absent": {"first_on": NOTICE_ON, "first_year": 2026, "last_on": NOTICE_ON, "last_year": 2026},
    "handler": {"before": "", "after": "s-sato"},
    "type": {"before": ["tp_record"], "after": ["stop_use", "tp_stop"]},
    "asked": {"what": "id"},
    "identity": {"method": "waive"},
    "decided": {"rights": ["tp_record", "delete_item"], "outcome": "no_data"},
    "approved_by": {"who": "Bo Manager"},
    "waiting_approval": {"who": ["花 管理", "Bo Manager"]},
    "denied": {"reason": "x"},
    "sent": {"letter": "L8"},
    "queued_until": {"at": ARRIVED},
    "closed": {"why": "by_staff"},
    "merged": {"ref": "KJ-2026-000124-D"},
    "split": {"ref": ""},
    "linked": {"ref": "KJ-2026-000124-D"},
    "hold": {"on": False},
    "snoozed": {"until": NOTICE_ON},
    "extended": {"old_on": NOTICE_ON, "new_on": NOTICE_ON},
    "party": {"role": "agent", "to": "agent@requester.example"},
    "address": {"to": "new@requester.example"},
    "files": {"count": 2},
}
"""Every code of what was done, with the values that come with it."""

ERRORS: Mapping[str, Mapping[str, object]] = {
    **_alike({}, "twice", "code_unknown", "code_expired", "code_used", "code_void", "code_other", "unknown_ref"),
    **_alike({}, "self_approval", "not_manager", "forward", "nothing_to_undo", "already_sent", "no_draft"),
    **_alike({}, "needs_text", "wrong_case", "case_closed", "not_handler", "no_request", "no_case", "mixed", "many"),
    **_alike({}, "needs_code", "one_case", "extension_again", "extension_paused", "which_digest", "no_line"),
    **_alike({}, "no_approval", "approval_over", "one_approval", "words_of_several"),
    "extension_late": {"due_on": NOTICE_ON},
    "extension_limit": {"right": "tp_record", "most": 2, "unit": "m", "days": 61, "day_unit": "d"},
    "extension_none": {"right": "marketing_stop"},
    "unknown": {"suggestions": []},
    "ambiguous": {"suggestions": ["/担当"]},
    "absence_days": {"usage": "/不在"},
    "argument": {"usage": "/担当"},
    "argument_near": {"usage": "/担当", "suggestions": ["訂正"]},
    "missing": {"letter": "L8", "fields": ["事実"]},
    "no_identity": {"tier": 3},
    "cannot": {"state": "unacknowledged"},
    "unknown_person": {"people": ["s-sato"]},
    "unknown_letter": {"letters": ["L8"]},
    "unknown_ground": {"grounds": [("33-2-1", "x")]},
    "unknown_kind": {"kinds": [("消去", "個人データの消去")], "suggestions": []},
    "unknown_method": {"methods": ["waive"]},
    "blocked": {"warnings": [Said("quoted")]},
    "open_requests": {"numbers": [1, 2]},
    "no_form": {"right": "tp_record", "outcome": "no_data"},
    "not_allowed": {"right": "tp_record", "outcome": "no_data"},
}
"""Every code of what could not be done, with the values that come with it."""

WARNINGS: Mapping[str, Mapping[str, object]] = {
    **_alike({}, "note_text", "quoted", "staff_token", "not_proved", "reply_to_differs", "long"),
    **_alike({"count": 2}, "known_address", "known_phone", "known_name", "cc"),
    **_alike({"name": "x.pdf"}, "encrypted", "attachment_type", "attachment_size"),
    **_alike({"last": 14, "day": 12, "gate_on": NOTICE_ON}, "gate_comes", "gate_gone"),
    "report_gap": {"fields": ["理由"]},
    "report_lines": {"numbers": "#1 #2"},
    "other_ref": {"refs": ["KJ-2026-000124-D"]},
    "no_identity": {"tier": 2},
    "tag_differs": {"ref": "KJ-2026-000124-D"},
}
"""Every code of what a draft is warned of, with the values that come with it."""

ONLY_IN_TEXT = r"---- |.*一行だけ|.*コードの行だけ|.*with only"
"""Lines of plain text that stand in for a button or for the edge of a box."""


def words_of(letter: Rendered, form: str) -> str:
    """Return what a reader sees of one form of a letter, without line breaks inside Japanese tables."""
    if form == "text":
        return letter.text
    body = re.sub(r"<style>.*?</style>", "", letter.html, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kinds", WHAT_IS_ASKED, ids=" ".join)
def test_an_acknowledgement_says_everything_it_owes(kinds: tuple[str, ...], language: Language, form: str) -> None:
    said = words_of(acknowledgement(language, *kinds), form)
    missing = [point for point, patterns in POINTS.items() if not re.search(_of(patterns, language), said)]
    assert missing == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kinds", WHAT_IS_ASKED, ids=" ".join)
def test_an_acknowledgement_never_says_what_it_must_not(kinds: tuple[str, ...], language: Language, form: str) -> None:
    letter = acknowledgement(language, *kinds, mentions_agent=True)
    said = words_of(letter, form) if form == "text" else re.sub("(?s)<style>.*?</style>", "", letter.html)
    found = {what: re.findall(_of(patterns, language), said) for what, patterns in NEVER.items()}
    assert {what: words for what, words in found.items() if words} == {}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", KINDS)
def test_an_acknowledgement_lists_our_reading(kind: str, language: Language) -> None:
    name = KINDS[kind].name(language)
    assert f"1. {name[0].upper()}{name[1:]}\n" in acknowledgement(language, kind).text


@pytest.mark.parametrize("language", Language)
def test_several_requests_are_numbered_in_their_order(language: Language) -> None:
    text = acknowledgement(language, *SEVERAL).text
    assert re.findall(r"(?m)^(\d)\. ", text) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("kinds", "ja", "en"),
    [
        (("unclassified",), "担当者が直接拝読し", "A member of staff will read your message"),
        (
            ("complaint",),
            "貴重なお申し出をいただき.*お詫び申し上げます",
            "taking the time.*We are sorry for the trouble",
        ),
        (("opinion",), "貴重なお申し出をいただき", "taking the time"),
        (("marketing_stop",), "停止に、本人確認書類は必要ございません", "No identity documents are needed to end"),
        (
            ("incident_tip",),
            "そのまま保管し、ほかの方への転送や公開はお控え",
            "keep them safe.*do not forward or publish",
        ),
        (("incident_tip",), "事実関係は、これから確認いたします", "We have yet to establish the facts"),
        (("inquiry",), "お問い合わせを次のように承りました", "your question to be the following"),
        (
            ("not_for_us",),
            "担当部署に引き継ぎ.*ご連絡いたします",
            "the department responsible, which will write to you",
        ),
        (("disclosure",), "マイナンバー", "My Number"),
    ],
)
def test_each_kind_is_met_in_its_own_tone(kinds: tuple[str, ...], ja: str, en: str) -> None:
    assert re.search(ja, acknowledgement(JA, *kinds).text)
    assert re.search(en, acknowledgement(EN, *kinds).text)


@pytest.mark.parametrize("kind", ["opinion", "inquiry", "disclosure", "not_for_us"])
def test_nobody_is_offered_an_apology_for_asking(kind: str) -> None:
    assert "お詫び" not in acknowledgement(JA, kind).text
    assert "sorry" not in acknowledgement(EN, kind).text


def test_no_identity_check_is_announced_where_none_is_made() -> None:
    for kind in ("complaint", "marketing_stop", "incident_tip", "inquiry"):
        assert "ご本人であることを確認" not in acknowledgement(JA, kind).text
        assert "営業日の数えを止める" not in acknowledgement(JA, kind).text


def test_a_calendar_limit_that_comes_first_is_the_date_and_is_explained() -> None:
    gated = {"gate_on": date(2026, 12, 2)}
    assert "期日: 2026年12月2日(水)、到着日の翌日から暦の日で数えて12日目" in acknowledgement(JA, "erase", **gated).text
    assert "暦の日で数えた期日のほうが早い場合" in acknowledgement(JA, "erase", **gated).text
    assert "2 December 2026 (12 calendar days after arrival)" in acknowledgement(EN, "erase", **gated).text
    assert "暦の日" not in acknowledgement(JA, "erase").text


def test_a_date_that_no_business_days_lead_to_is_counted_by_the_calendar() -> None:
    line = RequestLine(1, "incident_tip", "x", total_on=date(2026, 11, 25))
    assert (
        "11月25日(水)、到着日の翌日から暦の日で数えて5日目" in acknowledgement(JA, "incident_tip", requests=[line]).text
    )
    assert "営業日" not in acknowledgement(JA, "incident_tip", requests=[line]).text
    assert "(5 calendar days after arrival)" in acknowledgement(EN, "incident_tip", requests=[line]).text


def test_a_request_without_a_clock_is_told_so_instead_of_a_date() -> None:
    text = acknowledgement(JA, "inquiry", requests=[]).text
    assert "上記の期日" not in text
    assert "営業日" not in text


def test_an_agent_is_told_that_the_authority_will_be_confirmed() -> None:
    assert "代理の方からのご連絡と承りました" in acknowledgement(JA, "erase", mentions_agent=True).text
    assert "writing on behalf of another person." in acknowledgement(EN, "erase", mentions_agent=True).text


@pytest.mark.parametrize("language", Language)
def test_text_and_html_say_the_same(language: Language) -> None:
    letter = acknowledgement(language, *SEVERAL)
    in_html = _letters_only(words_of(letter, "html"))
    lines = [_letters_only(re.sub(r"^\d\. ", "", line)) for line in letter.text.splitlines()]
    assert [line for line in lines if line not in in_html] == []


@pytest.mark.parametrize("language", Language)
def test_no_subject_carries_a_name_or_an_address(language: Language) -> None:
    letters = [acknowledgement(language, "disclosure"), *(write(language) for write in STAFF_LETTERS)]
    assert not [letter.subject for letter in letters if re.search("@|花子|Hanako", letter.subject)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("write", STAFF_LETTERS)
def test_a_staff_mail_never_says_what_it_must_not(
    write: Callable[[Language], Rendered], language: Language, form: str
) -> None:
    letter = write(language)
    said = letter.text if form == "text" else re.sub("(?s)<style>.*?</style>", "", letter.html)
    never = ("careless words", "a link", "a template", "a quotation", "a season", "advertising")
    found = {what: re.findall(_of(NEVER[what], language), said) for what in never}
    assert {what: words for what, words in found.items() if words} == {}
    assert "殿" not in said


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("write", [write for write in STAFF_LETTERS if write not in {digest, report}])
def test_text_and_html_of_a_staff_mail_say_the_same(write: Callable[[Language], Rendered], language: Language) -> None:
    letter = write(language)
    in_html = _letters_only(words_of(letter, "html"))
    shown = [line for line in letter.text.splitlines() if not re.match(ONLY_IN_TEXT, line)]
    lines = [_letters_only(re.sub(r"^\d\. ", "", line)) for line in shown]
    assert [line for line in lines if line not in in_html] == []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("name", "codes"), [("done", DONE), ("error", ERRORS), ("warning", WARNINGS)])
def test_every_code_of_an_answer_is_said_in_words(
    language: Language, name: str, codes: Mapping[str, Mapping[str, object]]
) -> None:
    words = desk_words(language)
    assert set(words[name]) == set(codes)
    for code, values in codes.items():
        said = told(language, Said(code, values), words[name], words["names"])
        assert not re.search(r"\w_\w|waive|True|False|None|%", said.replace("waived", "")), f"{code}: {said}"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("code", ERRORS)
def test_every_refusal_says_what_was_not_done_and_what_helps(code: str, language: Language) -> None:
    said = refusal(language, Said(code, ERRORS[code], is_done=False)).text.partition("✗ ")[2]
    assert re.search("(して|って|れて|えて)いません" if language is JA else r"\bnot\b|Nothing", said), said
    assert re.search("ください" if language is JA else r"\b[Pp]lease\b", said), said


@pytest.mark.parametrize("language", Language)
def test_every_event_is_said_in_words(language: Language) -> None:
    assert set(desk_words(language)["event"]) == {name.value for name in Name}


def test_both_languages_have_words_for_the_same_codes() -> None:
    ja, en = desk_words(JA), desk_words(EN)
    assert set(ja) == set(en)
    for name, table in ja.items():
        if isinstance(table, dict):
            assert set(table) == set(en[name]), name
            assert {code: _places(words) for code, words in table.items()} == {
                code: _places(words) for code, words in en[name].items()
            }


def _places(words: object) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", str(words)))


def _of(patterns: tuple[str, str], language: Language) -> str:
    return patterns[0] if language is JA else patterns[1]


def _letters_only(text: str) -> str:
    return re.sub(r"[\W_]", "", text)
