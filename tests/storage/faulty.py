"""How a worker meets trouble: one life of it with its exit code and words, and the lives after the trouble is over."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
import typer

from mailbot import compose
from mailbot.terminal import CONFIGURATION, told
from mailbot.worker import OK
from tests.storage.judging import Tables, unfinished
from tests.storage.scene import LATER, MACHINE, NOW, PEOPLE, REQUESTS, WISHES, Scene

WRITTEN = REQUESTS[:3]
ROUNDS = 3


@dataclass
class Troubled:
    """A desk to which three people and a robot wrote, and what its workers said."""

    scene: Scene
    capture: pytest.CaptureFixture[str]
    said: str = ""
    actions: list[str] = field(default_factory=list)

    @classmethod
    def new(cls, folder: Path, capture: pytest.CaptureFixture[str], url: str = "", keys_url: str = "") -> "Troubled":
        scene = Scene.new(folder, url=url, keys_url=keys_url)
        scene.deliver(*WRITTEN, MACHINE)
        return cls(scene, capture)

    @property
    def folder(self) -> Path:
        return self.scene.ground.folder

    def life(self) -> int:
        """One life of `mailbot run --once`: the exit code. What it does to the world is noted in `actions`."""
        self.scene.server.before = lambda action, *_: self.actions.append(action)
        try:
            with told(CONFIGURATION):
                compose.prove(self.scene.ground.config)
                return self.scene.once()
        except typer.Exit as end:
            return end.exit_code
        except Exception as error:  # noqa: BLE001 -- whatever it is, a traceback is no answer
            pytest.fail(f"ended with a traceback: {type(error).__name__}: {error}")
        finally:
            self.scene.server.before = lambda *_: None
            self.said += "".join(self.capture.readouterr())

    def personal(self) -> list[str]:
        """What a log or a terminal must not hold, and held."""
        return [one for one in (*PEOPLE, *(words for _, words in WISHES), "people.test") if one in self.said]

    def recovered(self) -> list[str]:
        """Let workers work when the trouble is over, three of them at most; what is wrong then."""
        found: list[str] = []
        for number in range(1, ROUNDS + 1):
            code = self.scene.once(NOW + number * LATER)
            found = [] if code == OK else [f"exit code {code}"]
            found += self.faults()
            if not found:
                break
        return found

    def faults(self) -> list[str]:
        """What is lost, doubled or left over."""
        store = self.scene.ground.config.store
        return list(unfinished(Tables(store.url, store.keys_url), self.scene.server, len(WRITTEN)))
