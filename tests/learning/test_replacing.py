"""A new model replaces the old one only if it is no worse; the frozen test set decides."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mailbot.core.message import Language
from mailbot.core.sentences import MailText
from mailbot.learning import replacing
from mailbot.learning.replacing import Remembering, train_and_replace
from mailbot.learning.rows import Row
from tests.learning.written import Knowing, pipeline_of, row, some_rows


def replaced(models: Path, monkeypatch: pytest.MonkeyPatch, rows: list[Row], *, force: bool) -> tuple[bool, str]:
    """Offer a model that learned some rows; return whether it was taken, and what was said."""
    said: list[str] = []

    def learned(_: Path, extra: Sequence[Row], __: Any) -> Any:
        said.append(f"{len(extra)} corrections")
        return pipeline_of(rows)

    monkeypatch.setattr(replacing, "train", learned)
    monkeypatch.setattr("mailbot.edge.model.load.Encoder", Silent)
    taken = train_and_replace(models, [row("c", "erase")], said.append, is_forced=force)
    return taken, "\n".join(said)


def misled() -> list[Row]:
    """Return rows of which every erasure is labelled an everyday matter."""
    rows = some_rows("anna")
    return [replace(one, labels=("not_for_us",)) if "erase" in one.labels else one for one in rows]


class Silent(Knowing):
    """An encoder that has no opinion, so that the fast path decides."""

    def opinion(self, mail: MailText) -> Any:
        found = super().opinion(mail)
        return type(found)(dict.fromkeys(found.log_odds, -0.01), found.sentences)


def saved(models: Path) -> dict[str, bytes]:
    files = [path for path in models.rglob("*") if path.is_file() and "baseline" not in path.parts]
    return {str(path): path.read_bytes() for path in files}


def test_a_worse_model_changes_nothing(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved(models)
    taken, said = replaced(models, monkeypatch, misled(), force=False)
    assert not taken
    assert saved(models) == before
    assert not (models / "baseline").exists()
    assert "The old model stays, for the new one is worse: coarse F1:" in said
    assert "lost requests:" in said


def test_a_worse_model_is_taken_by_force(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved(models)
    taken, said = replaced(models, monkeypatch, misled(), force=True)
    assert taken
    assert saved(models) != before
    assert "Saved model 0.0.1" in said


def test_a_model_no_worse_is_taken_with_its_baseline(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved(models)
    taken, said = replaced(models, monkeypatch, [*some_rows("anna"), *some_rows("anna")[:3]], force=False)
    assert taken
    assert saved(models) != before
    assert (models / "baseline" / "textcat_multilabel").is_dir()
    assert said.startswith("1 corrections")
    assert "New model: coarse F1 1.000, exact 1.000, 0 lost, 0 of them without a person." in said


def test_the_first_model_needs_no_comparison(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (models / "pipeline").rename(models / "gone")
    taken, _ = replaced(models, monkeypatch, misled(), force=False)
    assert taken
    assert (models / "pipeline" / "meta.json").exists()


def test_both_models_are_judged_by_the_same_opinions() -> None:
    encoder = Knowing()
    remembering = Remembering(encoder)  # type: ignore[arg-type]
    mails = [MailText("", text, Language.EN) for text in ("one", "two", "one")]
    assert [remembering.opinion(mail).sentences["erase"] for mail in mails] == ["one", "two", "one"]
    assert len(encoder.asked) == 2
