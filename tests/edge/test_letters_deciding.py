"""Every letter that decides says what law §3 asks of it (L6-L9, L11-L15), and nothing it must not say."""

import html
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from mailbot.core.desk.letterbook import Form, form_for
from mailbot.core.letters import Letter, LetterKind, Rendered, RequestLine
from mailbot.core.message import Language
from mailbot.edge.render import Renderer
from mailbot.resources import templates_folder
from tests.edge.letter_samples import COMPANY, request_line
from tests.edge.letters_deciding import ASKED, DECIDING, POLICY, context, deciding, filled, ground

JA, EN = Language.JA, Language.EN
PARTS = ["text", "html"]
Points = dict[str, tuple[str, str]]

EVERY_LETTER: Points = {
    "its reference": (r"受付番号.{0,4}KJ-2026-000123-C", r"Reference.{0,4}KJ-2026-000123-C"),
    "the company": ("見本家事サービス株式会社", r"Sample Home Services, Inc\."),
    "the desk": ("個人情報相談窓口", "Personal Information Desk"),
    "who is responsible": ("責任者: 個人情報管理責任者", "Responsible: Personal Information Manager"),
    "its own date": (
        r"お知らせの日付.{0,4}2026年11月30日\(月\)",
        "Date of this letter.{0,4}Monday, 30 November 2026",
    ),
    "when the mail came": (r"2026年11月20日\(金\)14時10分", "Friday, 20 November 2026, 14:10"),
    "to whom it goes": ("見本 花子様", "Hanako Mihon"),
    "what happens next": ("今後の流れ", "What happens next"),
    "how to reply": ("件名を変えずに.*ご返信ください", "answer this message and leave the subject line as it is"),
    "how to complain": ("苦情も、このメールへのご返信で承り", "wish to complain"),
    "the address of the desk": (r"privacy@company\.test", r"privacy@company\.test"),
}

NEGATIVE: Points = {
    "the ground": ("根拠", "[Gg]round for"),
    "the article": (r"個人情報保護法第3\d条", r"Act on the Protection of Personal Information, (Art|prov)"),
    "the reason": ("理由", "Reason for"),
    "who approved it": (
        "この決定は、個人情報管理責任者の承認を得て行いました",
        "This decision was approved by the Personal Information Manager",
    ),
    "what to do against it": (
        "ご納得いただけない場合は.*ご返信ください。個人情報管理責任者があらためて確認いたします",
        "do not agree with this decision, please reply",
    ),
    "what can be asked instead": (
        "開示のご請求|開示、訂正|範囲を変えてご請求|利用の停止のご請求",
        "disclosure (of|or)|different scope",
    ),
}

HANDED_OVER: Points = {
    "that the data is not in the mail": (
        "このメールには記載しておらず、メールでそのままお送りすることもございません",
        "is not in this message, and we never send it as plain e-mail",
    ),
    "the safe ways": (
        "郵送、窓口でのお渡し、または暗号化したファイル",
        "by post, by pick-up in person or as an encrypted",
    ),
    "the passphrase's own way": ("パスワードは、そのファイルとは別の手段", "passphrase of a file .* different channel"),
    "by which date": (r"遅くとも2026年12月7日\(月\)まで", "by Monday, 7 December 2026 at the latest"),
    "how it was counted": (
        r"届いた日、2026年11月20日\(金\)を含めず、翌日から営業日で数えて",
        "20 November 2026, is not counted; we count business days",
    ),
    "what a business day is": ("営業日とは、土曜日", "A business day is any day except Saturdays"),
    "how to ask correction": ("訂正、追加または削除のご請求", "correct, add to or delete"),
    "how to ask suspension": ("利用の停止または消去のご請求", "suspend the use of your data or to erase"),
}

