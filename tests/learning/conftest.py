"""One small model for all tests of this folder, and an encoder that needs no files."""

import shutil
from pathlib import Path

import pytest

from mailbot.learning import evaluate as measuring
from mailbot.learning import speed
from mailbot.learning.evaluate import Evaluation
from mailbot.learning.rows import rows_of
from tests.learning.written import Knowing, make_models


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_models(tmp_path_factory.mktemp("models") / "models")


@pytest.fixture(scope="session")
def found(made: Path) -> Evaluation:
    """What was measured of the small model, without spaCy's textcat."""
    with pytest.MonkeyPatch.context() as patch:
        _elsewhere(patch)
        return measuring.evaluate(made, rows_of(made / "test"))


def _elsewhere(patch: pytest.MonkeyPatch) -> None:
    """Take the encoder for one without files, and the costs of loading for those of another machine."""
    patch.setattr("mailbot.edge.model.load.Encoder", Knowing)
    patch.setattr(speed, "footprint", lambda _: (1.5, 200.0))


@pytest.fixture
def models(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small model that a test may change."""
    _elsewhere(monkeypatch)
    return Path(shutil.copytree(made, tmp_path / "models"))
