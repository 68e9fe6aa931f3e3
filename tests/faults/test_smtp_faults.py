"""Every fault of a submission server in the table: what becomes of a mail is known, or staff are told."""

import pytest

from tests.faults.case import Case
from tests.faults.office import Office
from tests.faults.smtp_cases import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fault_of_the_submission_server_loses_and_doubles_nothing(office: Office, case: Case) -> None:
    office.play(case)