OWED: dict[tuple[str, str], Points] = {
    ("disclosure", "full"): HANDED_OVER | {"the decision": ("開示することを決定", "decided to disclose")},
    ("partial_disclosure", "partial"): HANDED_OVER
    | NEGATIVE
    | {
        "the decision": ("一部を除いて開示することを決定", "except for a part of it"),
        "that a part is withheld": ("開示しないもの", "What is withheld"),
        "that nothing is given away": ("明らかにしない範囲で", "without revealing what is withheld"),
    },
    ("refusal", "refused"): NEGATIVE
    | {
        "the decision": ("開示しないことを決定", "decided not to disclose"),
        "facts": ("確認した事実", "Facts established"),
    },
    ("no_data", "no_data"): {
        "the result": ("該当する個人データは見つかりませんでした", "have found none"),
        "that it is no refusal": ("お断りするものではなく", "does not refuse"),
        "by what we searched": ("検索に用いた情報", "What we searched by"),
        "where we searched": ("検索した範囲", "Where we searched"),
        "that other spellings are welcome": ("お名前の別の表記", "another spelling of your name"),
        "that other addresses are welcome": ("ほかのメールアドレス、電話番号、ご住所", "another e-mail address"),
    },
    ("correction_result", "full"): {
        "that it is done": ("訂正等」といいます.を下記のとおり行いました", "have made the correction"),
        "what": ("行った訂正等の内容", "What we changed"),
        "when": ("訂正等を行った日", "When we changed it"),
        "who was told": ("訂正等をお知らせした先", "Whom we told"),
    },
    ("correction_result", "partial"): NEGATIVE
    | {
        "that a part is done": ("残りの部分については行わないことを決定", "decided not to make it for the rest"),
        "what": ("行った訂正等の内容", "What we changed"),
        "who was told": ("訂正等をお知らせした先", "Whom we told"),
        "facts": ("確認した事実", "Facts established"),
    },
    ("correction_result", "refused"): NEGATIVE
    | {
        "the decision": ("を行わないことを決定", "decided not to make the correction"),
        "facts": ("確認した事実", "Facts established"),
    },
    ("suspension_result", "full"): {
        "the decision": ("に応じることを決定", "decided to grant it"),
        "what": ("利用停止等の内容", "What is suspended or erased"),
        "from when": ("利用停止等の実施日", "From when"),
        "what the law keeps": ("法令により保存するもの", "What we keep by law"),
    },
    ("suspension_result", "partial"): NEGATIVE
    | {
        "the decision": ("残りの部分には応じないことを決定", "not to grant the rest"),
        "from when": ("利用停止等の実施日", "From when"),
        "what the law keeps": ("法令により保存するもの", "What we keep by law"),
        "facts": ("確認した事実", "Facts established"),
    },
    ("suspension_result", "alternative"): NEGATIVE
    | {
        "the decision": ("代わりの措置をとることを決定", "take another measure in its place"),
        "the measure": ("■ 代わりの措置|代わりの措置 ", "The measure taken instead"),
        "why it protects": ("この措置で権利利益が守られる理由", "Why this measure protects your rights"),
    },
    ("suspension_result", "refused"): NEGATIVE
    | {
        "the decision": ("を行わないことを決定", "decided not to grant it"),
        "facts": ("確認した事実", "Facts established"),
        "the right that is never refused": ("ご案内・広告の停止は、理由をお尋ねすることなく", "an end to advertising"),
    },
    ("marketing_stopped", "full"): {
        "that it is done": ("差し上げないようにいたしました", "we have arranged that"),
        "that no papers are needed": (
            "本人確認書類などをお送りいただく必要はございません",
            "do not need to send identity",
        ),
        "letters on their way": ("行き違いで届くことがございます", "already on its way may still reach you"),
        "that it proves no dealings": ("お取引の有無.*お知らせするものではございません", "says nothing about whether"),
    },
    ("purpose_notice", "full"): {"the purposes": ("利用目的を下記のとおり", "Purposes of use")},
    ("purpose_notice", "refused"): NEGATIVE
    | {
        "the decision": ("利用目的を通知しないことを決定", "decided not to notify you of the purposes"),
        "facts": ("確認した事実", "Facts established"),
    },
    ("complaint_reply", "full"): {
        "thanks": ("お申し出をいただき、誠にありがとうございます", "Thank you for telling us"),
        "an apology": ("深くお詫び申し上げます", "sincerely apologise for the trouble and concern"),
        "facts": ("確認した事実", "Facts established"),
        "the cause": ("原因", "Cause"),
        "the measure": ("弊社の対応", "What we have done"),
        "prevention": ("再発防止", "prevent a recurrence"),
        "the person in charge": ("対応の責任者", "Person in charge"),
        "what if it does not satisfy": ("ご納得いただけない点", "does not satisfy you"),
    },
    ("leak_notice", ""): {
        "an apology": ("深くお詫び申し上げます", "sincerely apologise"),
        "the overview": ("事態の概要", "Overview"),
        "the items": ("対象となる個人情報の項目", "Items of personal information concerned"),
        "the cause": ("原因", "Cause"),
        "secondary damage": ("二次被害", "Secondary damage"),
        "the contact": (r"窓口.{0,4}見本家事サービス株式会社 個人情報相談窓口", "Desk.{0,4}Sample Home Services"),
    },
}

