"""What an operator sets, through the environment (`BOLLINI_...`). See README's table."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings of one running bot."""

    model_config = SettingsConfigDict(env_prefix="BOLLINI_", extra="ignore")

    token: SecretStr | None = Field(None, description="The bot's token, from BotFather.")
    database: Path = Field(Path("bollini.db"), description="The database file.")
    event: Path | None = Field(None, description="The event file; without it, Turin's.")
    channel: int | None = Field(None, description="The id of the regia's channel, where the bot is an admin.")
    api_url: str = Field("https://api.telegram.org", description="The Bot API server.")
    clock_url: str | None = Field(None, description="Only a rehearsal sets this: the clock to follow.")
