"""Every letter that asks, reports or closes says what the law table asks of it, as a Japanese office would say it."""

import html
import re
from dataclasses import replace
from datetime import date

import pytest

from mailbot.core.desk.letterbook import form_for
from mailbot.core.gate import Permit, faults, text_digest
from mailbot.core.letters import LetterKind, Rendered
from mailbot.core.message import Language
from mailbot.core.outgoing import Thread, compose
from tests.edge.letter_samples import ARRIVED, COMPANY, GATE_ON, NOTICE_ON, REF, request_line
from tests.edge.letters_asking import (
    agent_request,
    clarification,
    closure,
    identity_request,
    method_change,
    relay,
    reminder,
    status_reply,
    status_report,
    wait_agreed,
)
from tests.edge.points_asking import EVERY, LETTERS, Write
from tests.edge.test_letter_lint import NEVER, words_of

JA, EN = Language.JA, Language.EN
FORMS = ["text", "html"]
NOT_HERE = {
    **{what: patterns for what, patterns in NEVER.items() if what != "a wrong form of address"},
    "a wrong form of address": ("殿|お客|様様|様.{0,2}へ", r"\b[Cc]ustomer|Mr\.|Ms\.|Dear"),
    "a second name for us": ("当社|我々|私ども|わたくし", r"\b[Oo]ur firm\b"),
    "keigo twice over": ("られておられ|になられ|おっしゃられ|拝見させ|お伺いさせ|ご確認して", "!"),
    "kanji where the office writes kana": ("下さい|頂|致し|御|出来|宜し", r"\b\w+n't\b|\b(we|you|I)'(re|ll|ve|d)\b"),
    "another calendar": ("令和|平成|平日|勤務日", r"working day|weekday"),
    "a threat": ("第39条|訴え|裁判|14日", r"Art\. 39|\bsuit\b|court|14 days"),
}
HOSTILE = {
    "a template": "{{7*7}} {% for x in y %}",
    "a script": "<script>alert(1)</script> &amp; <b>",
    "a quotation": "> quoted\n＞ 引用\r\n> again\u2028> and again",
    "a hidden quotation": "\x00> quoted\n\u202e> quoted",
    "many words": "word " * 600,
    "many characters": "あ" * 3000,
    "many marks": ">" * 3000,
    "wide marks": "𠮷＞" * 1500,
    "one long word": "x" * 3000,
}
FIELDS = [
    (write, template, field.name)
    for write, template in [
        (clarification, "clarification"),
        (status_report, "status_report"),
        (method_change, "method_change"),
        (closure, "closure"),
    ]
    for field in form_for(template, "").fields
]
of_every_letter = pytest.mark.parametrize("name", LETTERS)
in_both_languages = pytest.mark.parametrize("language", Language)
in_both_forms = pytest.mark.parametrize("form", FORMS)


@in_both_forms
@in_both_languages
@of_every_letter
def test_a_letter_says_everything_it_owes(name: str, language: Language, form: str) -> None:
    write, points = LETTERS[name]
    said = _seen(write(language), form)
    owed = {**EVERY, **points}
    assert [what for what, patterns in owed.items() if not re.search(_of(patterns, language), said, re.DOTALL)] == []


@in_both_forms
@in_both_languages
@of_every_letter
def test_a_letter_never_says_what_it_must_not(name: str, language: Language, form: str) -> None:
    letter = LETTERS[name][0](language)
    said = letter.text if form == "text" else re.sub("(?s)<style>.*?</style>|<!DOCTYPE html>", "", letter.html)
    found = {what: re.findall(_of(patterns, language), said) for what, patterns in NOT_HERE.items()}
    assert {what: words for what, words in found.items() if words} == {}


@in_both_languages
@pytest.mark.parametrize("name", [name for name in LETTERS if not name.startswith(("L5", "wait"))])
def test_who_wrote_is_thanked_unless_an_apology_or_their_wish_comes_first(name: str, language: Language) -> None:
    opening = LETTERS[name][0](language).text.split("\n\n")[1]
    assert re.search("ありがとうございま|Thank you", opening)


