"""Finds the folders that ship beside the code: letters, models, policies.

A checkout and an editable install have `templates/` and `models/` beside the package; a wheel carries them
inside it, in `mailbot/_shipped`. The wheel's place is asked first: a stranger's `templates/` in
`site-packages` must never become our letters.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


class ResourceMissingError(FileNotFoundError):
    """The installation lacks a folder it cannot work without."""


def templates_folder() -> Path:
    """Return the folder of the letters; raises `ResourceMissingError`."""
    return _beside_the_code("templates")


def models_folder() -> Path:
    """Return the folder of the trained models; raises `ResourceMissingError`."""
    return _beside_the_code("models")


def policies_folder() -> Path:
    """Return the folder of the policy profiles, always inside the package; raises `ResourceMissingError`."""
    return _first_of("policies", [PACKAGE / "policies"])


def _beside_the_code(name: str) -> Path:
    places = [PACKAGE / "_shipped" / name]
    if (PACKAGE.parent / "pyproject.toml").is_file():
        places.append(PACKAGE.parent / name)
    return _first_of(name, places)


def _first_of(name: str, places: list[Path]) -> Path:
    for place in places:
        if place.is_dir():
            return place
    looked = ", ".join(str(place) for place in places)
    raise ResourceMissingError(
        f"{name}/ is missing (looked in {looked}): install mailbot again or run it from its checkout"
    )
