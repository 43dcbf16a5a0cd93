"""Pictures that are to be sent: which, of which session, as they rest in the outbox until they are drawn."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

Picture = Literal["turnout", "heatmap", "ranking", "priorities", "contributions", "keywords", "restitution"]

VOTES: Final = frozenset({"heatmap", "ranking"})
"""Pictures of the votes: they come when the last table has closed, and never tell one table's apart."""


class Post(BaseModel):
    """A picture for the regia, scheduled for `at`; `version` and `page`: of the restitution alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    post: Picture
    at: datetime
    session: int | None = None
    version: int | None = None
    page: str | None = None


def dump(post: Post) -> str:
    """A post as JSON text, to rest in the outbox."""
    return post.model_dump_json()


def load(text: str) -> Post | None:
    """The post that `dump` wrote; None for an outbox text that is no post."""
    return Post.model_validate_json(text) if "post" in json.loads(text) else None
