"""What the killers borrow from the stories: their desks, and the witness of everything those send."""

from tests.e2e.conftest import commands, make_desk, oracle, sqlite_desk

__all__ = ["commands", "make_desk", "oracle", "sqlite_desk"]
