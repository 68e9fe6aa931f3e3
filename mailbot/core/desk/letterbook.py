"""The letters staff may have sent, as data: which template, which fields a person fills in, what must be there.

A letter is written from its template only; a required field that is missing refuses and says which (law §3).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mailbot.core.message import Language


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a person must say in a letter. `ja` and `en` are the labels people write before a colon."""

    name: str
    ja: str
    en: str
    is_required: bool = True

    def label(self, language: Language) -> str:
        """Return the label in the reader's language."""
        return self.ja if language is Language.JA else self.en


@dataclass(frozen=True, slots=True)
class Form:
    """One letter in one outcome: its code (`L8`), template folder, and fields. `outcome` "" fits every outcome."""

    code: str
    template: str
    outcome: str
    fields: tuple[Field, ...] = ()

    def missing(self, filled: Mapping[str, str]) -> tuple[Field, ...]:
        """Return the required fields that nobody filled in."""
        return tuple(field for field in self.fields if field.is_required and not filled.get(field.name, "").strip())


ADDRESSEE = Field("addressee", "宛名", "Name", is_required=False)
_SCOPE = (
    Field("scope", "開示の範囲", "Scope"),
    Field("data_date", "データの時点", "Date of data"),
    Field("method", "方法", "Method"),
    Field("delivery", "お渡し方法", "Delivery"),
    Field("contents", "内容の一覧", "Contents"),
)
_REASON = Field("reason", "理由", "Reason")
_FACTS = Field("facts", "事実", "Facts")
_DONE = (
    Field("content", "内容", "What"),
    Field("done_on", "実施日", "When"),
    Field("told", "通知先", "Told", is_required=False),
)
_STOPPED = (
    Field("content", "内容", "What"),
    Field("from_on", "実施日", "From"),
    Field("kept", "法令により残すもの", "Kept by law", is_required=False),
)

FORMS: tuple[Form, ...] = (
    Form("L2", "identity_request", ""),
    Form("L3", "agent_request", ""),
    Form(
        "L4",
        "clarification",
        "",
        (
            Field("question", "確認したいこと", "Question"),
            Field("choices", "選択肢", "Choices", is_required=False),
        ),
    ),
    Form(
        "L5",
        "status_report",
        "",
        (_REASON, Field("done", "これまで", "Done so far"), Field("remaining", "残り", "Remaining")),
    ),
    Form("L6", "disclosure", "full", _SCOPE),
    Form("L7", "partial_disclosure", "partial", (*_SCOPE, Field("withheld", "開示しないもの", "Withheld"), _REASON)),
    Form("L8", "refusal", "refused", (_FACTS, _REASON, Field("instead", "代わりに", "Instead", is_required=False))),
    Form(
        "L9",
        "no_data",
        "no_data",
        (Field("identifiers", "検索した情報", "Identifiers"), Field("systems", "検索したシステム", "Systems")),
    ),
    Form("L10", "method_change", "", (_REASON, Field("methods", "ご案内できる方法", "Methods"))),
    Form("L11", "correction_result", "full", _DONE),
    Form("L11", "correction_result", "partial", (*_DONE, _FACTS, _REASON)),
    Form("L11", "correction_result", "refused", (_FACTS, _REASON)),
    Form("L12", "suspension_result", "full", _STOPPED),
    Form("L12", "suspension_result", "partial", (*_STOPPED, _FACTS, _REASON)),
    Form(
        "L12",
        "suspension_result",
        "alternative",
        (Field("measure", "代わりの措置", "Measure"), Field("protects", "守られる理由", "Why it protects"), _REASON),
    ),
    Form("L12", "suspension_result", "refused", (_FACTS, _REASON)),
    Form("L12M", "marketing_stopped", "full", (Field("channels", "停止した連絡", "Stopped", is_required=False),)),
    Form("L13", "purpose_notice", "full", (Field("purposes", "利用目的", "Purposes"),)),
    Form("L13", "purpose_notice", "refused", (_FACTS, _REASON)),
    Form(
        "L14",
        "complaint_reply",
        "full",
        (
            _FACTS,
            Field("cause", "原因", "Cause"),
            Field("measure", "対応", "Measure"),
            Field("prevention", "再発防止", "Prevention"),
            Field("person", "対応責任者", "Person in charge"),
        ),
    ),
    Form(
        "L15",
        "leak_notice",
        "",
        (
            Field("overview", "概要", "Overview"),
            Field("items", "対象の項目", "Items"),
            Field("cause", "原因", "Cause"),
            Field("damage", "二次被害", "Secondary damage"),
        ),
    ),
    Form("L16", "closure", "", (Field("words", "ひとこと", "Note", is_required=False),)),
    Form("STATUS", "status_reply", ""),
    Form("WAIT", "wait_agreed", ""),
)
"""Every letter beside the acknowledgement (L1), in the order of law §3. ADDRESSEE may be added to each."""

_BY_ITSELF = (Form("", "reminder", ""), Form("", "resumed", ""))
"""The letters that nobody has sent: a day or a reply makes them owed."""


def forms_of(code: str) -> tuple[Form, ...]:
    """Return the forms of a letter code, in any case; empty for an unknown one."""
    return tuple(form for form in FORMS if form.code == code.upper())


def form_for(template: str, outcome: str) -> Form:
    """Return the form of a template in one outcome. Raises KeyError."""
    for form in (*FORMS, *_BY_ITSELF):
        if form.template == template and form.outcome in {"", outcome}:
            return form
    raise KeyError(f"{template}/{outcome}")
