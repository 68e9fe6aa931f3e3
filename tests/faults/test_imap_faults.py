"""Every fault of an IMAP server in the table: no mail is lost, none is answered twice, and the work goes on."""

import pytest

from tests.faults import imap_cases, imap_lies
from tests.faults.case import Case
from tests.faults.office import Office, config_for

CASES = [Case("nothing is wrong", hits=False), *imap_cases.CASES, *imap_lies.CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fault_of_the_mailbox_loses_and_doubles_nothing(office: Office, case: Case) -> None:
    office.play(case)


def test_mails_that_stay_under_other_numbers_are_no_new_cases(office: Office) -> None:
    def renumber(office: Office) -> None:
        folder = office.imap.folders["INBOX"]
        folder.uidvalidity += 1
        office.imap.seen += [("INBOX", folder.uidvalidity, one) for _, _, one in office.imap.seen]

    staying = config_for(office.ground, office.imap, office.smtp)
    staying = staying.model_copy(update={"imap": staying.imap.model_copy(update={"processed_folder": ""})})
    office.play(Case("renumbered", after=renumber, hits=False), staying)
    assert office.dispositions() == {"case": 2, "duplicate": 2}
    assert len(office.acknowledged()) == 2
