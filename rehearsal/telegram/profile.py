"""What a bot says about itself: name, descriptions, and the command menu by scope and language."""

import re
from typing import Any

from rehearsal.telegram.errors import bad_request
from rehearsal.telegram.markup import units

_COMMAND = re.compile(r"[a-z0-9_]+")
_LANGUAGE = re.compile(r"[a-z]{2}")
MAX_COMMANDS = 100
MAX_COMMAND = 32
MAX_COMMAND_DESCRIPTION = 256
SCOPES = {
    "default": set(),
    "all_private_chats": set(),
    "all_group_chats": set(),
    "all_chat_administrators": set(),
    "chat": {"chat_id"},
    "chat_administrators": {"chat_id"},
    "chat_member": {"chat_id", "user_id"},
}
MAX_TEXTS = {"name": 64, "description": 512, "short_description": 120}

Commands = list[dict[str, str]]
Params = dict[str, Any]


class Profile:
    """Commands, name, description and short description, each by language ("" for all others)."""

    def __init__(self, name: str) -> None:
        self._commands: dict[tuple[str, int, int, str], Commands] = {}
        self._texts: dict[str, dict[str, str]] = {kind: {} for kind in MAX_TEXTS}
        self._texts["name"][""] = name
        self.menu_buttons: dict[int, dict[str, Any]] = {}

    def set_commands(self, params: Params) -> bool:
        """The method setMyCommands."""
        commands = [_checked_command(command) for command in params["commands"]]
        if len(commands) > MAX_COMMANDS:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        if len({command["command"] for command in commands}) < len(commands):
            raise bad_request("BOT_COMMAND_INVALID")
        self._commands[_key(params)] = commands
        return True

    def get_commands(self, params: Params) -> Commands:
        """The method getMyCommands: exactly this scope and language."""
        return self._commands.get(_key(params), [])

    def delete_commands(self, params: Params) -> bool:
        """The method deleteMyCommands."""
        self._commands.pop(_key(params), None)
        return True

    def set_text(self, kind: str, params: Params) -> bool:
        """The methods setMyName and its like: an empty text takes the language's own away."""
        text, language = params.get(kind, ""), _language(params)
        if units(text) > MAX_TEXTS[kind]:
            raise bad_request(f"bot {kind.replace('_', ' ')} is too long")
        if text:
            self._texts[kind][language] = text
        else:
            self._texts[kind].pop(language, None)
        return True

    def get_text(self, kind: str, params: Params) -> dict[str, str]:
        """The methods getMyName and its like: the language's own text, or the one for all."""
        texts = self._texts[kind]
        return {kind: texts.get(_language(params), texts.get("", ""))}

    def menu(self, chat_id: int, language: str | None) -> list[tuple[str, str]]:
        """What a private chat shows, in Telegram's order: the chat's own, all private chats', the default."""
        for scope, chat in (("chat", chat_id), ("all_private_chats", 0), ("default", 0)):
            for spoken in ((language or "")[:2], ""):
                commands = self._commands.get((scope, chat, 0, spoken))
                if commands:
                    return [(command["command"], command["description"]) for command in commands]
        return []


def _key(params: Params) -> tuple[str, int, int, str]:
    scope = params.get("scope") or {"type": "default"}
    kind = str(scope.get("type"))
    if kind not in SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    fields = set(scope) - {"type"}
    if fields != SCOPES[kind]:
        raise bad_request(
            f"can't parse BotCommandScope: a scope of type {kind} has the fields {sorted(SCOPES[kind])}"
        )
    numbers = [scope.get("chat_id", 0), scope.get("user_id", 0)]
    if not all(isinstance(number, int) for number in numbers):
        raise bad_request("can't parse BotCommandScope: chat not found")
    return kind, numbers[0], numbers[1], _language(params)


def _language(params: Params) -> str:
    language = str(params.get("language_code", ""))
    if language and not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return language


def _checked_command(command: Any) -> dict[str, str]:
    if not isinstance(command, dict) or set(command) != {"command", "description"}:
        raise bad_request("can't parse BotCommand: it has exactly the fields command and description")
    name, description = command["command"], command["description"]
    if not isinstance(name, str) or not isinstance(description, str):
        raise bad_request("can't parse BotCommand: both fields must be of type String")
    name = name.removeprefix("/")
    if not name:
        raise bad_request("command must be non-empty")
    if len(name) > MAX_COMMAND:
        raise bad_request(f"command length must not exceed {MAX_COMMAND}")
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not description.strip():
        raise bad_request("command description must be non-empty")
    if units(description) > MAX_COMMAND_DESCRIPTION:
        raise bad_request(f"command description length must not exceed {MAX_COMMAND_DESCRIPTION}")
    return {"command": name, "description": description}