NEVER: Points = {
    "a wrong form of address": ("殿|お客さま|お客様|御中", r"\b[Cc]ustomer|Mr\.|Ms\.|Dear"),
    "careless words": ("了解|すみません|すいません|当社|わたし|致します", r"\b(OK|Hi|Hello|sorry about)\b"),
    "an admission": ("弊社の(不手際|過失|責任)|ご迷惑をおかけ", r"our (fault|mistake|error)|we (failed|leaked)"),
    "what we hold": ("ご登録の|会員|ご利用いただいて", r"your account|our records|as a member"),
    "a full stop too many": (r"。。|\.\.", r"。。|\.\."),
    "a season": ("の候|盛夏|晩秋|時下|拝啓|敬具", "season"),
    "advertising": ("キャンペーン|お得|新サービス", r"\b(offer|newsletter)\b"),
    "a link": (r"https?:|www\.|<img|src=", r"https?:|www\.|<img|src="),
    "a template": (
        r"{{|}}|{%|%}|None|Undefined|Markup|built-in",
        r"{{|}}|{%|%}|\bNone\b|Undefined|Markup|built-in",
    ),
    "a quotation": (r"(?m)^[>＞]", r"(?m)^[>＞]"),
    "a date without its weekday": (r"\d月\d+日(?!\()", r"(?<!day, )\b\d{1,2} (November|December)"),
    "a heading over nothing": (r"■ .*\n+(■|\Z)", r"====\n\n"),
}

HOSTILE = "{{7*7}}\n<script>alert(1)</script>\n> quoted\n＞ 引用\n\n" + "あ" * 3000 + "\n" + "x" * 219 + " > folded"


