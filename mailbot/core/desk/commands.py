"""The commands of the desk as one table: their words in both languages, who may give them, what may follow, help.

The order of the table is the order of `/help`. Only this file says which words there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mailbot.core.desk.arguments import (
    Arguments,
    Slot,
    Text,
    absent_days,
    address,
    case_reference,
    coded,
    days,
    ground,
    person,
    request_number,
)
from mailbot.core.desk.levels import Level
from mailbot.core.desk.vocabulary import ALTERNATIVE, ASKED, CLOSED, KINDS_ASKED, LETTERS, METHODS, OFF, ROLES
from mailbot.core.message import Language


@dataclass(frozen=True, slots=True)
class Spec:
    """One command. The first word of each language is the one that is shown; any of them may be typed."""

    name: str
    words_en: tuple[str, ...]
    words_ja: tuple[str, ...]
    level: Level
    arguments: Arguments
    usage_en: str
    help_en: str
    usage_ja: str
    help_ja: str

    def usage(self, language: Language) -> str:
        """Return the command and what may follow it, as the reader types it."""
        return self.usage_ja if language is Language.JA else self.usage_en

    def help(self, language: Language) -> str:
        """Return what the command does, in the reader's language."""
        return self.help_ja if language is Language.JA else self.help_en


LEVEL_WORDS: Mapping[Level, tuple[str, str]] = {
    Level.STAFF: ("担当者", "staff"),
    Level.CODE: ("確認コードが必要", "needs your code"),
    Level.MANAGER: ("管理責任者の承認が必要", "needs the manager's approval"),
}
"""Who must stand behind a command, in Japanese and English."""

_ON_LINE = Arguments(takes_number=True)
_absent_from = Slot(lambda word: OFF.get(word.casefold()) or absent_days(word), words=tuple(OFF))
_STAFF, _CODE, _MANAGER = Level.STAFF, Level.CODE, Level.MANAGER

