"""The lab itself: what other tests believe of the servers is shown here first."""

import smtplib
import ssl
import time
from datetime import UTC, datetime

import psycopg
import pytest
from imapclient import IMAPClient, exceptions

from tests.servers.lab import MailLab
from tests.servers.outage import stopped
from tests.servers.postgresql import PostgreSQL

pytestmark = pytest.mark.real


def mail(subject: str = "hello", sender: str = "taro@people.test") -> bytes:
    return (
        f"From: {sender}\nTo: privacy@company.test\nSubject: {subject}\nMessage-ID: <{subject}@people.test>\n\nHi\n"
    ).encode()


def verified(lab: MailLab) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(lab.ca_file))


def submit(lab: MailLab, to: list[str], subject: str, sender: str) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP_SSL(lab.smtp_host, lab.smtps_port, context=verified(lab), timeout=10) as client:
        client.login(sender, lab.password)
        return client.sendmail(sender, to, mail(subject, sender))


def test_imap_login_over_verified_tls(mail_lab: MailLab, mailbox: str) -> None:
    with IMAPClient(mail_lab.imap_host, mail_lab.imaps_port, ssl_context=verified(mail_lab), timeout=10) as client:
        client.login(mailbox, mail_lab.password)
        assert {b"IDLE", b"MOVE", b"UIDPLUS"} <= set(client.capabilities())


def test_a_client_that_does_not_know_our_authority_refuses_it(mail_lab: MailLab) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        IMAPClient(mail_lab.imap_host, mail_lab.imaps_port, timeout=10)


def test_a_wrong_password_is_refused_at_once(mail_lab: MailLab, mailbox: str) -> None:
    with (
        IMAPClient(mail_lab.imap_host, mail_lab.imap_port, ssl=False, timeout=2) as client,
        pytest.raises(exceptions.LoginError),
    ):
        client.login(mailbox, "wrong")


def test_submission_wants_a_login(mail_lab: MailLab, mailbox: str) -> None:
    with (
        smtplib.SMTP(mail_lab.smtp_host, mail_lab.smtp_port, timeout=10) as client,
        pytest.raises((smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused)),
    ):
        client.sendmail(mailbox, ["hana@company.test"], mail())


def test_submission_offers_starttls(mail_lab: MailLab, mailbox: str) -> None:
    with smtplib.SMTP(mail_lab.smtp_host, mail_lab.smtp_port, timeout=10) as client:
        client.starttls(context=verified(mail_lab))
        client.login(mailbox, mail_lab.password)
        assert client.noop()[0] == 250


def test_a_delivery_wakes_an_idle_client(mail_lab: MailLab, mailbox: str) -> None:
    with mail_lab.login(mailbox) as client:
        client.select_folder("INBOX")
        client.idle()
        mail_lab.deliver(mail(), mailbox)
        assert (1, b"EXISTS") in client.idle_check(timeout=5)
        client.idle_done()


def test_each_recipient_gets_a_copy_and_the_log_names_the_envelope(mail_lab: MailLab, mailbox: str) -> None:
    hana, jiro = mail_lab.fresh_mailbox("hana@company.test"), mail_lab.fresh_mailbox("jiro@people.test")
    assert submit(mail_lab, [hana, jiro], "copies", mailbox) == {}
    assert b"Subject: copies\r\n" in mail_lab.wait_received(hana)[0]
    assert b"Subject: copies\r\n" in mail_lab.wait_received(jiro)[0]
    rows = [row for row in mail_lab.smtp_log() if row.message_id == "<copies@people.test>"]
    assert {(row.sender, row.recipient, row.status) for row in rows} == {
        (mailbox, hana, "sent"),
        (mailbox, jiro, "sent"),
    }


def test_a_plus_address_reaches_its_mailbox_and_can_be_told_apart(mail_lab: MailLab, mailbox: str) -> None:
    tagged = mailbox.replace("@", "+k7@")
    mail_lab.deliver(mail("one"), mailbox)
    mail_lab.deliver(mail("two"), tagged)
    assert len(mail_lab.wait_received(mailbox, 2)) == 2
    assert [b"Subject: two" in raw for raw in mail_lab.received(tagged)] == [True]


