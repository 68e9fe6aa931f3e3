"""The configuration: the file, the environment above it, secrets in files, and a clock that only tests may move."""

import os
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from mailbot.config import ConfigFault, config_path, load, moved_clock

SOUND = (Path(__file__).parents[1] / "bad_config" / "sound.toml").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Run without any MAILBOT_ variable of the machine, in an empty folder."""
    for name in [name for name in os.environ if name.upper().startswith("MAILBOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A sound configuration file."""
    file = tmp_path / "mailbot.toml"
    file.write_text(SOUND, encoding="utf-8")
    return file


def faults(path: Path) -> list[str]:
    with pytest.raises(ConfigFault) as caught:
        load(path)
    return caught.value.faults


OVERRIDES = [
    ("MAILBOT_IMAP__PORT", "1143", "imap.port", 1143),
    ("MAILBOT_IMAP__HOST", "other.company.test", "imap.host", "other.company.test"),
    ("MAILBOT_COMPANY__TIMEZONE", "Europe/Berlin", "company.timezone", "Europe/Berlin"),
    ("MAILBOT_SMTP__CONNECTIONS", "4", "smtp.connections", 4),
    (
        "MAILBOT_STORE__URL",
        "postgresql://mailbot@db.company.test/mailbot",
        "store.url",
        "postgresql://mailbot@db.company.test/mailbot",
    ),
    ("MAILBOT_IMAP__SINCE", "2026-11-20", "imap.since", date(2026, 11, 20)),
    ("MAILBOT_IMAP__FOLDERS", '["INBOX", "Shared/Privacy"]', "imap.folders", ["INBOX", "Shared/Privacy"]),
    ("MAILBOT_POLICY__CLOSURES", "[]", "policy.closures", []),
    ("MAILBOT_LOG__FORMAT", "json", "log.format", "json"),
]


@pytest.mark.parametrize(("name", "value", "key", "expected"), OVERRIDES, ids=[row[0] for row in OVERRIDES])
def test_the_environment_wins_over_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, key: str, expected: object
) -> None:
    section, _, field = key.partition(".")
    assert getattr(getattr(load(path), section), field) != expected
    monkeypatch.setenv(name, value)
    assert getattr(getattr(load(path), section), field) == expected


def test_an_override_leaves_the_rest_of_its_section(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILBOT_IMAP__PORT", "1143")
    assert (load(path).imap.host, load(path).imap.secret()) == ("mail.company.test", "hunter2")


def test_the_environment_alone_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "COMPANY__NAME": "Example",
        "COMPANY__DESK": "Desk",
        "COMPANY__ADDRESS": "privacy@company.test",
        "IMAP__HOST": "mail.company.test",
        "IMAP__PORT": "993",
        "IMAP__USERNAME": "privacy@company.test",
        "IMAP__PASSWORD": "hunter2",
        "SMTP__HOST": "mail.company.test",
        "SMTP__PORT": "465",
        "STAFF": '[{"id": "hana", "name": "Hana", "address": "hana@company.test", "roles": ["handler", "manager"]}]',
    }
    for name, value in values.items():
        monkeypatch.setenv(f"MAILBOT_{name}", value)
    assert load(tmp_path / "none.toml").staff[0].id == "hana"


@pytest.mark.parametrize(
    ("name", "value"),
    [("MAILBOT_STAFF", "["), ("MAILBOT_POLICY__CLOSURES", "12-30"), ("MAILBOT_IMAP__FOLDERS", "INBOX")],
)
def test_a_list_that_is_no_json_is_a_fault_of_its_variable(
    path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert any(name in fault or name[8:].lower().replace("__", ".") in fault for fault in faults(path))


def test_an_unknown_section_of_the_environment_is_a_fault(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILBOT_IMPA__PORT", "993")
    assert any("impa" in fault.lower() for fault in faults(path))


def test_a_password_comes_from_its_file(path: Path, tmp_path: Path) -> None:
    (tmp_path / "imap.password").write_text("hunter3\n", encoding="utf-8")
    path.write_text(SOUND.replace('password = "hunter2"', 'password_file = "imap.password"'), encoding="utf-8")
    assert load(path).imap.secret() == "hunter3"
    assert load(path).smtp.secret() is None


def test_the_secret_is_never_in_the_words_of_a_configuration(path: Path) -> None:
    config = load(path)
    assert "hunter2" not in f"{config!r} {config} {config.imap!r} {config.model_dump()} {config.model_dump_json()}"


def test_the_file_is_found_by_its_variable_or_here(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert config_path() == Path("mailbot.toml")
    monkeypatch.setenv("MAILBOT_CONFIG", str(path))
    assert config_path() == path
    assert load().company.name == "Example, Inc."


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    missing = tmp_path / "none.toml"
    assert faults(missing) == [f"{missing}: no such file; run `mailbot init` or set MAILBOT_CONFIG"]


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    [fault] = faults(tmp_path)
    assert fault.startswith(f"{tmp_path}: ")


def test_bytes_that_are_no_utf8_are_a_fault_of_the_file(path: Path) -> None:
    path.write_bytes(SOUND.encode("shift_jis"))
    [fault] = faults(path)
    assert fault.startswith(f"{path}: not valid TOML: ")


@pytest.mark.parametrize(
    ("host", "is_fine"), [("localhost", True), ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True)]
)
def test_loopback_may_be_plain(path: Path, host: str, is_fine: bool) -> None:  # noqa: FBT001 - a column of the table
    text = SOUND.replace('host = "mail.company.test"\nport = 993', f'host = "{host}"\nport = 143\nsecurity = "plain"')
    path.write_text(text, encoding="utf-8")
    assert (load(path).imap.security == "plain") is is_fine


# Staff and time.


def test_staff_are_nobody_after_their_last_day(path: Path) -> None:
    path.write_text(SOUND + "valid_until = 2026-11-20\n", encoding="utf-8")
    config = load(path)
    last = date(2026, 11, 20)
    assert [person.id for person in config.staff_on(last)] == ["hana"]
    assert config.staff_on(last + timedelta(days=1)) == []


MOMENTS = [
    ("2026-11-20T09:00:00+09:00", "2026-11-20T09:00:00+09:00"),
    ("2026-11-20T00:00:00Z", "2026-11-20T09:00:00+09:00"),
    ("2026-11-20T09:00", "2026-11-20T09:00:00+09:00"),
]


@pytest.mark.parametrize(("text", "expected"), MOMENTS)
def test_the_clock_moves_to_a_moment(path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: str) -> None:
    monkeypatch.setenv("MAILBOT_NOW", text)
    assert moved_clock(load(path)) == datetime.fromisoformat(expected)


def test_the_clock_is_not_moved_by_itself(path: Path) -> None:
    assert moved_clock(load(path)) is None


@pytest.mark.parametrize(
    "address", ["privacy@company.com", "privacy@company.test.com", "privacy@latest", "privacy@mytest.jp"]
)
def test_the_clock_of_a_real_desk_is_never_moved(path: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("MAILBOT_NOW", "2026-11-20T09:00:00+09:00")
    config = load(path)
    real = config.model_copy(update={"company": config.company.model_copy(update={"address": address})})
    with pytest.raises(ConfigFault) as caught:
        moved_clock(real)
    assert caught.value.faults == [
        f'MAILBOT_NOW = "2026-11-20T09:00:00+09:00": refused, {address} is a real mailbox; unset it'
    ]


def test_a_moment_that_is_none_is_a_fault(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILBOT_NOW", "yesterday")
    with pytest.raises(ConfigFault, match='MAILBOT_NOW = "yesterday": expected an ISO moment'):
        moved_clock(load(path))
