"""The methods about the bot itself, its chats, taps and files."""

from typing import Any

from rehearsal.telegram.errors import bad_request
from rehearsal.telegram.files import Upload
from rehearsal.telegram.markup import units
from rehearsal.telegram.people import Phone
from rehearsal.telegram.places import Channel
from rehearsal.telegram.schema import Params
from rehearsal.telegram.world import World

MAX_ANSWER = 200
ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip
_MENU_BUTTONS = {"commands": {"type"}, "default": {"type"}, "web_app": {"type", "text", "web_app"}}


def get_me(world: World, _params: Params, _uploads: dict[str, Upload]) -> dict[str, Any]:
    """The method getMe."""
    return world.bot


def nothing_to_do(_world: World, _params: Params, _uploads: dict[str, Upload]) -> bool:
    """The methods logOut and close, which mean nothing to a server that is already local."""
    return True


def answer_callback_query(world: World, params: Params, _uploads: dict[str, Upload]) -> bool:
    """The method answerCallbackQuery."""
    text = params.get("text", "")
    if units(text) > MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    url = params.get("url")
    if url and not url.startswith(
        (f"https://t.me/{world.bot['username']}?", f"t.me/{world.bot['username']}?")
    ):
        raise bad_request("URL_INVALID")
    world.answer_callback(
        params["callback_query_id"], text, show_alert=params.get("show_alert", False), url=url
    )
    return True


def get_file(world: World, params: Params, _uploads: dict[str, Upload]) -> dict[str, Any]:
    """The method getFile."""
    found = world.files.open(params["file_id"], world.now())
    return found.json() | {"file_path": found.path}


def get_chat(world: World, params: Params, _uploads: dict[str, Upload]) -> dict[str, Any]:
    """The method getChat."""
    return world.chat(params["chat_id"]).json() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }


def get_chat_member(world: World, params: Params, _uploads: dict[str, Upload]) -> dict[str, Any]:
    """The method getChatMember."""
    chat, user_id = world.chat(params["chat_id"]), params["user_id"]
    if user_id == world.bot["id"]:
        if isinstance(chat, Channel):
            return world.bot_member("kicked" if chat.removed else "administrator")
        return world.bot_member("kicked" if isinstance(chat, Phone) and chat.blocked else "member")
    person = world.phones.get(user_id)
    if person is None:
        raise bad_request("member not found")
    inside = user_id in chat.members if isinstance(chat, Channel) else user_id == chat.id
    return {"user": person.user(), "status": "member" if inside else "left"}


def send_chat_action(world: World, params: Params, _uploads: dict[str, Upload]) -> bool:
    """The method sendChatAction."""
    if params["action"] not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.open_chat(params["chat_id"])
    return True


def leave_chat(world: World, params: Params, _uploads: dict[str, Upload]) -> bool:
    """The method leaveChat: channels only."""
    chat = world.open_chat(params["chat_id"])
    if not isinstance(chat, Channel):
        raise bad_request("chat member status can't be changed in private chats")
    chat.removed = True
    world.membership(chat, world.bot_user(), "administrator", "left")
    return True


def set_chat_menu_button(world: World, params: Params, _uploads: dict[str, Upload]) -> bool:
    """The method setChatMenuButton; without chat_id it sets the one for all chats."""
    button = params.get("menu_button", {"type": "default"})
    if set(button) != _MENU_BUTTONS.get(str(button.get("type"))):
        raise bad_request("can't parse menu button: unsupported type specified")
    if "chat_id" in params:
        world.open_chat(params["chat_id"])
    world.profile.menu_buttons[params.get("chat_id", 0)] = button
    return True


def get_chat_menu_button(world: World, params: Params, _uploads: dict[str, Upload]) -> dict[str, Any]:
    """The method getChatMenuButton."""
    buttons = world.profile.menu_buttons
    return buttons.get(params.get("chat_id", 0)) or buttons.get(0) or {"type": "commands"}
