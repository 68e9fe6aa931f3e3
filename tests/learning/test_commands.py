"""`mailbot train` and `mailbot evaluate` as an operator and CI meet them."""

import json
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from mailbot.learning import commands, replacing
from mailbot.learning import evaluate as measuring
from mailbot.learning.commands import evaluate, train
from mailbot.learning.evaluate import Evaluation
from mailbot.learning.rows import Row
from tests.learning.written import row, some_rows, write_rows

app = typer.Typer()
app.command()(train)
app.command()(evaluate)


def run(*arguments: object) -> tuple[int, str, str]:
    found = CliRunner().invoke(app, [str(one) for one in arguments])
    return found.exit_code, found.stdout, found.stderr


def floor(models: Path, text: str) -> None:
    (models / "floors.toml").write_text(f"[test]\n{text}\n", encoding="utf-8")


@pytest.fixture
def measured(models: Path, found: Evaluation, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the small model, which was measured before."""
    monkeypatch.setattr(measuring, "evaluate", lambda *_: found)
    return models


def test_a_set_above_its_floors_passes(models: Path) -> None:
    floor(models, "exact = 0.3")
    code, out, err = run("evaluate", "--models", models)
    assert (code, err) == (0, "")
    assert "whole pipeline" in out


def test_a_broken_floor_is_told_and_exits_1(measured: Path) -> None:
    floor(measured, "exact = 0.9\nlost_max = 0")
    code, _, err = run("evaluate", "--models", measured)
    assert (code, err) == (1, "test.exact is 0.3333, less than 0.9\n")


def test_a_set_of_ones_own_has_no_floors(models: Path, tmp_path: Path) -> None:
    floor(models, "exact = 2.0")
    write_rows(tmp_path / "own.jsonl", some_rows("own"))
    code, out, err = run("evaluate", "--models", models, "--set", tmp_path / "own.jsonl")
    assert (code, err) == (0, "")
    assert "origin own" in out


def test_json_is_json(measured: Path) -> None:
    code, out, _ = run("evaluate", "--models", measured, "--json")
    assert code == 1
    assert json.loads(out)["stages"]["whole pipeline"]["mails"] == 12


def test_the_curve_is_drawn_where_one_asks(measured: Path, tmp_path: Path) -> None:
    floor(measured, "")
    code, _, err = run("evaluate", "--models", measured, "--curve", tmp_path / "curve.png")
    assert (code, err) == (0, f"Drawn: {tmp_path / 'curve.png'}\n")
    assert (tmp_path / "curve.png").exists()


@pytest.mark.parametrize(
    ("arguments", "package", "told"),
    [
        (["evaluate", "--curve", "x.png"], "matplotlib", "mailbot evaluate"),
        (["train"], "sklearn", "mailbot train"),
    ],
)
def test_a_missing_package_is_one_clear_line(
    measured: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], package: str, told: str
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.setitem(sys.modules, name, None)
    for name in ("curve", "replacing", "train", "fit_ngrams", "fit_weights"):
        monkeypatch.delitem(sys.modules, f"mailbot.learning.{name}", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    code, _, err = run(*arguments, "--models", measured)
    assert (code, err) == (2, f'{told} needs more packages: pip install "mailbot[train]"\n')


def test_a_missing_module_of_our_own_is_no_missing_extra(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mailbot.learning.replacing", None)
    assert isinstance(CliRunner().invoke(app, ["train", "--models", str(models)]).exception, ModuleNotFoundError)


@pytest.mark.parametrize("missing", ["floors.toml", "test/test.jsonl"])
def test_a_missing_file_is_named(models: Path, missing: str) -> None:
    (models / missing).unlink()
    code, _, err = run("evaluate", "--models", models)
    assert code == 2
    assert missing in err or "no mails" in err
    assert err.count("\n") == 1


def test_a_set_that_is_not_there_is_named(models: Path, tmp_path: Path) -> None:
    assert run("evaluate", "--models", models, "--set", tmp_path / "no.jsonl") == (
        2,
        "",
        f"{tmp_path / 'no.jsonl'}: No such file or directory\n",
    )


def test_a_bad_row_is_named(models: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "own.jsonl", [row("1", "erase"), row("2", "eraze")])
    code, _, err = run("evaluate", "--models", models, "--set", tmp_path / "own.jsonl")
    assert code == 2
    assert "own.jsonl, line 2: unknown or missing codes ['eraze']" in err


def test_corrections_are_learned_only_where_one_asks(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learned: list[list[str]] = []

    def taken(_: Path, extra: list[Row], *__: object, is_forced: bool) -> bool:
        learned.append([one.id for one in extra])
        return is_forced

    monkeypatch.setattr(replacing, "train_and_replace", taken)
    monkeypatch.setattr(commands, "corrections", lambda: [row("c", "erase")])
    assert run("train", "--models", models)[0] == 1
    assert run("train", "--models", models, "--with-corrections", "--force")[0] == 0
    assert learned == [[], ["c"]]


def test_corrections_need_the_configuration_of_a_desk(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = run("train", "--models", models, "--with-corrections")
    assert code == 2
    assert "mailbot.toml" in err
