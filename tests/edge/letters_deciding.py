"""Invented letters that decide: every form of the letterbook that answers a request, a complaint or a leak."""

from datetime import date
from pathlib import Path

import mailbot
from mailbot.core.desk.letterbook import FORMS, Form
from mailbot.core.kinds import KINDS
from mailbot.core.letters import LetterKind, Rendered
from mailbot.core.message import Language
from mailbot.core.policy_file import parse_policy
from tests.edge.letter_samples import ARRIVED, REF, request_line, write

POLICY = parse_policy((Path(mailbot.__file__).parent / "policies" / "appi.toml").read_text(encoding="utf-8"))
WRITTEN_ON = date(2026, 11, 30)

ASKED = {
    "disclosure": ("disclosure", "tp_record"),
    "partial_disclosure": ("disclosure",),
    "refusal": ("disclosure",),
    "no_data": ("disclosure",),
    "correction_result": ("correct",),
    "suspension_result": ("stop_use", "erase"),
    "marketing_stopped": ("marketing_stop",),
    "purpose_notice": ("purpose",),
    "complaint_reply": ("complaint",),
    "leak_notice": ("incident_tip",),
}
"""The kinds that each letter decides."""

WITHOUT_IDENTITY = {"marketing_stopped", "complaint_reply"}
DECIDING = tuple(form for form in FORMS if form.template in ASKED)

SAID = {
    "scope": ("2024年4月から2026年10月までのご利用記録", "Your service records from April 2024 to October 2026"),
    "data_date": ("2026年11月25日(水)現在", "As of Wednesday, 25 November 2026"),
    "method": ("書面の写しの交付", "A copy on paper"),
    "delivery": ("簡易書留郵便で、確認済みのご住所にお送りします。", "By registered post to the address we confirmed."),
    "contents": ("1 お申込みの内容\n2 ご連絡の履歴", "1 Your applications\n2 The history of messages"),
    "withheld": ("ほかの方に関する記載の一部", "Parts of the notes that concern other persons"),
    "facts": ("記録を確認し、担当部署から聞き取りを行いました。", "We read the records and asked the department."),
    "reason": ("書面のとおりであることを確認したためです。", "We found it to be as the papers say."),
    "instead": ("ご本人のご連絡の記録に限った開示", "Disclosure of your own messages only"),
    "identifiers": ("お名前\nメールアドレス", "Name\nE-mail address"),
    "systems": ("受付管理システム\n請求書の保管庫", "The order system\nThe invoice archive"),
    "content": ("ご住所の表記を改めました。", "The spelling of the address was changed."),
    "done_on": ("2026年11月27日(金)", "Friday, 27 November 2026"),
    "told": ("配送を委託している会社1社", "One delivery contractor"),
    "from_on": ("2026年12月1日(火)", "Tuesday, 1 December 2026"),
    "kept": ("請求書の控え、2033年12月31日(土)まで", "Copies of invoices, until Saturday, 31 December 2033"),
    "measure": ("閲覧できる者を2名に限ります。", "Only two persons can still read the data."),
    "protects": ("ほかの用途に使われることがなくなります。", "It can no longer be put to other uses."),
    "channels": ("郵送のカタログ", "The printed catalogue"),
    "purposes": ("サービスのご提供\nご本人の確認", "To provide the service\nTo confirm identity"),
    "cause": ("点検の手順に抜けがありました。", "A step of the check was left out."),
    "prevention": ("点検表を改めました。", "The check list was revised."),
    "person": ("業務管理部の責任者", "The head of Operations"),
    "overview": ("発送物の取り違えがありました。", "Two parcels were exchanged."),
    "items": ("お名前、ご住所", "Name and postal address"),
    "damage": ("現在まで確認されていません。", "No misuse has become known so far."),
}
"""What staff may have written into each field, in Japanese and English."""


def deciding(language: Language, form: Form, **other: object) -> Rendered:
    """Write one letter of the letterbook with every field filled in."""
    template = str(other.pop("template", form.template))
    return write(template, LetterKind.LETTER, language, context(language, form) | other)


def context(language: Language, form: Form) -> dict[str, object]:
    """Return every field of the context of a letter that decides, and no more."""
    kinds = ASKED[form.template]
    return {
        "ref": REF,
        "today": WRITTEN_ON,
        "received_at": ARRIVED,
        "addressee": "見本 花子" if language is Language.JA else "Hanako Mihon",
        "agent": "",
        "requests": [request_line(kind, language, number) for number, kind in enumerate(kinds, 1)],
        "outcome": form.outcome,
        "ground": ground(language, form),
        "fields": filled(language, form),
        "has_identity": form.template not in WITHOUT_IDENTITY,
        "answer_by": None,
    }


def ground(language: Language, form: Form) -> str:
    """Return a ground of the law for a letter that refuses anything, "" for the others."""
    if form.outcome not in {"partial", "refused", "alternative"}:
        return ""
    grounds = POLICY.grounds[KINDS[ASKED[form.template][0]].periods]
    first, *_, last = grounds.values()
    return (last if form.outcome == "alternative" else first).words(language)


def filled(language: Language, form: Form) -> dict[str, str]:
    """Return invented words for every field of a form."""
    return {field.name: SAID[field.name][0 if language is Language.JA else 1] for field in form.fields}
