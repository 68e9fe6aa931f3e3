"""Every mutant: a promise of the desk taken away, and the test that must turn red."""

from tests.sabotage import of_case, of_clocks, of_desk, of_mail, of_warnings, of_way
from tests.sabotage.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = (
    *of_way.MUTANTS,
    *of_mail.MUTANTS,
    *of_case.MUTANTS,
    *of_desk.MUTANTS,
    *of_clocks.MUTANTS,
    *of_warnings.MUTANTS,
)
