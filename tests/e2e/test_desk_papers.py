"""Identity papers and mandates over real servers: asked for by letter, seen by the handler alone, destroyed in time."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import Row, select

from mailbot.store.engine import read
from mailbot.store.tables import blob
from tests.e2e.by_mail import PDF, Story, files_of, stores_of, text_of
from tests.e2e.desk import Desk
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

WISH = "今お持ちの私の個人データを開示してください。"
PARTLY = """\
/一部 33-2-1
開示の範囲: お客様の登録情報
データの時点: 2025年12月1日
方法: 書面
お渡し方法: 簡易書留
内容の一覧: 氏名、住所、ご利用の履歴
開示しないもの: 第三者に関する記載
理由: 第三者の権利を害するおそれがあるため
"""


def sealed_mails(desk: Desk, kind: str = "raw") -> Sequence[Row[Any]]:
    """The sealed bytes of every mail that came (`mail`: that left), as a thief of the database or a backup has them."""
    with stores_of(desk) as stores, read(stores.engine) as connection:
        return connection.execute(select(blob).where(blob.c.kind == kind)).all()


def readable(desk: Desk, rows: Sequence[Row[Any]]) -> list[bytes]:
    """Those of them that the keys of today still open."""
    found = []
    with stores_of(desk) as stores:
        for row in rows:
            with suppress(KeyError):
                stores.vault.load_keys([row.key_id])
                found.append(stores.vault.unseal(row.key_id, row.id, row.kind, row.sealed))
    return found


def test_papers_are_waited_for_seen_by_the_handler_alone_and_do_not_outlive_the_check(
    desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(desk, mail_lab)
    hana, boss, ken, customer = story.hana, story.boss, story.hire("ken"), story.requester()
    customer.write("開示のお願い", WISH)
    story.until("11-21 14:11")
    [notice] = hana.got("notice")
    hana.tap(notice, "担当する")
    hana.tap(notice, "本人確認を依頼")
    story.until("11-21 14:40")
    [asking] = customer.got("letter")
    assert "ご本人の確認のお願い" in str(asking["Subject"])
    assert "次: 依頼者の返事を待つ" in text_of(hana.newest("receipt", "照会"))
    [request] = story.case()["requests"]
    assert request["state"] == "paused"
    assert request["dates"] == request["dates"] | {"notice_on": "2025-12-04", "gate_on": "2025-12-05"}

    story.until("12-01 10:00")
    customer.reply(asking, "運転免許証の写しをお送りします。", files={"menkyo.pdf": PDF})
    story.until("12-01 12:00")
    [request] = story.case()["requests"]
    assert request["state"] == "open"
    assert request["dates"] == request["dates"] | {"notice_on": "2025-12-11", "gate_on": "2025-12-05"}
    arrived = hana.newest("notice", "お願いした書類が届いた")
    ken.reply(ken.newest("notice"), "/添付")
    hana.reply(arrived, "/添付")
    story.until("12-01 12:20")
    assert "実行していません" in text_of(ken.newest("receipt"))
    assert [files_of(one) for one in hana.all() if files_of(one)] == [{"menkyo.pdf": PDF}]
    others = [name for one in (*ken.all(), *boss.all()) for name in files_of(one)]
    assert all(name.endswith(".csv") for name in others), "the figures of a report, never the papers"

    hana.reply(arrived, "/本人確認 書類")
    story.until("12-01 12:30")
    assert "identity_verified" not in story.happened()
    hana.tap(hana.newest("preview"), "実行する")
    story.until("12-01 12:40")
    assert "identity_verified" in story.happened()

    story.until("12-12 08:30")
    copies = sealed_mails(desk)
    before = readable(desk, copies)
    assert (len(before), len([one for one in before if b"menkyo.pdf" in one])) == (len(copies), 1)
    handed = sealed_mails(desk, "mail")
    assert len([one for one in readable(desk, handed) if b"menkyo.pdf" in one]) == 1
    story.until("12-12 09:30")
    assert "papers_destroyed" in story.happened()
    assert not [one for one in readable(desk, handed) if b"menkyo.pdf" in one], "the mail to the handler is a copy too"
    after = readable(desk, copies)
    assert after == [one for one in before if b"menkyo.pdf" not in one]
    assert readable(desk, sealed_mails(desk)) == after, "no row is left that cannot be read"
    hana.reply(arrived, "/添付")
    story.until("12-12 10:00")
    assert "添付ファイルはありません" in text_of(hana.newest("receipt"))
    story.ends()


def test_a_partial_disclosure_says_what_it_lacks_and_leaves_only_by_the_managers_word(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, boss, customer = story.hana, story.boss, story.requester()
    customer.write("開示のお願い", WISH)
    story.until("11-21 14:11")
    hana.reply(hana.newest("notice"), "/一部 33-2-1")
    story.until("11-25 09:30")
    assert "本人確認が済んでいない" in text_of(hana.newest("receipt"))
    hana.reply(hana.newest("notice"), "/本人確認 郵送\n/一部 33-2-1")
    story.until("11-25 10:00")
    lacking = hana.newest("receipt", "次の項目が足りません")
    assert "» /本人確認 郵送\n– 読み取れました。" in text_of(lacking)
    assert "\n/一部 33-2-1\n開示の範囲:\nデータの時点:\n方法:" in text_of(lacking)
    hana.reply(lacking, f"/本人確認 郵送\n{PARTLY}")
    story.until("11-25 10:30")
    hana.tap(hana.newest("preview"), "承認に回す")
    story.until("11-25 10:40")
    question = boss.newest("escalation", "Approval needed")
    assert "Scope:\n│ お客様の登録情報\nDate of data:" in text_of(question)
    assert not [one for one in hana.all() if "承認のお願い" in str(one["Subject"])]
    assert "次: 管理責任者の承認を待つ" in text_of(hana.newest("receipt"))

    boss.tap(question, "Send back", add="Please name the period.")
    story.until("11-25 11:00")
    assert "差戻し: Please name the period." in text_of(hana.newest("receipt"))
    hana.reply(lacking, f"/本人確認 郵送\n{PARTLY.replace('ご利用の履歴', 'ご利用の履歴(2024年4月から)')}")
    story.until("11-25 11:30")
    hana.tap(hana.newest("preview"), "承認に回す")
    story.until("11-25 11:40")
    assert len(customer.all()) == 1, "nothing leaves before the manager approves"
    boss.tap(boss.newest("escalation"), "Approve")
    story.until("11-25 11:50")
    assert "承認されました: Boss" in text_of(hana.newest("receipt"))
    [_, letter] = customer.all()
    assert letter["X-Mailbot-Kind"] == "letter"
    assert "ご利用の履歴(2024年4月から)" in text_of(letter)
    assert (story.case()["state"], story.states()) == ("closed", {"disclosure": "closed"})
    story.ends()


def test_an_agent_is_asked_for_the_mandate_and_joins_the_case_once_staff_let_them(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    story = Story(sqlite_desk, mail_lab)
    hana, boss = story.hana, story.boss
    customer, lawyer = story.requester(), story.requester("miura@law.test")
    customer.write("開示のお願い", "私の個人データを開示してください。手続きは代理人の三浦に任せます。")
    story.until("11-21 14:11")
    assert "agent" in story.case()["flags"]
    assert len(boss.got("escalation")) == 1, "the law table wants the manager told at once"
    [notice] = hana.got("notice")
    hana.reply(notice, "/担当\n/照会 代理")
    story.until("11-21 14:30")
    [asking] = customer.got("letter")
    assert "委任状" in text_of(asking)
    assert story.states() == {"disclosure": "paused"}

    story.until("11-25 10:00")
    customer.reply(asking, "三浦への委任状をお送りします。", files={"ininjo.pdf": PDF})
    story.until("11-25 10:10")
    assert story.states() == {"disclosure": "open"}
    hana.reply(hana.newest("notice"), f"/関係者 {lawyer.address} 代理人")
    story.until("11-25 10:30")
    assert f"当事者を追加: {lawyer.address}(代理人)" in text_of(hana.newest("preview"))
    subject = f"[{story.case()['ref']}] 佐藤様の件"
    lawyer.write(subject, "代理人の三浦です。結果をお知らせください。")
    story.until("11-25 10:35")
    assert len(sqlite_desk.cases()) == 2, "before the code came back the lawyer is a stranger"
    hana.tap(hana.newest("preview"), "実行する")
    story.until("11-25 10:40")
    assert "party_added" in story.happened()

    before = len(lawyer.all())
    lawyer.write(subject, "代理人の三浦です。お急ぎください。")
    story.until("11-25 11:00")
    assert len(sqlite_desk.cases()) == 2
    assert story.happened().count("follow_up_received") == 2
    assert "お急ぎください" in text_of(hana.newest("notice"))
    assert len(lawyer.all()) == before
    story.ends()