@in_both_languages
@of_every_letter
def test_text_and_html_say_the_same(name: str, language: Language) -> None:
    letter = LETTERS[name][0](language)
    in_text, in_html = _letters_only(_unnumbered(letter.text)), _letters_only(_seen(letter, "html").split(REF, 1)[1])
    assert in_html in in_text
    lines = [_letters_only(line) for line in _unnumbered(letter.text).splitlines()]
    assert [line for line in lines if line not in _letters_only(words_of(letter, "html"))] == []


@of_every_letter
def test_both_languages_are_built_alike(name: str) -> None:
    ja, en = (re.findall("<(h2|p|li|tr|ul|ol)", LETTERS[name][0](language).html) for language in Language)
    assert ja == en


@in_both_languages
@of_every_letter
def test_every_section_has_words_under_its_heading(name: str, language: Language) -> None:
    page = re.sub(r"\s+", "", LETTERS[name][0](language).html)
    assert "<h2>" in page
    assert not re.search("</h2>(<h2>|</div>)|<p></p>|<li></li>|<td></td>", page)


@of_every_letter
def test_every_japanese_sentence_ends_politely(name: str) -> None:
    sentences = re.findall(r"[^。\n]+(?=。)", LETTERS[name][0](JA).text)
    rude = [one for one in sentences if not re.search("(ます|です|ません|ました|でした|ください|ですか)$", one)]
    assert len(sentences) > 5
    assert rude == []


@of_every_letter
def test_we_call_ourselves_by_one_name_and_only_the_addressee_is_sama(name: str) -> None:
    text = LETTERS[name][0](JA).text
    assert "弊社" in text
    assert re.findall(r"(?m)^.*様.*$", text) == [text.splitlines()[0]]


@in_both_languages
@of_every_letter
def test_a_subject_carries_the_reference_and_the_company_and_no_name(name: str, language: Language) -> None:
    letter = LETTERS[name][0](language, addressee="Zyx Wvu", agent="Qpo Nml")
    subject = letter.subject.removeprefix(f"[{REF}] ")
    assert COMPANY[language].name in subject
    assert not re.search(r"\d|@|花子|太郎|Hanako|Taro|Zyx|Qpo", subject)
    assert letter.subject == LETTERS[name][0](language).subject


@in_both_languages
@of_every_letter
def test_the_outgoing_gate_lets_a_letter_pass(name: str, language: Language) -> None:
    assert _held(LETTERS[name][0](language), language) == []


@in_both_languages
@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize(("write", "template", "field"), FIELDS, ids=[f"{one[1]}-{one[2]}" for one in FIELDS])
def test_a_value_is_only_ever_a_value(write: Write, template: str, field: str, words: str, language: Language) -> None:
    filled = dict.fromkeys((one.name for one in form_for(template, "").fields), "-")
    letter = write(language, fields=filled | {field: words})
    shown = _visible(words)
    assert shown in _visible(letter.text)
    assert shown in _visible(html.unescape(re.sub("<[^>]*>", "", letter.html)))
    assert "<script" not in letter.html
    assert not re.search(r"(?m)^[>＞]", letter.text + letter.html)
    assert max(len(line.encode()) for line in letter.text.splitlines()) <= 900
    assert _held(letter, language) == ["quoted_text"] * bool(re.search(r"(?m)^\s*[>＞]", letter.text))


@in_both_languages
@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_a_name_is_only_ever_a_value(words: str, language: Language) -> None:
    letter = agent_request(language, addressee=words, agent=words)
    assert "<script" not in letter.html
    assert "49" not in letter.text.splitlines()[0]
    assert not re.search(r"(?m)^[>＞]", letter.text + letter.html)
    assert _held(letter, language) == []


@pytest.mark.parametrize("language", Language)
def test_a_value_keeps_its_lines_and_its_blank_lines(language: Language) -> None:
    letter = clarification(language, fields={"question": "one\n\ntwo\n  three", "choices": ""})
    assert "  one\n\n  two\n    three\n" in letter.text
    assert ">one<br><br>two<br>  three</p>" in letter.html


