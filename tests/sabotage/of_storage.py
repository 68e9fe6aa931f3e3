"""Mutants of durability: what is on the disk when somebody acts on it, and what a worker does when it is not."""

from tests.sabotage.mutant import mutant

_POWER = "tests/storage/test_power_loss.py"
_SYNCED = f"{_POWER}::test_every_commit_is_synced_before_the_world_sees_what_hangs_on_it"
_REMEMBERED = f"{_POWER}::test_no_power_cut_takes_what_the_world_saw"
_LEFT = f"{_POWER}::test_what_a_killed_worker_had_not_synced_is_synced_before_the_next_one_reads_it"
_DISK = "tests/storage/test_disk_faults.py::test_a_worker_whose_commit_is_not_confirmed_does_nothing_more_and_the_next_one_goes_on"
_FILES = "tests/storage/test_file_faults.py"
_TOLD = f"{_FILES}::test_trouble_with_the_files_is_told_and_nothing_is_lost"
_CLOSED = f"{_FILES}::test_a_desk_whose_texts_cannot_be_opened_does_not_start"
_CONNECTIONS = "tests/storage/test_connections.py"
_POSTGRESQL = "tests/storage/test_postgresql_faults.py"
_TRACES = "tests/storage/test_traces.py"
_STOPS = "tests/storage/test_stops.py"

_FULL = '    "PRAGMA synchronous=FULL",\n'
_COMMIT = "            raise CommitFailed(_told(engine, error)) from error\n"

MUTANTS = (
    mutant(
        "a commit is synced with the next checkpoint",
        _SYNCED,
        ("store/engine.py", _FULL, _FULL.replace("FULL", "NORMAL")),
    ),
    mutant("a commit is never synced", _REMEMBERED, ("store/engine.py", _FULL, _FULL.replace("FULL", "OFF"))),
    mutant(
        "a connection syncs as the library likes",
        f"{_CONNECTIONS}::test_a_worker_syncs_every_commit_to_both_databases",
        ("store/engine.py", _FULL, _FULL.replace("FULL", "NORMAL")),
    ),
    mutant(
        "what a killed worker left unsynced is read",
        _LEFT,
        ("store/engine.py", '    "PRAGMA wal_checkpoint(PASSIVE)",\n', ""),
    ),
    mutant(
        "a commit that failed is taken for trouble that passes",
        _DISK,
        ("store/engine.py", _COMMIT, "            raise StoreUnavailable(_told(engine, error)) from error\n"),
    ),
    mutant(
        "a role may let commits return before they are on the disk",
        f"{_POSTGRESQL}::test_no_setting_of_a_database_makes_a_commit_return_before_it_is_on_the_disk",
        ("store/engine.py", "    connection.execute(_SURE_COMMITS)\n", ""),
    ),
    mutant(
        "the words of a server are told as they are",
        f"{_POSTGRESQL}::test_a_statement_that_is_refused_is_tried_again_later[a deadlock]",
        ("store/engine.py", "f'SQLSTATE {code}' if code else _one_line(found)", "_one_line(found)"),
    ),
    mutant(
        "damage is taken for a bug",
        f"{_TOLD}[no database]",
        ("store/engine.py", "        if _is_damage(error):\n", "        if error is None:\n"),
    ),
    mutant(
        "a worker starts without a look at its database",
        f"{_CONNECTIONS}::test_a_worker_does_not_start_on_a_damaged_database",
        ("cli.py", "        compose.prove(config)\n", ""),
    ),
    mutant(
        "a worker starts without the keys to what it keeps",
        f"{_CLOSED}[the keys are gone]",
        ("compose.py", "    if not stores.vault.has(key):\n", "    if not key:\n"),
    ),
    mutant(
        "a master key may be gone after a power cut",
        f"{_TRACES}::test_the_master_key_and_its_name_are_on_the_disk_before_anything_is_sealed_under_it",
        ("store/vault.py", "            os.fsync(handle)\n", ""),
    ),
    mutant(
        "a destroyed key stays in the log of its database",
        f"{_TRACES}::test_a_destroyed_key_is_in_none_of_the_files_any_more",
        ("store/vault.py", "        forget_deleted(self._keys)\n", ""),
    ),
    mutant(
        "a process that may open no more files ends with a traceback",
        f"{_FILES}::test_what_the_machine_lacks_may_come_back",
        ("terminal.py", "        if fault.errno not in _SCARCE:\n", "        if fault.errno:\n"),
    ),
    mutant(
        "a log that cannot be written ends the work",
        "tests/storage/test_log_faults.py::test_a_worker_whose_log_cannot_be_written_goes_on",
        (
            "log.py",
            "        with suppress(OSError):\n            self._file.write(text)\n",
            "        self._file.write(text)\n",
        ),
    ),
)
