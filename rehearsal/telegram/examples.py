"""Examples of what people send besides text and pictures, as Bot API objects."""

from typing import Any

_FILE = {"file_id": "AwACAgQAAx", "file_unique_id": "AgADx", "file_size": 1000}
EXAMPLES: dict[str, Any] = {
    "sticker": _FILE
    | {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False},
    "voice": _FILE | {"duration": 3, "mime_type": "audio/ogg"},
    "audio": _FILE | {"duration": 60, "mime_type": "audio/mpeg"},
    "video": _FILE | {"duration": 5, "width": 640, "height": 360},
    "video_note": _FILE | {"duration": 5, "length": 240},
    "animation": _FILE | {"duration": 2, "width": 320, "height": 240},
    "location": {"latitude": 45.07, "longitude": 7.68},
    "contact": {"phone_number": "+390110000000", "first_name": "Ada"},
    "dice": {"emoji": "🎲", "value": 4},
    "poll": {
        "id": "5300000000000000000",
        "question": "?",
        "options": [{"text": "A", "voter_count": 0, "persistent_id": "0"}],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": False,
        "members_only": False,
    },
}
