"""Every method the bot may call, and what carries it out."""

from collections.abc import Callable
from typing import Any

from rehearsal.telegram import account, editing, sending, webhook
from rehearsal.telegram.files import Upload
from rehearsal.telegram.schema import Params
from rehearsal.telegram.world import World

Carry = Callable[[World, Params, dict[str, Upload]], Any]

METHODS: dict[str, Carry] = {
    "getMe": account.get_me,
    "logOut": account.nothing_to_do,
    "close": account.nothing_to_do,
    "setWebhook": webhook.set_webhook,
    "deleteWebhook": webhook.delete_webhook,
    "getWebhookInfo": webhook.get_webhook_info,
    "answerCallbackQuery": account.answer_callback_query,
    "getFile": account.get_file,
    "getChat": account.get_chat,
    "getChatMember": account.get_chat_member,
    "sendChatAction": account.send_chat_action,
    "leaveChat": account.leave_chat,
    "setChatMenuButton": account.set_chat_menu_button,
    "getChatMenuButton": account.get_chat_menu_button,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendMediaGroup": sending.send_media_group,
    "copyMessage": sending.copy_message,
    "editMessageText": editing.edit_text,
    "editMessageCaption": editing.edit_caption,
    "editMessageMedia": editing.edit_media,
    "editMessageReplyMarkup": editing.edit_markup,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "setMyCommands": lambda world, params, _: world.profile.set_commands(params),
    "getMyCommands": lambda world, params, _: world.profile.get_commands(params),
    "deleteMyCommands": lambda world, params, _: world.profile.delete_commands(params),
    "setMyName": lambda world, params, _: world.profile.set_text("name", params),
    "getMyName": lambda world, params, _: world.profile.get_text("name", params),
    "setMyDescription": lambda world, params, _: world.profile.set_text("description", params),
    "getMyDescription": lambda world, params, _: world.profile.get_text("description", params),
    "setMyShortDescription": lambda world, params, _: world.profile.set_text("short_description", params),
    "getMyShortDescription": lambda world, params, _: world.profile.get_text("short_description", params),
}
