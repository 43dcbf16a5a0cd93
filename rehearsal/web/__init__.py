"""Phones in a web page: somebody plays the event by hand, with the crowd around them.

The page stands at "/" of the local Telegram's own server, everything else of it under "/web/". Set up, before
`telegram.start()`::

    setup(
        telegram.app,
        telegram,
        clock,                      # its routes must be there too: the page asks it for speed, pauses, jumps
        invites=lambda: [...],      # one-time links nobody of the crowd opens: {"role", "table", "payload"}
        tables=programme.tables,    # their QR codes
        people=lambda: {...},       # who is in the crowd, by Telegram id: tells their role and table
        opened=lambda link: ...,    # told when one of the one-time links was opened on a phone of the page
    )

The page gets everything through a WebSocket and asks for everything by POST, in JSON; see routes.py. Phones
made in the page can be used; those of the crowd, and the channel, can only be looked at.
"""

from rehearsal.web.hall import FIRST_OWN, Hall, Somebody
from rehearsal.web.routes import setup

__all__ = ["FIRST_OWN", "Hall", "Somebody", "setup"]
