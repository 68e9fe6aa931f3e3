"""How the world refuses: for now, or for good. Everything else that is raised is a bug."""


class Transient(Exception):
    """Refused for now: the same thing may work later. The text names a phase or a code, never a mail."""


class Refused(Transient):
    """The server refused our credentials: trying again soon would lock the account (pitfall 15)."""


class Away(Transient):
    """Nobody answers: what needs the same server need not try."""


def where(error: BaseException) -> str:
    """Return the file and line of our code an error came from; never its text, which may quote a mail."""
    place = ""
    trace = error.__traceback__
    while trace:
        file = trace.tb_frame.f_code.co_filename
        if "mailbot" in file:
            place = f"{file.rpartition('mailbot')[2].lstrip('/')}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
