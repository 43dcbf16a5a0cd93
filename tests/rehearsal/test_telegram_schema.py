"""The declared methods against python-telegram-bot, which knows the Bot API."""

import inspect
import re

import pytest
import telegram
from telegram import constants

from rehearsal.telegram import (
    account,
    editing,
    faultkinds,
    files,
    formatting,
    keyboard,
    profile,
    sending,
    updates,
    webhook,
)
from rehearsal.telegram.schema import METHODS

# Parameters of the library's own: how to send, and older or handier ways to say another parameter.
_OF_THE_LIBRARY = {"self", "read_timeout", "write_timeout", "connect_timeout", "pool_timeout", "api_kwargs"}
_HANDY = {"allow_sending_without_reply", "reply_to_message_id", "disable_web_page_preview", "filename"}
# The caption of an album is the first item's; these stand there on the wire.
_HANDY_IN = {"sendMediaGroup": {"caption", "parse_mode", "caption_entities"}}


def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", lambda found: "_" + found[1].lower(), name)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_parameters_are_those_of_the_library(method: str) -> None:
    signature = inspect.signature(getattr(telegram.Bot, _snake(method)))
    expected = set(signature.parameters) - _OF_THE_LIBRARY - _HANDY - _HANDY_IN.get(method, set())
    assert expected == set(METHODS[method].parameters)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_what_the_library_always_sends_is_required_here(method: str) -> None:
    signature = inspect.signature(getattr(telegram.Bot, _snake(method)))
    expected = {
        name
        for name, parameter in signature.parameters.items()
        if parameter.default is inspect.Parameter.empty and name not in _OF_THE_LIBRARY
    }
    # setWebhook without url is deleteWebhook.
    assert expected - ({"url"} if method == "setWebhook" else set()) == set(METHODS[method].required)


def _slots(kind: type) -> set[str]:
    return {
        slot
        for each in kind.__mro__
        for slot in getattr(each, "__slots__", ())
        if not slot.startswith("_") and slot != "api_kwargs"
    }


def test_fields_of_keyboards_are_those_of_the_library() -> None:
    assert _slots(telegram.InlineKeyboardButton) == keyboard.INLINE_BUTTON_FIELDS
    assert _slots(telegram.KeyboardButton) == keyboard.REPLY_BUTTON_FIELDS
    assert _slots(telegram.InlineKeyboardMarkup) == keyboard.MARKUP_FIELDS["inline_keyboard"]
    assert _slots(telegram.ReplyKeyboardMarkup) == keyboard.MARKUP_FIELDS["keyboard"]
    assert _slots(telegram.ReplyKeyboardRemove) == keyboard.MARKUP_FIELDS["remove_keyboard"]
    assert _slots(telegram.ForceReply) == keyboard.MARKUP_FIELDS["force_reply"]


def test_fields_of_other_objects_are_those_of_the_library() -> None:
    assert _slots(telegram.ReplyParameters) == sending.REPLY_FIELDS
    assert _slots(telegram.InputMediaPhoto) == sending.MEDIA_FIELDS["photo"]
    assert _slots(telegram.InputMediaDocument) == sending.MEDIA_FIELDS["document"]


def test_limits_are_those_of_the_library() -> None:
    assert constants.MessageLimit.MAX_TEXT_LENGTH == formatting.MAX_TEXT
    assert constants.MessageLimit.CAPTION_LENGTH == formatting.MAX_CAPTION
    assert constants.CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH == account.MAX_ANSWER
    assert constants.InlineKeyboardButtonLimit.MAX_CALLBACK_DATA == keyboard.MAX_DATA
    assert constants.InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER == keyboard.MAX_BUTTONS
    assert constants.InlineKeyboardMarkupLimit.BUTTONS_PER_ROW == keyboard.MAX_ROW
    assert constants.MediaGroupLimit.MIN_MEDIA_LENGTH == sending.MIN_ALBUM
    assert constants.MediaGroupLimit.MAX_MEDIA_LENGTH == sending.MAX_ALBUM
    assert constants.BulkRequestLimit.MAX_LIMIT == editing.MAX_DELETED
    assert constants.PollingLimit.MAX_LIMIT == updates.MAX_BATCH
    assert constants.WebhookLimit.MAX_CONNECTIONS_LIMIT == webhook.MAX_CONNECTIONS
    assert constants.WebhookLimit.MAX_SECRET_TOKEN_LENGTH == webhook.MAX_SECRET
    assert set(constants.SUPPORTED_WEBHOOK_PORTS) == webhook.PORTS
    assert constants.FileSizeLimit.PHOTOSIZE_UPLOAD == files.MAX_PHOTO
    assert constants.FileSizeLimit.FILESIZE_UPLOAD == files.MAX_UPLOAD
    assert {
        "commands": constants.BotCommandLimit.MAX_COMMAND_NUMBER,
        "command": constants.BotCommandLimit.MAX_COMMAND,
        "description": constants.BotCommandLimit.MAX_DESCRIPTION,
    } == {
        "commands": profile.MAX_COMMANDS,
        "command": profile.MAX_COMMAND,
        "description": profile.MAX_COMMAND_DESCRIPTION,
    }
    assert {
        "name": constants.BotNameLimit.MAX_NAME_LENGTH,
        "description": constants.BotDescriptionLimit.MAX_DESCRIPTION_LENGTH,
        "short_description": constants.BotDescriptionLimit.MAX_SHORT_DESCRIPTION_LENGTH,
    } == profile.MAX_TEXTS


def test_methods_that_faults_are_about_exist() -> None:
    assert faultkinds.SENDS | faultkinds.EDITS | faultkinds.ANSWERS <= set(METHODS)
    assert {name for name in METHODS if name.startswith("send")} - {"sendChatAction"} <= faultkinds.SENDS, (
        "a new method that sends is to be counted among them"
    )
    assert {name for name in METHODS if name.startswith("edit")} == faultkinds.EDITS


def test_names_are_those_of_the_library() -> None:
    assert {str(action.value) for action in constants.ChatAction} == account.ACTIONS
    assert {str(kind.value) for kind in constants.BotCommandScopeType} == set(profile.SCOPES)
    assert {str(kind.value) for kind in constants.UpdateType} >= updates.DEFAULT_KINDS
    assert {str(kind.value) for kind in constants.MessageEntityType} == formatting.ENTITY_TYPES
