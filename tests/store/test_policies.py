"""The policy a case was opened under is read back as it was kept, whatever has become of the file since."""

import pytest
from sqlalchemy import Engine

from mailbot.core.policy import Idle
from mailbot.core.policy_extending import whole_text
from mailbot.core.policy_file import PolicyFault, parse_policy
from mailbot.resources import policies_folder
from mailbot.store.policies import Policies

SHIPPED = {file.stem: file.read_text(encoding="utf-8") for file in sorted(policies_folder().glob("*.toml"))}
HOUSE = whole_text('extends = "appi"\nname = "house"\nversion = "1"\n[idle]\nhandler = 2\n', SHIPPED)
LONGEST_LABEL = f"{'n' * 60}/{'1' * 40}"


def test_a_kept_policy_is_the_one_that_was_read(engine: Engine) -> None:
    for name, text in (SHIPPED | {"house": HOUSE}).items():
        Policies(engine).keep(f"{name}@1", text)
        assert Policies(engine).get(f"{name}@1") == parse_policy(text)


def test_what_is_kept_under_a_key_never_changes(engine: Engine) -> None:
    policies = Policies(engine)
    policies.keep("house/1@1", HOUSE)
    policies.keep("house/1@1", SHIPPED["gdpr"])
    assert policies.get("house/1@1").idle == Idle(handler=2, manager=5)
    assert Policies(engine).get("house/1@1").digest == parse_policy(HOUSE).digest


def test_a_policy_that_a_newer_check_would_refuse_still_clocks_its_cases(engine: Engine) -> None:
    text = HOUSE.replace("handler = 2", "handler = 9")
    with pytest.raises(PolicyFault):
        parse_policy(text)
    Policies(engine).keep("house/1@2", text)
    assert Policies(engine).get("house/1@2").idle == Idle(handler=9, manager=5)


def test_the_longest_label_has_room_in_the_key(engine: Engine) -> None:
    name, version = LONGEST_LABEL.split("/")
    text = HOUSE.replace('"house"', f'"{name}"').replace('version = "1"', f'version = "{version}"')
    policy = parse_policy(text)
    Policies(engine).keep(f"{policy.label}@{policy.digest[:8]}", text)
    assert Policies(engine).get(f"{LONGEST_LABEL}@{policy.digest[:8]}").label == LONGEST_LABEL


def test_a_key_nobody_kept_is_unknown(engine: Engine) -> None:
    with pytest.raises(KeyError):
        Policies(engine).get("house/1@1")
