"""Every mutant: a promise of the desk taken away, and the test that must turn red."""

from tests.sabotage import (
    of_case,
    of_clocks,
    of_crash,
    of_desk,
    of_flood,
    of_mail,
    of_restore,
    of_scale,
    of_storage,
    of_warnings,
    of_way,
    of_wire,
)
from tests.sabotage.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = (
    *of_way.MUTANTS,
    *of_mail.MUTANTS,
    *of_crash.MUTANTS,
    *of_case.MUTANTS,
    *of_desk.MUTANTS,
    *of_clocks.MUTANTS,
    *of_warnings.MUTANTS,
    *of_flood.MUTANTS,
    *of_restore.MUTANTS,
    *of_storage.MUTANTS,
    *of_scale.MUTANTS,
    *of_wire.MUTANTS,
)
