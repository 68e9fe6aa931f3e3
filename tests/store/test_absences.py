"""What staff told of their absences: kept by the day, corrected by telling it again, ended by one word."""

from datetime import date

from sqlalchemy import Engine

from mailbot.store.absences import away_on, end_absences, keep_absence
from mailbot.store.engine import read, write


def december(number: int) -> date:
    return date(2026, 12, number)


def tell(engine: Engine, person: str, first: int, last: int) -> None:
    with write(engine) as connection:
        keep_absence(connection, person, december(first), december(last))


def away(engine: Engine, number: int) -> set[str]:
    with read(engine) as connection:
        return {*away_on(connection, december(number))}


def test_somebody_is_away_from_the_first_day_to_the_last(engine: Engine) -> None:
    tell(engine, "hana", 1, 5)
    tell(engine, "ken", 5, 5)
    assert [away(engine, day) for day in (1, 5, 6)] == [{"hana"}, {"hana", "ken"}, set()]


def test_what_is_told_again_takes_the_place_of_what_it_corrects_and_of_nothing_else(engine: Engine) -> None:
    tell(engine, "hana", 1, 5)
    tell(engine, "hana", 20, 22)
    tell(engine, "ken", 1, 5)
    tell(engine, "hana", 3, 8)
    assert [away(engine, day) for day in (1, 3, 8, 21)] == [{"ken"}, {"hana", "ken"}, {"hana"}, {"hana"}]
    tell(engine, "hana", 3, 4)
    assert [away(engine, day) for day in (4, 5)] == [{"hana", "ken"}, {"ken"}]


def test_whoever_is_back_is_here_on_every_day(engine: Engine) -> None:
    tell(engine, "hana", 1, 5)
    tell(engine, "hana", 20, 22)
    tell(engine, "ken", 1, 5)
    with write(engine) as connection:
        end_absences(connection, "hana")
    assert [away(engine, day) for day in (1, 21)] == [{"ken"}, set()]