# One row each: name, words and level; what may follow; English; Japanese.
_TABLE = (
    Spec(
        *("take", ("take",), ("担当",), _STAFF, _ON_LINE),
        *("/take", "You become the handler."),
        *("/担当", "自分が担当になります。"),
    ),
    Spec(
        *("assign", ("assign",), ("担当", "割当", "割り当て"), _STAFF),
        Arguments((Slot(person, is_repeated=True),), takes_number=True),
        *("/assign WHO", "Makes somebody the handler: a staff id or a whole name."),
        *("/担当 名前", "ほかの人を担当にします(名簿の短い名前か氏名)。"),
    ),
    Spec(
        *("note", ("note",), ("メモ",), _STAFF, Arguments(text=Text.OPTIONAL, takes_number=True)),
        *("/note [TEXT]", "Keeps an internal note; without TEXT the words below are the note."),
        *("/メモ [文]", "内部メモを残します。文がなければ、下の本文がメモになります。"),
    ),
    Spec(
        *("type", ("type",), ("種別",), _STAFF, Arguments((coded(KINDS_ASKED, is_repeated=True),))),
        *("/type KIND …", "Says what is asked, one or several kinds."),
        *("/種別 種別 …", "依頼の種別を直します(いくつでも)。"),
    ),
    Spec(
        *("ask", ("ask",), ("照会",), _STAFF, Arguments((coded(ASKED),), has_requests=True)),
        *("/ask id|mandate|scope|wait [1 3]", "Asks the requester by letter; the service clock waits for the reply."),
        *("/照会 本人|代理|内容|待つ [1 3]", "書面で照会します。返信まで社内期限は止まります。"),
    ),
    Spec(
        *("send", ("send",), ("返信",), _CODE),
        Arguments(
            (coded(LETTERS, is_required=False), Slot(ground, is_required=False, follows=True)), has_requests=True
        ),
        *("/send [LETTER [GROUND]] [1 3]", "Sends the words below, or a letter filled in with them."),
        *("/返信 [書面 [理由の符号]] [1 3]", "下の本文を送ります。書面を指定すると、その項目になります。"),
    ),
    Spec(
        *("verify", ("verify",), ("本人確認",), _CODE, Arguments((coded(METHODS),), has_requests=True)),
        *("/verify reply|facts|document|post|waive", "Records how the identity was checked; to waive, the manager."),
        *("/本人確認 返信|照合|書類|郵送|免除", "本人確認の方法を記録します。免除には管理責任者の承認が必要です。"),
    ),
    Spec(
        *("grant", ("grant",), ("認容",), _CODE),
        Arguments((coded(ALTERNATIVE, is_required=False),), has_requests=True),
        *("/grant [alternative] [1 3]", "Does what was asked, or something else that protects as well."),
        *("/認容 [代替] [1 3]", "依頼に応じます。「代替」は代わりの措置です。"),
    ),
    Spec(
        *("partial", ("partial",), ("一部",), _MANAGER, Arguments((Slot(ground),), has_requests=True)),
        *("/partial GROUND [1 3]", "Does a part of it, on a ground."),
        *("/一部 理由の符号 [1 3]", "一部に応じます。"),
    ),
    Spec(
        *("refuse", ("refuse",), ("不開示", "拒否"), _MANAGER, Arguments((Slot(ground),), has_requests=True)),
        *("/refuse GROUND [1 3]", "Refuses, on a ground; for example 33-2-2."),
        *("/不開示 理由の符号 [1 3]", "応じません。符号の例: 33-2-2"),
    ),
    Spec(
        *("nodata", ("nodata",), ("不存在",), _CODE, Arguments(has_requests=True)),
        *("/nodata [1 3]", "Says that there is no such data."),
        *("/不存在 [1 3]", "該当するデータがないと回答します。"),
    ),
    Spec(
        *("extend", ("extend",), ("延長",), _MANAGER, Arguments((Slot(days),), Text.REQUIRED, has_requests=True)),
        *("/extend DAYS WHY [#1 #3]", "Extends the date once, by business days (or as its law counts)."),
        *("/延長 日数 理由 [#1 #3]", "期限を一度だけ延ばします。日数は営業日、月や暦日で数える規則では暦日です。"),
    ),
    Spec(
        *("close", ("close",), ("完了",), _CODE, Arguments((coded(CLOSED, is_required=False),), Text.OPTIONAL)),
        *("/close [withdrawn|lapsed] [WHY]", "Closes the case."),
        *("/完了 [取下げ|失効] [理由]", "案件を終えます。"),
    ),
    Spec(
        *("reopen", ("reopen",), ("再開",), _STAFF, Arguments()),
        *("/reopen", "Opens a closed case again."),
        *("/再開", "終えた案件を再開します。"),
    ),
    Spec(
        *("merge", ("merge",), ("統合",), _CODE, Arguments((Slot(case_reference),))),
        *("/merge REF", "Lets this case go on in another one."),
        *("/統合 番号", "この案件をほかの案件にまとめます。"),
    ),
    Spec(
        *("split", ("split",), ("分割",), _CODE, Arguments((Slot(request_number),))),
        *("/split NUMBER", "Makes one request a case of its own."),
        *("/分割 依頼の番号", "依頼の一つを別の案件にします。"),
    ),
    Spec(
        *("link", ("link",), ("関連",), _STAFF, Arguments((Slot(case_reference),))),
        *("/link REF", "Notes that another case belongs to the same matter."),
        *("/関連 番号", "関連する案件として記録します。"),
    ),
    Spec(
        *("hold", ("hold",), ("保全",), _STAFF, Arguments((coded(OFF, is_required=False),))),
        *("/hold [off]", "Keeps everything of the case from destruction; `off` lifts that."),
        *("/保全 [解除]", "廃棄を止めます。「解除」で元に戻します。"),
    ),
    Spec(
        *("spam", ("spam",), ("迷惑",), _CODE, Arguments()),
        *("/spam", "Closes it as spam, without a letter."),
        *("/迷惑", "迷惑メールとして、回答せずに終えます。"),
    ),
    Spec(
        *("status", ("status",), ("状況",), _STAFF, _ON_LINE),
        *("/status", "Shows the case."),
        *("/状況", "案件の状況を表示します。"),
    ),
    Spec(
        *("list", ("list",), ("一覧",), _STAFF, Arguments()),
        *("/list", "Lists the open cases."),
        *("/一覧", "対応中の案件を一覧にします。"),
    ),
    Spec(
        *("history", ("history",), ("履歴",), _STAFF, _ON_LINE),
        *("/history", "Shows what happened so far."),
        *("/履歴", "これまでの経過を表示します。"),
    ),
    Spec(
        *("why", ("why",), ("根拠",), _STAFF, _ON_LINE),
        *("/why", "Shows how each date was counted."),
        *("/根拠", "期限の数え方を表示します。"),
    ),
    Spec(
        *("help", ("help",), ("ヘルプ",), _STAFF, Arguments()),
        *("/help", "Shows this list."),
        *("/ヘルプ", "この一覧を表示します。"),
    ),
    Spec(
        *("undo", ("undo",), ("取消", "取り消し", "取消し"), _STAFF, Arguments()),
        *("/undo", "Takes back what has not left yet."),
        *("/取消", "まだ送られていないものを取り消します。"),
    ),
    Spec(
        *("approve", ("approve",), ("承認",), _MANAGER, Arguments(takes_number=True, needs_target=True)),
        *("/approve CODE", "Approves what the mail with this code asks for."),
        *("/承認 コード", "そのコードのメールで求められたものを承認します。"),
    ),
    Spec(
        *("deny", ("deny", "reject"), ("差戻", "差し戻し", "差戻し"), _MANAGER),
        Arguments(text=Text.OPTIONAL, takes_number=True, needs_target=True),
        *("/deny CODE WHY", "Sends it back to its author."),
        *("/差戻 コード 理由", "起案者に差し戻します。"),
    ),
    Spec(
        *("snooze", ("snooze",), ("後で",), _STAFF),
        Arguments((Slot(days, is_required=False),), takes_number=True),
        *("/snooze [DAYS]", "Puts off the reminders by business days."),
        *("/後で [日数]", "催促を営業日数だけ後にします。"),
    ),
    Spec(
        *("absent", ("absent", "away"), ("不在", "休暇"), _STAFF),
        Arguments((_absent_from, Slot(absent_days, is_required=False, follows=True))),
        *("/absent FROM [TO]|off", "Says when you are away (12/1 12/5); others are told in your place. `off` ends it."),
        *("/不在 初日 [最終日]|解除", "不在の日を伝え(例: 12/1 12/5)、代わりの人に知らせます。「解除」で戻ります。"),
    ),
    Spec(
        *("to", ("to",), ("宛先",), _MANAGER, Arguments((Slot(address),))),
        *("/to ADDRESS", "Writes to another address from now on; the identity is checked anew."),
        *("/宛先 アドレス", "今後の宛先を変えます。本人確認はやり直しになります。"),
    ),
    Spec(
        *("party", ("party",), ("関係者",), _CODE, Arguments((Slot(address), coded(ROLES, is_required=False)))),
        *("/party ADDRESS [agent|family]", "Lets a second person write to the case."),
        *("/関係者 アドレス [代理人|家族]", "この案件に書ける人を加えます。"),
    ),
    Spec(
        *("files", ("files",), ("添付",), _STAFF, Arguments()),
        *("/files", "Sends you the attachments of the case."),
        *("/添付", "案件の添付ファイルを受け取ります。"),
    ),
)

COMMANDS: Mapping[str, Spec] = {spec.name: spec for spec in _TABLE}
"""Every command by its name, in the order of `/help`."""


def _by_word() -> dict[str, tuple[Spec, ...]]:
    found: dict[str, tuple[Spec, ...]] = {}
    for spec in _TABLE:
        for word in (*spec.words_en, *spec.words_ja):
            found[word] = (*found.get(word, ()), spec)
    return found


BY_WORD: Mapping[str, tuple[Spec, ...]] = _by_word()
"""The commands a word may mean; 担当 means two, told apart by what follows."""


def help_rows(language: Language) -> tuple[tuple[str, str], ...]:
    """Return one row for each command: how it is typed, then what it does and who must stand behind it."""
    at = 0 if language is Language.JA else 1
    return tuple((spec.usage(language), f"{spec.help(language)} ({LEVEL_WORDS[spec.level][at]})") for spec in _TABLE)
