"""Every bad policy file of the folder `policy` says exactly what its own comments expect, as `mailbot check` says it.

A file begins with a sentence, and one `# expect` line for each fault.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailbot.compose import rules_of
from mailbot.config import Config, ConfigFault, load
from mailbot.core.clock import Rules
from mailbot.core.period import Period, Unit
from mailbot.core.policy_file import kept_policy
from mailbot.resources import policies_folder

FOLDER = Path(__file__).parent / "policy"
CONFIG = FOLDER.parent / "sound.toml"
BAD = sorted(FOLDER.glob("*.toml"))
NOW = datetime(2026, 11, 20, 5, 10, tzinfo=UTC)
SHIPPED = sorted(file.stem for file in policies_folder().glob("*.toml"))
OWN = 'extends = "appi"\nname = "house"\nversion = "1"\n[periods.complaint]\nnotice = "9bd"\n'


def config_with(profile: str) -> Config:
    """Return the sound configuration with a policy of one's own."""
    config = load(CONFIG)
    return config.model_copy(update={"policy": config.policy.model_copy(update={"profile": profile})})


def opened_under(profile: str) -> tuple[Rules, str]:
    return rules_of(config_with(profile), NOW)


def faults_of(profile: str) -> list[str]:
    with pytest.raises(ConfigFault) as caught:
        opened_under(profile)
    prefix = f'policy.profile = "{profile}": '
    assert all(line.startswith(prefix) for line in caught.value.faults)
    return [line.removeprefix(prefix) for line in caught.value.faults]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_policy_file_says_what_is_wrong(path: Path) -> None:
    expected = re.findall(r"^# expect (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert expected
    assert faults_of(str(path)) == [line.replace("{policies}", ", ".join(SHIPPED)) for line in expected]


def test_there_are_bad_policies_enough() -> None:
    assert len(BAD) >= 8


@pytest.mark.parametrize("profile", SHIPPED)
def test_a_shipped_policy_is_kept_as_it_is_shipped(profile: str) -> None:
    rules, text = opened_under(profile)
    assert text == (policies_folder() / f"{profile}.toml").read_text(encoding="utf-8")
    assert rules.key == f"{profile}/2026-11@{rules.policy.digest[:8]}"


def test_a_file_beside_the_configuration_is_laid_over_the_shipped_policy_and_kept_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("house.toml").write_text(OWN, encoding="utf-8")
    rules, text = opened_under("house.toml")
    assert rules.policy.label == "house/1"
    assert rules.policy.periods["complaint"].notice == Period(9, Unit.BUSINESS_DAYS)
    assert kept_policy(text) == rules.policy
    assert "extends" not in text


def test_an_empty_file_is_told_what_it_lacks(tmp_path: Path) -> None:
    empty = tmp_path / "empty.toml"
    empty.write_text("", encoding="utf-8")
    assert faults_of(str(empty))[:2] == [
        'name: missing; write text like "appi"',
        'version: missing; write text like "2026-11"',
    ]


def test_a_file_that_cannot_be_read_is_not_called_missing(tmp_path: Path) -> None:
    folder, latin, absent = tmp_path / "folder.toml", tmp_path / "latin.toml", tmp_path / "absent.toml"
    folder.mkdir()
    latin.write_bytes('name = "é"'.encode("latin-1"))
    names = ", ".join(SHIPPED)
    assert faults_of(str(folder)) == ["cannot be read: Is a directory"]
    assert faults_of(str(latin)) == ["is no UTF-8 text; save it as UTF-8"]
    assert faults_of(str(absent)) == [f"no such policy; use one of {names}, or a path to a .toml file"]
