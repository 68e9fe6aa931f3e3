"""The steps of one mailbox share its connection: trouble of one is no trouble of the next, unless nobody answers."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mailbot.edge.errors import Away, Refused, Transient
from mailbot.lanes import as_one

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def played(error: Exception) -> list[str]:
    """Which steps were tried where the first of three met trouble, which is told at the end."""
    tried: list[str] = []

    def step(name: str, trouble: Exception | None = None) -> Any:
        def act(*_: object) -> bool:
            tried.append(name)
            if trouble:
                raise trouble
            return True

        return act

    steps = {"file": step("file", error), "fetch": step("fetch"), "mark": step("mark", Transient("later"))}
    with pytest.raises(type(error), match=str(error)):
        as_one("mailbox", steps)["mailbox"](None, NOW)  # type: ignore[arg-type]
    return tried


def test_a_full_folder_for_what_is_done_keeps_no_mail_from_being_read() -> None:
    assert played(Transient("OVERQUOTA")) == ["file", "fetch", "mark"]


@pytest.mark.parametrize("error", [Away("timed out"), Refused("credentials")], ids=["away", "refused"])
def test_whoever_does_not_answer_or_refuses_the_password_is_asked_once(error: Transient) -> None:
    assert played(error) == ["file"]
