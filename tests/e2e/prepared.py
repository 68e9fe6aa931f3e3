"""What every worker makes of the same files at its start, made once: forks of a prepared process begin at once."""

import gc
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import holidays

from mailbot.core.message import Language
from mailbot.edge import render
from mailbot.edge.model import load
from mailbot.resources import models_folder, templates_folder
from tests.e2e.nursery import open_nursery


def prepare() -> None:
    """Load the classifier, the letters and the holidays, and import the program; no thread, no connection.

    To be called before anything imports `mailbot.cli` or `mailbot.compose`, which then find what is kept here. Files
    that a test gives its own desk (models, templates) are read by the fork that needs them.
    """
    load.load_model = cache(load.load_model)
    model = load.load_model(models_folder(), 0.95, with_encoder=True)  # as the worker asks for it
    model.read("お願い", "私の個人データを開示してください。\nPlease delete my data.", Language.JA)
    _keep_letters()
    open_nursery()
    holidays.country_holidays("JP", years=2026)
    import mailbot.cli  # noqa: F401, PLC0415 -- after the patches

    gc.collect()
    gc.freeze()


def _keep_letters() -> None:
    """Let every renderer of the shipped templates be the same one, with all its letters compiled."""
    made = cache(render.Renderer)

    class Kept(render.Renderer):
        def __init__(self, folders: Sequence[Path]) -> None:
            self.__dict__ = made(tuple(folders)).__dict__

    for (language, form), environment in made((templates_folder(),))._environments.items():
        others = tuple(f"/{one}." for one in Language if one is not language)
        forms = tuple(f"{one}.j2" for one in ("subject", "txt", "html") if one != form)
        for name in environment.list_templates():
            if not name.endswith(forms) and not any(other in name for other in others):
                environment.get_template(name)
    render.Renderer = Kept  # type: ignore[misc]
