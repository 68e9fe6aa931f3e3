"""What a further mailbox does not say itself is as the first says it, but for its secret."""

from pathlib import Path

import pytest

from mailbot.config import Config, load
from tests.core.test_config import SOUND

SUPPORT = '[[mailboxes]]\nusername = "support@company.test"\npassword = "other"\n'


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def said(tmp_path: Path, more: str = "") -> Config:
    file = tmp_path / "mailbot.toml"
    first = SOUND.replace("[smtp]", 'folders = ["INBOX", "Web"]\nsince = 2026-11-20\n[smtp]')
    file.write_text(f"{first}\n{SUPPORT}{more}", encoding="utf-8")
    return load(file)


def test_it_inherits_what_it_does_not_say(tmp_path: Path) -> None:
    config = said(tmp_path, 'folders = ["INBOX"]\nport = 143\nsecurity = "starttls"\n')
    [(_, first), (label, second)] = config.accounts
    assert label == "support@company.test"
    assert (second.host, second.since, second.processed_folder) == (first.host, first.since, first.processed_folder)
    assert (second.folders, second.port, second.security) == (["INBOX"], 143, "starttls")
    assert (first.folders, first.port, first.security) == (["INBOX", "Web"], 993, "tls")
    assert (first.secret(), second.secret()) == ("hunter2", "other")


def test_a_login_without_a_domain_is_told_apart_by_its_server(tmp_path: Path) -> None:
    config = said(tmp_path, '[[mailboxes]]\nusername = "support"\npassword = "other"\nhost = "old.company.test"\n')
    assert [label for label, _ in config.accounts] == ["", "support@company.test", "support@old.company.test"]
