"""The diagram of the life of a case and of a request, made from the one table so that it cannot lie."""

from mailbot.core.transitions import TRANSITIONS, Scope, State

_TITLES = {Scope.CASE: "A case", Scope.REQUEST: "A request inside a case"}


def diagram() -> str:
    """Return the states and what moves between them as Markdown with Mermaid charts; remarks that move nothing last."""
    return (
        "# The life of a case\n\nMade from `TRANSITIONS` in `mailbot/core/transitions.py` by `make docs`.\n"
        + "".join(_chart(scope) for scope in _TITLES)
    )


def _chart(scope: Scope) -> str:
    moves, remarks = [], dict[str, list[str]]()
    for (of, state, name), after in TRANSITIONS.items():
        if of is scope and state is after:
            remarks.setdefault(state.value, []).append(name.value)
        elif of is scope:
            moves.append(f"    {_node(state)} --> {after.value}: {name.value}")
    lines = [f"\n## {_TITLES[scope]}\n", "```mermaid", "stateDiagram-v2", *moves, "```", ""]
    lines += [f"- `{state}` also takes, without moving: {', '.join(names)}" for state, names in remarks.items()]
    return "\n".join(lines) + "\n"


def _node(state: State) -> str:
    return "[*]" if state is State.ABSENT else state.value