def words_of(letter: Rendered, part: str) -> str:
    """Return what a reader sees of one part of a letter."""
    if part == "text":
        return letter.text
    body = re.sub(r"<style>.*?</style>", "", letter.html, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


def missing_points(letter: Rendered, form: Form, language: Language, part: str) -> list[str]:
    """Return the names of the points of the law that one part of a letter does not make."""
    said = words_of(letter, part)
    owed = EVERY_LETTER | OWED[form.template, form.outcome]
    return [point for point, patterns in owed.items() if not re.search(_of(patterns, language), said)]


def named(form: Form) -> str:
    """Return how a form reads in a test's name."""
    return f"{form.code} {form.template} {form.outcome}".strip()


every_form = pytest.mark.parametrize("form", DECIDING, ids=named)
every_language = pytest.mark.parametrize("language", Language)
both_parts = pytest.mark.parametrize("part", PARTS)


def test_every_form_that_decides_has_its_points() -> None:
    assert {(form.template, form.outcome) for form in DECIDING} == set(OWED)


@both_parts
@every_language
@every_form
def test_a_letter_makes_every_point_it_owes(form: Form, language: Language, part: str) -> None:
    assert missing_points(deciding(language, form), form, language, part) == []


@both_parts
@every_language
@every_form
def test_a_letter_says_all_that_staff_filled_in(form: Form, language: Language, part: str) -> None:
    said = _letters_only(words_of(deciding(language, form), part))
    lost = [name for name, words in filled(language, form).items() if _letters_only(words) not in said]
    assert lost == []
    assert _letters_only(ground(language, form)).casefold() in said.casefold()


@both_parts
@every_language
@every_form
def test_a_letter_names_every_request_it_decides(form: Form, language: Language, part: str) -> None:
    if form.template in {"marketing_stopped", "complaint_reply", "leak_notice"}:
        return  # one matter only, and the letter itself names it
    said = words_of(deciding(language, form), part)
    names = [request_line(kind, language).name for kind in ASKED[form.template]]
    assert [name for name in names if name[1:] not in said] == []


@both_parts
@every_language
@every_form
def test_a_letter_never_says_what_it_must_not(form: Form, language: Language, part: str) -> None:
    letter = deciding(language, form, agent="見本 一郎")
    said = letter.text if part == "text" else re.sub("(?s)<style>.*?</style>", "", letter.html)
    found = {what: re.findall(_of(patterns, language), said) for what, patterns in NEVER.items()}
    assert {what: words for what, words in found.items() if words} == {}


@every_language
@every_form
def test_text_and_html_say_the_same(form: Form, language: Language) -> None:
    letter = deciding(language, form)
    in_html = _letters_only(words_of(letter, "html"))
    assert [line for line in letter.text.splitlines() if _letters_only(line) not in in_html] == []


@every_form
def test_the_only_honorific_is_the_addressees(form: Form) -> None:
    first, rest = deciding(JA, form).text.split("\n", 1)
    assert first == "見本 花子様"
    assert "様" not in rest


@every_language
@every_form
def test_what_staff_wrote_is_a_value_and_never_a_quotation(form: Form, language: Language) -> None:
    hostile = dict.fromkeys(filled(language, form), HOSTILE)
    letter = deciding(language, form, fields=hostile, ground=HOSTILE, addressee="> 花子", agent="＞ <b>一郎</b>")
    count = len(hostile) + (1 if ground(language, form) else 0)
    for line in ("{{7*7}}", "<script>alert(1)</script>", "> quoted", "＞ 引用"):
        assert len(re.findall(rf"(?m)^  {re.escape(line)}$", letter.text)) == count
        assert letter.html.count(html.escape(line, quote=False)) == count
    assert min(letter.text.count("あ"), letter.html.count("あ")) >= 3000 * count
    assert not re.search(r"(?m)^[>＞]", letter.text + "\n" + letter.html)
    assert not re.search("<script|<b>", letter.html)
    assert max(len(line.encode()) for line in letter.text.splitlines()) <= 900


@every_language
@every_form
def test_a_subject_carries_only_reference_and_company_and_betrays_nothing(form: Form, language: Language) -> None:
    letter = deciding(language, form)
    company = COMPANY[language].name
    said = {
        "complaint_reply": ("お申し出に関するお知らせ", "Reply to your message"),
        "leak_notice": ("個人情報に関する重要なお知らせ", "Important notice about personal information"),
        "marketing_stopped": ("ご依頼に関するお知らせ", "Notice about your request"),
    }.get(form.template, ("ご請求に関するお知らせ", "Notice about your request"))
    between = "" if language is JA else " "
    assert letter.subject == f"[KJ-2026-000123-C] {_of(said, language)}{between}({company})"


@every_language
@every_form
def test_a_field_that_may_be_left_out_leaves_no_trace(form: Form, language: Language) -> None:
    optional = {field.name: "  " for field in form.fields if not field.is_required}
    letter = deciding(language, form, fields=filled(language, form) | optional)
    assert not re.search(_of(NEVER["a heading over nothing"], language), letter.text)
    absent = {"who was told", "what the law keeps"}
    assert set(missing_points(letter, form, language, "text")) <= absent


@every_language
def test_a_marketing_stop_without_channels_names_the_address_of_the_mail(language: Language) -> None:
    letter = deciding(language, form_for("marketing_stopped", "full"), fields={"channels": ""})
    assert _of(("このメールの宛先への", "the address of this message"), language) in letter.text
    assert missing_points(letter, form_for("marketing_stopped", "full"), language, "text") == []


@pytest.mark.parametrize("kind", ["opinion", "inquiry", "incident_tip"])
def test_only_a_complaint_gets_an_apology(kind: str) -> None:
    form = form_for("complaint_reply", "full")
    for language, sorry in ((JA, "お詫び"), (EN, "apologise")):
        assert sorry in deciding(language, form).text
        other = deciding(language, form, requests=[request_line(kind, language)]).text
        assert sorry not in other
        assert _of(("誠にありがとうございます", "Thank you"), language) in other
        assert _of(("再発防止", "recurrence"), language) not in other


@every_language
def test_a_letter_after_the_last_day_promises_no_day_that_has_passed(language: Language) -> None:
    form = form_for("disclosure", "full")
    late = deciding(language, form, today=date(2026, 12, 8)).text
    assert _of(("すみやかにお渡しの手配", "without delay"), language) in late
    assert "12月7日" not in late
    assert "7 December" not in late
    assert _of(("営業日", "business day"), language) not in late
    assert (
        _of((r"12月7日(月)まで", "7 December 2026 at the latest"), language)
        in deciding(language, form, today=date(2026, 12, 7)).text
    )


@every_language
def test_the_last_of_several_days_is_the_one_promised(language: Language) -> None:
    lines = [
        RequestLine(1, "disclosure", "x", total_on=date(2026, 12, 7), notice_days=8),
        RequestLine(2, "tp_record", "x", total_on=date(2026, 12, 9), notice_days=8),
        RequestLine(3, "disclosure", "x"),
    ]
    text = deciding(language, form_for("disclosure", "full"), requests=lines).text
    assert _of((r"遅くとも2026年12月9日(水)まで", "by Wednesday, 9 December 2026 at the latest"), language) in text


@every_form
def test_nothing_is_said_of_dealings_only_before_identity_is_checked(form: Form) -> None:
    hides = "お取引の有無"
    assert hides not in deciding(JA, form, has_identity=True).text
    assert (hides in deciding(JA, form, has_identity=False).text) == (form.template != "leak_notice")


@every_form
def test_an_agent_and_an_unknown_person_are_addressed_as_such(form: Form) -> None:
    assert deciding(JA, form, agent="見本 一郎").text.startswith("見本 花子様 代理人 見本 一郎様\n")
    assert deciding(JA, form, addressee="").text.startswith("ご連絡をくださった方へ\n")
    assert deciding(EN, form, addressee="").text.startswith("To the person who wrote to us\n")


@pytest.mark.parametrize("group", POLICY.grounds)
@every_language
def test_every_ground_of_the_law_reads_as_a_whole_in_the_letter(group: str, language: Language) -> None:
    form = form_for("refusal", "refused")
    for each in POLICY.grounds[group].values():
        words = each.words(language)
        assert f"  {words[0].upper()}{words[1:]}\n" in deciding(language, form, ground=words).text


@pytest.mark.parametrize(
    ("template", "outcome", "cut", "lost"),
    [
        ("refusal", "refused", '{{ lay.heading("確認した事実") -}}', ["facts"]),
        ("refusal", "refused", "この決定は、個人情報管理責任者の承認を得て行いました。", ["who approved it"]),
        ("disclosure", "full", "郵送、窓口でのお渡し、または暗号化したファイル", ["the safe ways"]),
        (
            "marketing_stopped",
            "full",
            "手配を終えたご案内が行き違いで届くことがございますが、",
            ["letters on their way"],
        ),
        ("leak_notice", "", '{{ lay.heading("二次被害またはそのおそれ") -}}', ["secondary damage"]),
    ],
)
def test_a_template_that_loses_a_point_is_caught(
    tmp_path: Path, template: str, outcome: str, cut: str, lost: list[str]
) -> None:
    shutil.copytree(templates_folder() / template, tmp_path / template)
    body = tmp_path / template / "ja.body.j2"
    source = body.read_text(encoding="utf-8")
    assert cut in source
    body.write_text(source.replace(cut, ""), encoding="utf-8")
    form = form_for(template, outcome)
    everything = {"company": COMPANY[JA], **context(JA, form)}
    letter = Letter(template, LetterKind.LETTER, JA, "someone@requester.example", everything)
    rendered = Renderer([tmp_path, templates_folder()]).render(letter)
    assert missing_points(rendered, form, JA, "text") == lost


def _of(patterns: tuple[str, str], language: Language) -> str:
    return patterns[0] if language is JA else patterns[1]


def _letters_only(text: str) -> str:
    return re.sub(r"[\W_]", "", text)