@pytest.mark.parametrize(
    ("addressee", "agent", "ja", "en"),
    [
        ("", "", "ご連絡をくださった方へ", "To the person who wrote to us"),
        ("見本 花子", "", "見本 花子様", "To 見本 花子"),
        ("見本 花子様", "", "見本 花子様", "To 見本 花子様"),
        (
            " 見本 花子 様 ",
            "見本 太郎様",
            "見本 花子様 代理人 見本 太郎様",
            "To 見本 花子 様, by the agent 見本 太郎様",
        ),
        ("", "見本 太郎", "代理人 見本 太郎様", "To the agent 見本 太郎"),
    ],
)
def test_the_first_line_is_the_addressee_and_an_agent_stands_after_the_person(
    addressee: str, agent: str, ja: str, en: str
) -> None:
    assert agent_request(JA, addressee=addressee, agent=agent).text.splitlines()[0] == ja
    assert agent_request(EN, addressee=addressee, agent=agent).text.splitlines()[0] == en


@pytest.mark.parametrize("name", [name for name in LETTERS if name != "status"])
def test_a_checked_person_is_not_told_to_throw_the_letter_away(name: str) -> None:
    assert "お心あたり" in LETTERS[name][0](JA, has_identity=False).text
    assert "お心あたり" not in LETTERS[name][0](JA, has_identity=True).text


@pytest.mark.parametrize("tier", [1, 2])
def test_no_papers_are_asked_where_less_suffices(tier: int) -> None:
    assert not re.search("運転免許証|2点の写し|本籍|郵送: ", identity_request(JA, tier=tier).text)
    assert not re.search("licence|two documents|domicile|Post: ", identity_request(EN, tier=tier).text)


def test_a_clock_that_no_business_days_count_is_not_said_to_stand_still() -> None:
    by_calendar = [replace(request_line("disclosure", JA), notice_days=None, gate_on=None)]
    text = identity_request(JA, requests=by_calendar).text
    assert "数えを止め" not in text
    assert "翌日から暦の日で数えて" in text


def test_a_calendar_date_that_has_passed_is_not_promised_again() -> None:
    assert "暦の日で数える期日" not in identity_request(JA, today=date(2026, 12, 5)).text
    assert "2026年12月4日(金)は、この間も" in identity_request(JA, today=GATE_ON).text


def test_the_earlier_of_two_limits_is_explained_only_where_it_is_the_date() -> None:
    gated = [replace(request_line("erase", JA), gate_on=date(2026, 12, 2))]
    assert "早いほうを期日" in status_reply(JA, requests=gated, answer_by=date(2026, 12, 2)).text
    assert "早いほうを期日" not in status_reply(JA, requests=gated, answer_by=NOTICE_ON).text
    assert "the earlier date applies" in status_reply(EN, requests=gated, answer_by=date(2026, 12, 2)).text
    assert "早いほうを期日" not in status_report(JA, requests=gated, answer_by=date(2026, 12, 2)).text


@pytest.mark.parametrize(
    "write", [identity_request, clarification, status_report, method_change, status_reply, wait_agreed, reminder]
)
@in_both_languages
def test_where_no_answer_is_dated_no_date_is_made_up(write: Write, language: Language) -> None:
    text = write(language, answer_by=None, **({"new_on": None, "old_on": None} if write is status_report else {})).text
    assert "None" not in text
    assert not re.search("お答えする期日.{0,8}20|上記の期日|届いた日、|due by:|the date above|How we count", text)
    assert write is not identity_request or re.search("営業日とは|A business day is", text)
    assert write is wait_agreed or re.search("結果(を|、または.*)お?.*お知らせ|with the result", text)


@pytest.mark.parametrize(
    ("states", "ja", "en"),
    [
        (("open",), "担当者が確認を進めております", "looking into it"),
        (("unclassified",), "ご依頼の内容を拝読し", "reading your message"),
        (("overdue",), "期日を過ぎ、お待たせしておりますことを、お詫び", "We apologise for keeping you waiting"),
        (
            ("paused",),
            "先にお送りしたメールをご覧のうえ、ご返信",
            "see the message that we sent you earlier, and reply",
        ),
        (("overdue",), "期日を過ぎております。担当者が", r"was due has passed\. A member of staff"),
        (("paused",), "ご返信をお待ちしております。その間は", "We are waiting for a reply"),
        (("closed",), "お手続きを終えております", "This part is closed"),
        (
            ("open", "closed"),
            r"1\. .*\n +担当者が.*\n2\. .*\n +お手続きを終えて",
            r"1\. .*\n +A member.*\n2\. .*\n +This part",
        ),
        (("open", "paused"), r"12月3日\(木\) \(いちばん早いもの\)", r"December 2026 \(the earliest\)"),
    ],
)
def test_the_status_of_each_request_is_told(states: tuple[str, ...], ja: str, en: str) -> None:
    assert re.search(ja, status_reply(JA, *states).text)
    assert re.search(en, status_reply(EN, *states).text)


