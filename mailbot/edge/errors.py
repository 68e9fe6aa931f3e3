"""How the world refuses: for now, or for good. Everything else that is raised is a bug."""


class Transient(Exception):
    """Refused for now: the same thing may work later. The text names a phase or a code, never a mail."""


class Refused(Transient):
    """The server refused our credentials: trying again soon would lock the account (pitfall 15)."""
