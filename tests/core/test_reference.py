"""A reference survives a mail client, and a slip of the pen never names another case."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.reference import check_character, is_reference, reference, references_in

PREFIXES = st.from_regex(r"[A-Z]{1,8}", fullmatch=True)
REFERENCES = st.builds(reference, PREFIXES, st.integers(2000, 2999), st.integers(1, 999_999_999))
REF = reference("KJ", 2026, 123)


def swapped(ref: str, place: int) -> str:
    return ref[:place] + ref[place + 1] + ref[place] + ref[place + 2 :]


@pytest.mark.parametrize(
    ("prefix", "year", "number", "expected"),
    [
        ("KJ", 2026, 1, "KJ-2026-000001-H"),
        ("KJ", 2026, 123, "KJ-2026-000123-M"),
        ("A", 2099, 999_999, "A-2099-999999-9"),
        ("KAJITAKU", 2026, 1_000_000, "KAJITAKU-2026-1000000-B"),
    ],
)
def test_a_reference_is_prefix_year_number_and_check(prefix: str, year: int, number: int, expected: str) -> None:
    assert reference(prefix, year, number) == expected


@given(REFERENCES)
def test_every_reference_is_found_again_in_any_case(ref: str) -> None:
    assert is_reference(ref)
    assert references_in(f"Re: [{ref.lower()}] 開示の件") == (ref,)


@given(REFERENCES, st.data())
def test_one_wrong_digit_is_caught(ref: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([at for at, char in enumerate(ref[:-1]) if char.isdigit()]))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != ref[place]]))
    assert references_in(ref[:place] + wrong + ref[place + 1 :]) == ()


@given(REFERENCES, st.data())
def test_one_wrong_letter_or_check_character_is_caught(ref: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([at for at, char in enumerate(ref) if char.isalpha() or at == len(ref) - 1]))
    wrong = data.draw(st.sampled_from([char for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" if char != ref[place]]))
    assert references_in(ref[:place] + wrong + ref[place + 1 :]) == ()


@given(REFERENCES)
def test_two_swapped_neighbours_are_caught(ref: str) -> None:
    tried = {swapped(ref, place) for place in range(len(ref) - 1)} - {ref}
    assert [text for text in tried if references_in(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Order KJ-2026-123",
        "KJ-2026-000123",
        "KJ-2026-00123-C",
        "kj-26-000123-C",
        "X" + REF,
        "9" + REF,
        "-" + REF,
        REF + "7",
        REF + "x",
        "INV-2026-000123-C",
        "[Ticket#2026000123]",
        "AB-12-CD-34 KJ_2026_000123_C",
    ],
)
def test_what_others_number_is_no_reference(text: str) -> None:
    assert references_in(text) == ()


def test_digits_of_other_scripts_are_no_digits() -> None:
    stem = "KJ-٢٠٢٦-٠٠٠١٢٣"
    assert references_in(f"{stem}-{check_character(stem)}") == ()


@given(st.text(max_size=60))
def test_any_text_is_read_and_what_is_found_is_a_reference(text: str) -> None:
    assert all(re.fullmatch(r"[A-Z]{1,8}-[0-9]{4}-[0-9]{6,9}-[0-9A-Z]", ref) for ref in references_in(text))


def test_each_reference_counts_once_and_in_order() -> None:
    other = reference("KJ", 2026, 7)
    assert references_in(f"{other}, {REF} {other.lower()}\n[{REF}]") == (other, REF)


def test_only_one_whole_reference_is_one() -> None:
    assert not is_reference(f"{REF} ")
    assert not is_reference(REF.lower())
    assert not is_reference(f"{REF}{REF}")
    assert not is_reference(f"{REF} {REF}")