@pytest.mark.parametrize("state", ["open", "overdue"])
def test_a_date_that_has_passed_is_not_promised_again(state: str) -> None:
    ja, en = (status_reply(language, state, today=date(2026, 12, 7)).text for language in Language)
    assert "担当者からメールでお知らせいたします" in ja
    assert "A member of staff will write to you with" in en
    assert not re.search("上記の期日までに|by the date above", ja + en)


@in_both_languages
def test_a_question_without_choices_leaves_the_answer_open(language: Language) -> None:
    text = clarification(language, fields={"question": "?", "choices": " "}).text
    assert re.search("お分かりになる範囲で|as much as you can", text)
    assert not re.search("お選びいただける|choose from", text)


@in_both_languages
def test_a_decision_that_was_not_yet_notified_looks_like_work_in_hand(language: Language) -> None:
    assert status_reply(language, "decided") == status_reply(language, "open")


@in_both_languages
def test_when_everything_is_closed_no_date_is_owed(language: Language) -> None:
    assert not re.search("今後の流れ|What happens next", status_reply(language, "closed", "closed").text)


@pytest.mark.parametrize("why", ["withdrawn", "lapsed", "answered", "other"])
@in_both_languages
def test_a_case_without_a_request_can_be_closed(why: str, language: Language) -> None:
    text = closure(language, why=why, requests=[], fields={"words": "see\nyou"}).text
    assert re.search("(■ 担当者から|A note from the member of staff\n=+)\n  see\n  you\n", text)
    assert not re.search("対象のご依頼|Your request\n", text)


@in_both_languages
def test_a_relay_is_the_words_of_staff_the_desk_and_the_reference_and_nothing_else(language: Language) -> None:
    words = "{{7*7}} <b>様\n\nsecond\n  third ".rstrip()
    letter = relay(language, words)
    company = COMPANY[language]
    signed = (
        f"{company.name}\n{company.desk}\n{'受付番号' if language is JA else 'Reference'}: {REF}\n{company.address}\n"
    )
    assert letter.text == f"{words}\n\n________________________________\n{signed}"
    assert "{{7*7}} &lt;b&gt;様<br><br>second<br>  third</p>" in letter.html
    assert not re.search("自動|automat", letter.text)


def test_a_quotation_in_a_relay_stays_in_sight_of_the_outgoing_gate() -> None:
    assert _held(relay(JA, "ご回答です。\n\n> quoted"), JA, LetterKind.RELAY) == ["quoted_text"]
    assert _held(relay(JA, "ご回答です。\n\n  a > b"), JA, LetterKind.RELAY) == []


def _seen(letter: Rendered, form: str) -> str:
    """What a reader sees, the HTML without the extra spaces of its source."""
    return words_of(letter, form) if form == "text" else re.sub(r" +", " ", words_of(letter, form))


def _held(letter: Rendered, language: Language, kind: LetterKind = LetterKind.LETTER) -> list[str]:
    """Say what the outgoing gate has against a letter, or against a relay that was confirmed as it stands."""
    to, company = "someone@requester.example", COMPANY[language]
    mail = compose(company, kind, letter, to, "<cv1.x@company.test>", Thread(), ARRIVED)
    permit = Permit(to, company.address, company.address, REF, kind, to_requester=True)
    return faults(mail, replace(permit, approved_text=text_digest(letter.text)))


def _of(patterns: tuple[str, str], language: Language) -> str:
    return patterns[0] if language is JA else patterns[1]


def _unnumbered(text: str) -> str:
    """The numbers that HTML draws by itself."""
    return re.sub(r"(?m)^\d\. ", "", text)


def _letters_only(text: str) -> str:
    return re.sub(r"[\W_]", "", text)


def _visible(text: str) -> str:
    return re.sub("[\\s\x00\u202e]", "", text)
