"""A staff mail orders what its first block says, letter by letter, or nothing; any text is read at once."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.desk.commands import BY_WORD, COMMANDS
from mailbot.core.desk.order import CONFIRM, DENY, MAX_COMMANDS, Command, Confirmation, Mistake, Order, read_order
from mailbot.core.reference import reference
from mailbot.core.token import ALPHABET
from tests.effort import within

REF = reference("KJ", 2026, 123)
OTHER = reference("KJ", 2026, 7)
CODE = "abcde23456"
LETTERS = "attendance"  # ten letters of the alphabet of codes


def only(text: str, *, is_numbered: bool = True) -> Command:
    order = read_order(text, is_numbered=is_numbered)
    assert order.mistakes == ()
    [command] = order.commands
    return command


def wrong(text: str, *, is_numbered: bool = True) -> Mistake:
    [mistake] = read_order(text, is_numbered=is_numbered).mistakes
    return mistake


def confirmed(text: str) -> Confirmation | None:
    order = read_order(text)
    assert (order.mistakes, order.commands) == ((), ())
    return order.confirmation


def codes(text: str) -> list[str]:
    return [mistake.code for mistake in read_order(text).mistakes]


@pytest.mark.parametrize(
    ("line", "name", "words"),
    [
        ("/take", "take", ()),
        ("/担当", "take", ()),
        ("/担当 hana", "assign", ("hana",)),
        ("/割当 佐藤　花", "assign", ("佐藤", "花")),
        ("/assign Hana Sato", "assign", ("Hana", "Sato")),
        ("/担当 サトー", "assign", ("サトー",)),
        ("/type disclosure", "type", ("disclosure",)),
        ("/種別 開示請求、訂正", "type", ("disclosure", "correct")),
        ("/type stop-use TP_STOP marketing", "type", ("stop_use", "tp_stop", "marketing_stop")),
        ("/ask id", "ask", ("id",)),
        ("/照会 委任", "ask", ("mandate",)),
        ("/照会 特定", "ask", ("scope",)),
        ("/照会 保留", "ask", ("wait",)),
        ("/send", "send", ()),
        ("/返信", "send", ()),
        ("/send l9", "send", ("L9",)),
        ("/返信 不存在", "send", ("L9",)),
        ("/send refusal 33-2-2", "send", ("L8", "33-2-2")),
        ("/verify waive", "verify", ("waive",)),
        ("/本人確認 照合", "verify", ("facts",)),
        ("/grant", "grant", ()),
        ("/認容 代替", "grant", ("alternative",)),
        ("/partial 33-2-1", "partial", ("33-2-1",)),
        ("/拒否 ３３－２－２", "refuse", ("33-2-2",)),
        ("/不開示 33‐2ー2", "refuse", ("33-2-2",)),
        ("/refuse Kept-By-Law", "refuse", ("kept-by-law",)),
        ("/nodata", "nodata", ()),
        ("/完了", "close", ()),
        ("/完了 取下", "close", ("withdrawn",)),
        ("/close lapsed", "close", ("lapsed",)),
        ("/reopen", "reopen", ()),
        (f"/merge {OTHER.lower()}", "merge", (OTHER,)),
        (f"/関連 {OTHER}", "link", (OTHER,)),
        ("/split 2", "split", ("2",)),
        ("/分割 ＃２", "split", ("2",)),
        ("/hold", "hold", ()),
        ("/保全 解除", "hold", ("off",)),
        ("/spam", "spam", ()),
        ("/why", "why", ()),
        ("/取り消し", "undo", ()),
        ("/snooze", "snooze", ()),
        ("/to hana@COMPANY.test", "to", ("hana@company.test",)),
        ("/宛先 hana＠company.test", "to", ("hana@company.test",)),
        ("/party <a@b.test> 家族", "party", ("a@b.test", "family")),
        ("/party a@b.test", "party", ("a@b.test",)),
        ("/files", "files", ()),
    ],
)
def test_a_command_is_read_with_its_arguments_in_one_form(line: str, name: str, words: tuple[str, ...]) -> None:
    assert only(line) == Command(name, words, "", (), "", line)


@pytest.mark.parametrize(
    "line",
    [
        "/take",
        "／take",
        "#take",
        "＃take",
        "/TAKE",
        "/ｔａｋｅ",
        "　/　take　",
        "/take:",
        "\u200b/take\ufeff",
        "/担当",
        "／担当：",
    ],
)
def test_keyboards_and_clients_may_spell_a_command_as_they_do(line: str) -> None:
    assert only(line).name == "take"


def test_every_character_that_normalises_to_a_slash_begins_a_command() -> None:
    alike = [chr(one) for one in range(sys.maxunicode) if unicodedata.normalize("NFKC", chr(one)) in {"/", "#"}]
    assert len(alike) >= 4
    assert [char for char in alike if only(f"{char}take").name != "take"] == []


@pytest.mark.parametrize(
    ("line", "name", "words", "text", "requests"),
    [
        ("/note 電話した", "note", (), "電話した", ()),
        ("/メモ：㈱花 へ電話 #2", "note", (), "㈱花 へ電話 #2", ()),
        ("/note", "note", (), "", ()),
        ("/extend 10 委託先の回答待ち", "extend", ("10",), "委託先の回答待ち", ()),
        ("/延長 １０営業日 倉庫の 3", "extend", ("10",), "倉庫の 3", ()),
        ("/extend 5 days are short #1 ＃３", "extend", ("5",), "days are short", (1, 3)),
        ("/close 電話で完了", "close", (), "電話で完了", ()),
        ("/完了 取下げ 電話で", "close", ("withdrawn",), "電話で", ()),
        ("/完了 取下げのため", "close", (), "取下げのため", ()),
        ("/refuse 33-2-2 1 3", "refuse", ("33-2-2",), "", (1, 3)),
        ("/refuse 33-2-2 #1、#3、1", "refuse", ("33-2-2",), "", (1, 3)),
        ("/grant 2", "grant", (), "", (2,)),
        ("/認容 代替 ２", "grant", ("alternative",), "", (2,)),
        ("/nodata 1", "nodata", (), "", (1,)),
        ("/verify document 1", "verify", ("document",), "", (1,)),
        ("/ask id 2", "ask", ("id",), "", (2,)),
        ("/send L9 2", "send", ("L9",), "", (2,)),
        ("/send 2", "send", (), "", (2,)),
    ],
)
def test_text_is_kept_as_typed_and_numbers_limit_the_requests(
    line: str, name: str, words: tuple[str, ...], text: str, requests: tuple[int, ...]
) -> None:
    assert only(line) == Command(name, words, text, requests, "", line)


@pytest.mark.parametrize(
    ("line", "name", "words", "text", "target"),
    [
        (f"/assign {REF} hana", "assign", ("hana",), "", REF),
        (f"/担当 {REF}", "take", (), "", REF),
        (f"/note {REF.lower()}: called", "note", (), "called", REF),
        (f"/refuse {REF} 33-2-2", "refuse", ("33-2-2",), "", REF),
        (f"/merge {REF} {OTHER}", "merge", (OTHER,), "", REF),
        (f"/approve {REF}", "approve", (), "", REF),
        ("/assign 3 hana", "assign", ("hana",), "", "3"),
        ("/担当 ３ hana", "assign", ("hana",), "", "3"),
        ("/担当 #3", "take", (), "", "3"),
        ("/approve 2", "approve", (), "", "2"),
        ("/差し戻し 2 根拠が足りない", "deny", (), "根拠が足りない", "2"),
        ("/snooze 5", "snooze", (), "", "5"),
        ("/snooze 5 3", "snooze", ("3",), "", "5"),
        ("/why 12", "why", (), "", "12"),
        ("/note 3. called", "note", (), "called", "3"),
        ("/note 12:30 called", "note", (), "12:30 called", ""),
    ],
)
def test_a_command_may_name_its_case(line: str, name: str, words: tuple[str, ...], text: str, target: str) -> None:
    assert only(line) == Command(name, words, text, (), target, line)


@pytest.mark.parametrize(
    ("line", "name", "words", "text", "target"),
    [
        ("／承認　２", "approve", (), "", "2"),
        ("/approve #2.", "approve", (), "", "2"),
        ("/承認 ②", "approve", (), "", "2"),
        ("／差戻　２　根拠が足りない", "deny", (), "根拠が足りない", "2"),
        ("/deny 2 wrong ground", "deny", (), "wrong ground", "2"),
        ("/reject 12 see the contract", "deny", (), "see the contract", "12"),
        ("/deny 123 wrong ground", "deny", (), "wrong ground", "123"),
        ("/メモ ２ 電話した", "note", (), "電話した", "2"),
        ("/後で ５ ３", "snooze", ("3",), "", "5"),
        ("/状況 １", "status", (), "", "1"),
        ("/根拠 １", "why", (), "", "1"),
        ("/履歴 １", "history", (), "", "1"),
    ],
)
def test_an_answer_to_a_digest_names_its_lines_on_any_keyboard(
    line: str, name: str, words: tuple[str, ...], text: str, target: str
) -> None:
    assert only(line) == Command(name, words, text, (), target, line)


def test_an_answer_to_a_digest_may_name_several_lines_and_each_only_once_for_a_command() -> None:
    order = read_order("/approve 2\n/assign 3 hana\n/assign 4 ken\n/snooze 5")
    assert [(one.name, one.target) for one in order.commands] == [
        ("approve", "2"),
        ("assign", "3"),
        ("assign", "4"),
        ("snooze", "5"),
    ]
    assert codes("/assign 3 hana\n/担当 ３ ken") == ["twice"]
    assert codes("/approve 2\n/承認 ２") == ["twice"]
    assert codes("/approve two") == ["argument"]


def test_outside_a_numbered_list_a_number_is_no_target() -> None:
    assert only("/snooze 5", is_numbered=False).words == ("5",)
    assert only("/note 2 documents came", is_numbered=False).text == "2 documents came"
    assert only(f"/note {REF} came", is_numbered=False).target == REF
    assert wrong("/approve 2", is_numbered=False) == Mistake("/approve 2", "argument", (), "approve")


SLIPS = [
    ("/take hana", "take"),
    ("/assign", "assign"),
    ("/assign 3", "assign"),
    ("/type", "type"),
    ("/type disclosure hana", "type"),
    ("/type unclassified", "type"),
    ("/ask", "ask"),
    ("/send L99", "send"),
    ("/send L9 33-2-2 hana", "send"),
    ("/verify", "verify"),
    ("/partial", "partial"),
    ("/refuse 1", "refuse"),
    ("/refuse 33-2-2 0", "refuse"),
    ("/refuse 33-2-2 1 hana", "refuse"),
    ("/extend 10", "extend"),
    ("/extend 10 #1", "extend"),
    ("/extend 0 why", "extend"),
    ("/extend 63 why", "extend"),
    ("/extend soon why", "extend"),
    ("/merge", "merge"),
    ("/merge hana", "merge"),
    (f"/merge {OTHER} {REF} {REF}", "merge"),
    ("/split", "split"),
    ("/split 0", "split"),
    ("/hold on", "hold"),
    ("/to hana", "to"),
    ("/to a@b.test c@d.test", "to"),
    ("/to 花<a@b.test>", "to"),
    ("/party", "party"),
    ("/party a@b.test friend", "party"),
    ("/approve", "approve"),
    ("/approve 2 3", "approve"),
    ("/deny", "deny"),
    (f"/note {REF[:-1]}A called", "note"),
    ("/status hana", "status"),
    (f"/assign {'x' * 300}", "assign"),
]


@pytest.mark.parametrize(("line", "usage"), SLIPS)
def test_what_does_not_fit_a_command_names_its_usage(line: str, usage: str) -> None:
    order = read_order(line)
    assert [(one.line, one.code, one.usage) for one in order.mistakes] == [(line[:200], "argument", usage)]
    assert order.commands == ()


@pytest.mark.parametrize(
    ("line", "code", "suggested"),
    [
        ("/tkae", "unknown", "take"),
        ("/assing hana", "unknown", "assign"),
        ("/担等", "unknown", "担当"),
        ("/担当花子", "unknown", "担当"),
        ("/note,called", "unknown", "note"),
        ("/stat", "unknown", "status"),
        ("/re", "ambiguous", "refuse"),
        ("/a", "ambiguous", "assign"),
        ("/不", "ambiguous", "不開示"),
        ("/type disclosur", "argument", "disclosure"),
        ("/種別 利用停", "argument", "利用停止"),
        ("/ask identity", "argument", "id"),
        ("/send L", "argument", "l2"),
    ],
)
def test_what_is_not_known_is_answered_by_what_may_have_been_meant(line: str, code: str, suggested: str) -> None:
    mistake = wrong(line)
    assert mistake.code == code
    assert suggested in mistake.suggestions
    assert len(mistake.suggestions) <= 3


@pytest.mark.parametrize("line", ["/srv/file", "//comment", "/home/x", "/", "///", "/ ", "/…", "／／", "/123"])
def test_an_unknown_first_line_with_a_slash_stops_the_mail(line: str) -> None:
    assert wrong(line).code == "unknown"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#1 について",
        "# heading",
        "# note",
        "#unknown",
        "1/2 を送りました",
        "11/20 にお送りしました",
        "take",
        "担当 hana",
        "note: called",
        "> /take",
        "＞ /take",
        "お世話になります。\n/take",
        "承認しました。",
        "確認しました",
        "送信してください",
        "OK です",
        "Send these forms to us, please.",
        "Approve or not: your choice",
        "Confirm 2026 to us",
        f"Send {LETTERS} records to us",
        f"sending {CODE}",
        f"ok{CODE}",
        f"token {CODE}",
        f"お願いします\n送信 {CODE}",
        f"差戻の件 {CODE}",
        "send these paper",
    ],
)
def test_all_else_is_text(text: str) -> None:
    order = read_order(text)
    assert (order.commands, order.confirmation, order.mistakes, order.text) == ((), None, (), text)


DRAFT = "　お調べしました。\n/home/x にあります。\n\n/hold\n#1 と #note\n#note x"
BLOCK = f"\n\n／担当\n/note called\n\n\n　/種別 訂正\n\n{DRAFT}\n\n"


def test_the_first_block_ends_at_the_first_other_line_and_the_rest_is_the_draft() -> None:
    order = read_order(BLOCK)
    assert [command.name for command in order.commands] == ["take", "note", "type"]
    assert order.text == DRAFT
    assert order.stray == ("/home/x にあります。", "/hold", "#note x")
    assert order.mistakes == ()


@pytest.mark.parametrize(
    "marker",
    [
        "―― この行より上に返信してください(送信前に確認が届きます)――",
        "> ―― この行より上に返信してください",
        "--- Reply above this line ---",
    ],
)
def test_only_what_stands_above_our_line_counts(marker: str) -> None:
    assert read_order(f"/take\n本文\n{marker}\n/hold\nquoted") == Order(
        (Command("take", (), "", (), "", "/take"),), text="本文"
    )
    assert read_order(f"{marker}\n/take\nquoted") == Order()


def test_one_mistake_is_told_and_what_was_read_is_still_there() -> None:
    order = read_order("/take\n/tkae\n/note x\n本文")
    assert [command.name for command in order.commands] == ["take", "note"]
    assert [mistake.line for mistake in order.mistakes] == ["/tkae"]
    assert order.text == "本文"


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("/take\n/take", ["twice"]),
        ("/take\n/担当", ["twice"]),
        ("/hold\n/保全 解除", ["twice"]),
        ("/refuse 33-2-2 1\n/refuse 33-2-3 2", ["twice"]),
        ("/assign 3 hana\n/assign 4 hana", []),
        (f"/take\n/take {REF}", []),
        ("/note a\n/メモ b", []),
        (f"/assign 3 hana\n/assign 3 ken\n/assign 3 {REF}", ["twice", "twice"]),
    ],
)
def test_a_command_twice_for_one_case_is_a_mistake_but_notes_may_repeat(block: str, expected: list[str]) -> None:
    assert codes(block) == expected


def test_more_commands_than_anybody_types_are_a_mistake() -> None:
    lines = [f"/take {number}" for number in range(1, MAX_COMMANDS + 2)]
    assert codes("\n".join(lines[:-1])) == []
    assert [(one.code, one.line) for one in read_order("\n".join(lines)).mistakes] == [("many", lines[-1])]


CONFIRMATIONS = [
    f"送信 {CODE}",
    f"送信　{CODE.upper()}",
    f"送信{CODE}",
    f"返信 {CODE}",
    f"承認 {CODE}。",
    f"承認： {CODE}",
    f"確認 {CODE}",
    f"confirm {CODE}",
    f"Send {CODE.upper()}",
    f"approve {CODE}.",
    f"OK {CODE}!",
    f"ok: {CODE}",
    f"/approve {CODE}",
    f"／承認 {CODE}",
    f"/ 送信 {CODE}",
    f"#send {CODE}",
    f"「送信 {CODE}」",
    f"「送信 {CODE}」。",
    f"送信 「{CODE}」",
    f"*approve {CODE}*",
    f"“send {CODE}”",
    "送信 ＡＢＣＤＥ２３４５６",
    "ｓｅｎｄ ａｂｃｄｅ２３４５６",
    "送信 abcde-23456",
    "送信 abcde 23456",
    "送信 abcde－23456",
    "送信 abcdeー23456",
    f"\n\n　送信 {CODE}　\n",
    f"\u200b送信 {CODE}",
]


@pytest.mark.parametrize("text", CONFIRMATIONS)
def test_a_code_behind_its_word_confirms(text: str) -> None:
    line = text.replace("\u200b", "").strip()
    assert confirmed(text) == Confirmation(CONFIRM, CODE, "", line)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"差戻 {CODE} 根拠が足りない", "根拠が足りない"),
        (f"差し戻し {CODE}", ""),
        (f"差戻し{CODE}、㈱花の件", "㈱花の件"),
        (f"deny {CODE} no ground\n\nSee Art. 33.\n", "no ground\n\nSee Art. 33."),
        (f"REJECT {CODE}\nbecause", "because"),
        (f"/deny {CODE} {'長い' * 200}", "長い" * 200),
        (f"「差戻 {CODE}」 理由", "理由"),
        ("差戻 abcde 23456 二つの件", "二つの件"),
    ],
)
def test_a_denial_carries_its_reason_as_typed(text: str, reason: str) -> None:
    assert confirmed(text) == Confirmation(DENY, CODE, reason, text.split("\n", maxsplit=1)[0][:200])


@pytest.mark.parametrize(
    "text",
    [
        "送信",
        "送信。",
        "OK",
        "ok!",
        "承認：",
        "確認\n\n本文",
        "差戻",
        "deny",
        "/ok",
        "/confirm",
        "/送信",
        "送信 abcde2345",  # a character is missing
        "送信 abcde23450",  # 0 is in no code
        "承認 abcde2345l",
        "approve abcde-2345x7",
        f"送信 {CODE} はまだ",
        f"send {CODE} not yet",
        f"送信 {CODE}{' ' * 100}。",
        "差戻 abcde23450 理由",
        f"差戻 {CODE}7 理由",
        "deny abcde2345 why",
    ],
)
def test_a_confirmation_without_a_good_code_never_becomes_a_draft(text: str) -> None:
    order = read_order(text)
    assert [(one.code, one.line) for one in order.mistakes] == [("argument", text.split("\n", maxsplit=1)[0][:200])]
    assert (order.commands, order.confirmation) == ((), None)


@pytest.mark.parametrize(
    "text",
    [
        f"送信 {CODE}\n/take",
        f"送信 {CODE}\n\n／担当",
        f"差戻 {CODE} 理由\n/take",
        f"送信 {CODE}\n承認 {CODE}",
        f"送信 {CODE}\n送信",
        f"/take\n送信 {CODE}",
        f"/take\n\n承認 {CODE}",
        "/take\n送信",
        f"/take\nsend {CODE} please",
    ],
)
def test_a_code_stands_alone_in_its_mail(text: str) -> None:
    assert codes(text) == ["mixed"]


def test_words_below_a_confirmation_stay_visible() -> None:
    assert read_order(f"送信 {CODE}\n\nよろしく。") == Order(
        (), Confirmation(CONFIRM, CODE, "", f"送信 {CODE}"), "よろしく。"
    )


LETTERS = [one for one in ALPHABET if one.isalpha()]
SECRETS = st.text(alphabet=ALPHABET, min_size=10, max_size=10)


@given(SECRETS.filter(lambda one: not one.isalpha()), st.sampled_from(["送信", "approve", "確認", "OK"]))
def test_every_code_with_a_digit_confirms_and_denies(secret: str, word: str) -> None:
    assert confirmed(f"{word} {secret.upper()}") == Confirmation(CONFIRM, secret, "", f"{word} {secret.upper()}")
    assert confirmed(f"差戻 {secret} 理由") == Confirmation(DENY, secret, "理由", f"差戻 {secret} 理由")


@given(st.text(alphabet=LETTERS, min_size=10, max_size=10), st.sampled_from(["", "。", " records", " はまだ"]))
def test_ten_letters_without_a_digit_are_words_of_a_draft(word: str, rest: str) -> None:
    assert read_order(f"送信 {word}{rest}") == Order((), None, f"送信 {word}{rest}")


PIECES = st.sampled_from(
    [*BY_WORD, "/", "／", "#", " ", "　", "\n", ":", "、", REF, CODE, "送信", "deny", "33-2-2", "3", "12/3"]
)
MIXED = st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=30).map("".join)


@given(st.one_of(st.text(max_size=400), MIXED), st.booleans())
def test_any_text_is_read_and_nothing_of_it_is_made_up(text: str, is_numbered: bool) -> None:  # noqa: FBT001 -- drawn
    order = read_order(text, is_numbered=is_numbered)
    assert order.text in text
    assert not (order.commands and order.confirmation)
    assert {command.name for command in order.commands} <= set(COMMANDS)
    assert all(len(line) <= 200 for line in [one.line for one in order.commands] + [one.line for one in order.mistakes])
    assert {one.code for one in order.mistakes} <= {"unknown", "ambiguous", "argument", "twice", "mixed", "many"}
    assert not order.stray or not order.confirmation


@given(MIXED)
def test_text_without_a_command_or_code_in_front_orders_nothing(text: str) -> None:
    order = read_order(f"本文です。\n{text}")
    assert (order.commands, order.confirmation, order.mistakes) == ((), None, ())


HUGE = [
    "/",
    "／",
    "#",
    "＞",
    ">",
    " ",
    "　",
    "\n",
    "/\n",
    "/x\n",
    "/note\n",
    "#take\n",
    "On … wrote:\n",
    "On ",
    "送信 ",
    "ok ",
    "\u200b",
]
HUGE += [
    "/take 1\n",
    "あ\u0300\u0316",
    "\ufdfa",
    "/\u0300\u0316",
    "「",
    "a",
    "2",
    "/type 訂正 ",
    ": ",
    "-",
    "、",
    "\r\n",
]
BEFORE = [
    "",
    "/",
    "#",
    "/type ",
    "/note ",
    "/refuse x ",
    "/extend 5 ",
    "/assign ",
    "/to ",
    "送信 ",
    "差戻 ",
    f"差戻 {CODE} ",
    "本文\n",
]


@pytest.mark.parametrize("begin", BEFORE)
@pytest.mark.parametrize("unit", [*HUGE, "訂正 ", "1 ", "#1 ", f"{REF} "])
def test_a_huge_text_is_read_at_once(begin: str, unit: str) -> None:
    text = begin + (unit * 200_000)[:200_000]
    within(0.2, lambda: read_order(text))
