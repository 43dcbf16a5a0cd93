"""What an operator sets, through the environment (`BOLLINI_...`). See README's table."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """A setting that cannot be used; `str()` is a sentence for the operator."""


class Settings(BaseSettings):
    """The settings of one running bot."""

    model_config = SettingsConfigDict(env_prefix="BOLLINI_", env_ignore_empty=True, extra="ignore")

    token: SecretStr | None = Field(None, description="The bot's token, from BotFather.")
    database: Path = Field(Path("bollini.db"), description="The database file.")
    event: Path | None = Field(None, description="The event file; without it, Turin's.")
    channel: int | None = Field(None, description="The id of the regia's channel, where the bot is an admin.")
    api_url: str = Field("https://api.telegram.org", description="The Bot API server.")
    webhook_url: str | None = Field(
        None, description="The public address that Telegram delivers to; without it, the bot asks by itself."
    )
    webhook_host: str = Field("127.0.0.1", description="Where the bot listens for deliveries.")
    webhook_port: int = Field(8443, ge=1, le=65535, description="The port it listens on.")
    webhook_secret: SecretStr | None = Field(
        None, description="What Telegram repeats with each delivery; without it, made from the token."
    )
    health_port: int | None = Field(
        None, ge=0, le=65535, description="Where /health and /metrics are served; 0 for any free port."
    )
    health_host: str = Field("127.0.0.1", description="The address on which they are.")
    paid_broadcast: bool = Field(
        False, description="Pay Telegram to take what nobody asked for at up to 1,000 messages a second."
    )
    themes: bool = Field(
        True, description="Find themes in what is contributed; it takes 400 MB of memory. Off, by hand alone."
    )
    clock_url: str | None = Field(None, description="Only a rehearsal sets this: the clock to follow.")

    @field_validator("token", mode="before")
    @classmethod
    def _without_white_space(cls, token: object) -> object:
        # As it comes out of a file or a message.
        return token.strip() if isinstance(token, str) else token

    @field_validator("api_url")
    @classmethod
    def _without_a_slash(cls, url: str) -> str:
        return url.rstrip("/")


def read_settings() -> Settings:
    """The settings in the environment. Raises `SettingsError` when one of them cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"BOLLINI_{'.'.join(str(part) for part in each['loc']).upper()}: {each['msg']}"
            for each in error.errors(include_input=False, include_url=False)
        )
        message = f"A setting in the environment cannot be used. {wrong}. README lists the settings."
        raise SettingsError(message) from None
