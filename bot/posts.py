"""From a scheduled post to its picture: one aggregate is read, a chart draws it off the event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, assert_never

from charts import contributions, heatmap, keywords, priorities, ranking, restitution, turnout
from participation import restituting, summary

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from bot.clock import Clock
    from charts.picture import Picture
    from locales.translator import Translator
    from participation.event import Event
    from participation.posts import Post
    from storage.database import Database


class Studio:
    """Draws the pictures of one event in `executor`."""

    def __init__(self, database: Database, event: Event, clock: Clock, executor: Executor) -> None:
        self._database = database
        self._event = event
        self._clock = clock
        self._executor = executor

    async def draw(self, post: Post, words: Translator) -> Picture:  # noqa: PLR0911 - one way out per picture
        """The picture of a post, from the figures as they are now."""
        now = self._clock.now()
        session = post.session or 1
        run = asyncio.get_running_loop().run_in_executor
        match post.post:
            case "turnout":
                registered = await summary.turnout(self._database, now)
                return await run(self._executor, turnout.draw, registered, self._event, words)
            case "heatmap":
                votes = await summary.votes(self._database, self._event, now)
                return await run(self._executor, heatmap.draw, votes, self._event, words)
            case "ranking":
                votes = await summary.votes(self._database, self._event, now)
                return await run(self._executor, ranking.draw, votes, self._event, words)
            case "priorities":
                chosen = await summary.chosen(self._database, now)
                return await run(self._executor, priorities.draw, chosen, self._event, words)
            case "contributions":
                counts = await summary.contribution_counts(self._database, session, now)
                return await run(self._executor, contributions.draw, counts, self._event, words)
            case "keywords":
                found = await summary.session_keywords(self._database, self._event, session, now)
                return await run(self._executor, keywords.draw, found, self._event, words)
            case "restitution":
                made, page = await restituting.page_of(self._database, post.version or 0, post.page or "")
                return await run(self._executor, restitution.draw, made, page, self._event, words)
            case _:
                assert_never(post.post)
