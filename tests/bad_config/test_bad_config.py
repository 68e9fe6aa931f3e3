"""Every bad configuration of this folder says exactly what its own comments expect, and prints no secret.

A file begins with a sentence, `# env NAME=value` lines for the environment, and one `# expect` line for each fault.
"""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailbot.compose import rules_of
from mailbot.config import Config, ConfigFault, load
from mailbot.resources import policies_folder

FOLDER = Path(__file__).parent
SOUND = FOLDER / "sound.toml"
BAD = sorted(set(FOLDER.glob("*.toml")) - {SOUND})
NOW = datetime(2026, 11, 20, 5, 10, tzinfo=UTC)
SECRET = "hunter2"
CLOSURE = 'write "12-29", "12-29..01-03" or "2026-08-13..2026-08-15"'


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Run without any MAILBOT_ variable of the machine, in an empty folder."""
    with monkeypatch.context() as patch:
        for name in list(os.environ):
            if name.upper().startswith("MAILBOT_"):
                patch.delenv(name)
        patch.chdir(tmp_path)
        yield


def expected(path: Path) -> list[str]:
    """Return the faults that a file expects, with what depends on the installation filled in."""
    policies = ", ".join(sorted(file.stem for file in policies_folder().glob("*.toml")))
    known = {"{path}": str(path), "{policies}": policies, "{closure}": CLOSURE}
    lines = re.findall(r"^# expect (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return [re.sub(r"\{\w+\}", lambda match: known[match[0]], line) if "{1,40}" not in line else line for line in lines]


def use_environment(path: Path, patch: pytest.MonkeyPatch) -> None:
    """Set what a file wants of the environment."""
    for name, value in re.findall(r"^# env (\w+)=(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE):
        patch.setenv(name, value)


def checked(path: Path) -> Config:
    """Read a configuration as `mailbot check` does: values, what is between them, policy and calendar."""
    config = load(path)
    rules_of(config, NOW)
    return config


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_configuration_says_what_is_wrong(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_environment(path, monkeypatch)
    with pytest.raises(ConfigFault) as caught:
        checked(path)
    assert caught.value.faults == expected(path)
    assert str(caught.value) == "\n".join(expected(path))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_no_fault_shows_the_secret(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_environment(path, monkeypatch)
    with pytest.raises(ConfigFault) as caught:
        checked(path)
    assert SECRET not in str(caught.value) + repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_the_configuration_they_differ_from_is_sound() -> None:
    config = checked(SOUND)
    assert config.imap.secret() == SECRET
    assert SECRET not in repr(config) + str(config)


def test_every_file_expects_something() -> None:
    assert len(BAD) > 40
    assert [path.name for path in BAD if not expected(path)] == []