def test_an_unknown_address_outside_comes_back_as_a_delivery_report(mail_lab: MailLab, mailbox: str) -> None:
    submit(mail_lab, ["nobody@outside.test"], "lost", mailbox)
    report = mail_lab.wait_received(mailbox)[0]
    assert b"Content-Type: multipart/report; report-type=delivery-status" in report
    assert b"Final-Recipient: rfc822; nobody@outside.test" in report
    assert b"Status: 5.1.1" in report


def test_a_deferred_mail_stays_in_the_queue_and_shows_in_the_log(mail_lab: MailLab, mailbox: str) -> None:
    submit(mail_lab, ["someone@deferred.test"], "later", mailbox)
    found = []
    until = time.monotonic() + 10
    while not found and time.monotonic() < until:
        time.sleep(0.05)
        found = [row for row in mail_lab.smtp_log() if row.recipient == "someone@deferred.test"]
    assert (found[0].status, found[0].dsn, found[0].sender) == ("deferred", "4.4.1", mailbox)


@pytest.mark.parametrize(("domain", "code"), [("refused.test", 550), ("busy.test", 450)])
def test_a_refusal_is_spoken_while_the_client_waits(mail_lab: MailLab, mailbox: str, domain: str, code: int) -> None:
    someone, jiro = f"someone@{domain}", mail_lab.fresh_mailbox("jiro@people.test")
    refused = submit(mail_lab, [someone, jiro], f"partly-{code}", mailbox)
    assert {address: answer[0] for address, answer in refused.items()} == {someone: code}
    assert len(mail_lab.wait_received(jiro)) == 1
    assert {row.recipient for row in mail_lab.smtp_log() if row.status == "refused" and row.sender == mailbox} == {
        someone
    }


def test_append_keeps_the_moment_of_arrival(mail_lab: MailLab, mailbox: str) -> None:
    moment = datetime(2026, 11, 20, 5, 10, tzinfo=UTC)
    mail_lab.append(mailbox, mail(), moment)
    mail_lab.append(mailbox, mail("spam"), moment, folder="mailbot/Held")
    with mail_lab.login(mailbox) as client:
        client.select_folder("INBOX", readonly=True)
        assert client.fetch([1], ["INTERNALDATE"])[1][b"INTERNALDATE"] == moment
    folders = mail_lab.folders(mailbox)
    assert {name: len(mails) for name, mails in folders.items() if mails} == {"INBOX": 1, "mailbot/Held": 1}


def test_bulk_delivery_keeps_every_mail(mail_lab: MailLab, mailbox: str) -> None:
    assert mail_lab.deliver_many((mail(f"bulk-{number}"), mailbox) for number in range(200)) == 200
    assert len(mail_lab.received(mailbox)) == 200


def test_mail_survives_a_restart_and_a_stopped_server_is_gone(mail_lab: MailLab, mailbox: str) -> None:
    mail_lab.deliver(mail("before"), mailbox)
    mail_lab.wait_received(mailbox)
    with stopped(mail_lab.dovecot):
        with pytest.raises(ConnectionRefusedError):
            IMAPClient(mail_lab.imap_host, mail_lab.imap_port, ssl=False, timeout=2)
        mail_lab.deliver(mail("meanwhile"), mailbox)
    assert [b"Subject: before" in raw for raw in mail_lab.wait_received(mailbox, 2, timeout=20)] == [True, False]


def test_postfix_restarts_on_its_ports(mail_lab: MailLab, mailbox: str) -> None:
    with stopped(mail_lab.postfix), pytest.raises(ConnectionRefusedError):
        mail_lab.deliver(mail(), mailbox)
    mail_lab.deliver(mail(), mailbox)
    assert len(mail_lab.wait_received(mailbox)) == 1


def test_each_test_gets_an_empty_postgresql_database(postgresql: PostgreSQL, postgres_url: str) -> None:
    with postgresql.fresh_database() as other_url:
        assert other_url != postgres_url
        with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
            tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
            assert tables == (0,)
            connection.execute("CREATE TABLE mine (id int)")
        with psycopg.connect(other_url.replace("+psycopg", "")) as connection:
            assert connection.execute("SELECT to_regclass('mine')").fetchone() == (None,)


def test_postgresql_restarts_with_its_data(postgresql: PostgreSQL, postgres_url: str) -> None:
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE kept (id int)")
    with stopped(postgresql), pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres_url.replace("+psycopg", ""))
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == ("kept",)
