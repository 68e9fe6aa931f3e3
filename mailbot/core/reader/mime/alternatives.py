"""Joins the forms of one thing to a single pattern, so that a table of them can be read a line at a time."""


def any_of(*forms: str) -> str:
    """Return a group that matches any of the forms, the first that fits first."""
    return "(?:" + "|".join(forms) + ")"
