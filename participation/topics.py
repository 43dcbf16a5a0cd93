"""What announcements are about, where only the newest word counts.

Who could not be reached, or was held up by Telegram, gets the newest about each of these, and not all that
was said meanwhile. What one announcement about a topic told somebody, the next must be told to them, too.
"""

from __future__ import annotations


def priorities(table: str) -> str:
    """The priorities of a table: proposed, standing, confirmed."""
    return f"priorities:{table}"


def at_table(table: str) -> str:
    """What everybody at a table is to do now: the question that is on, the end."""
    return f"now:{table}"


def countdown(table: str, audience: str) -> str:
    """That a table closes soon, and who has not finished should: to one audience (a word of `announce`)."""
    return f"countdown:{table}:{audience}"


def prolonged(table: str, audience: str) -> str:
    """Until when a table goes on with what it is in: to one audience."""
    return f"prolonged:{table}:{audience}"


def countdowns(table: str) -> tuple[str, ...]:
    """All that names the minutes left of what a table is in: not so any more when its end is another."""
    return countdown(table, "unfinished"), countdown(table, "facilitators")


def ends(table: str) -> tuple[str, ...]:
    """All about the end of what a table is in: nobody's concern any more when it moves on."""
    return (*countdowns(table), prolonged(table, "table"), prolonged(table, "facilitators"))


def at_seat(table: str) -> tuple[str, ...]:
    """What is told to who sits at a table, and is not for them any more when they leave it."""
    return at_table(table), countdown(table, "unfinished"), prolonged(table, "table")
