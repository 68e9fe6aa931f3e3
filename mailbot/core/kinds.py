"""The rights the desk handles, as one table: leaf kind, right, period profile, and words for people.

Source: APPI Arts. 32-35, 40, 26; the published policy §11-§15.
"""

from dataclasses import dataclass

from mailbot.core.message import Language

UNCLASSIFIED = "unclassified"


@dataclass(frozen=True, slots=True)
class Kind:
    """One leaf kind. `right` is the user's class; `periods` names the table of the policy file that clocks it."""

    code: str
    right: str
    periods: str
    name_ja: str
    name_en: str

    def name(self, language: Language) -> str:
        """Return the kind in the words of the reader's language."""
        return self.name_ja if language is Language.JA else self.name_en


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("purpose", "disclosure", "purpose", "利用目的の通知", "notice of the purposes of use"),
        Kind("disclosure", "disclosure", "disclosure", "保有個人データの開示", "disclosure of your personal data"),
        Kind(
            "tp_record",
            "disclosure",
            "disclosure",
            "第三者提供記録の開示",
            "disclosure of third-party provision records",
        ),
        Kind("correct", "correction", "correction", "個人データの訂正", "correction of your personal data"),
        Kind("add", "correction", "correction", "個人データの追加", "addition to your personal data"),
        Kind("delete_item", "correction", "correction", "誤った項目の削除", "deletion of an incorrect item"),
        Kind("stop_use", "suspension", "suspension", "利用の停止", "suspension of use"),
        Kind("erase", "suspension", "suspension", "個人データの消去", "erasure of your personal data"),
        Kind("tp_stop", "suspension", "suspension", "第三者提供の停止", "suspension of provision to third parties"),
        Kind(
            "marketing_stop",
            "suspension",
            "marketing_stop",
            "ご案内・広告の停止",
            "an end to advertising and marketing messages",
        ),
        Kind(
            "complaint",
            "complaint",
            "complaint",
            "個人情報の取扱いに関する苦情",
            "a complaint about the handling of personal information",
        ),
        Kind(
            "opinion",
            "complaint",
            "complaint",
            "個人情報の取扱いに関するご意見",
            "an opinion on the handling of personal information",
        ),
        Kind(
            "incident_tip",
            "incident_tip",
            "incident_tip",
            "個人情報の漏えい等に関するご連絡",
            "a report of a possible personal-data incident",
        ),
        Kind("inquiry", "inquiry", "inquiry", "個人情報に関するお問い合わせ", "a question about personal information"),
        Kind(
            "not_for_us",
            "not_for_us",
            "inquiry",
            "個人情報以外のお問い合わせ",
            "a matter other than personal information",
        ),
        Kind(
            UNCLASSIFIED,
            UNCLASSIFIED,
            "disclosure",
            "個人情報に関するご依頼(内容を担当者が確認します)",
            "a request about personal information (a person will read it to determine what it asks)",
        ),
    )
}
