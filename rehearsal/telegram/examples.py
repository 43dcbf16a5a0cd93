"""Examples of what people send besides text and pictures, as Bot API objects."""

from typing import Any

from rehearsal.telegram.files import Sound

SOUNDS: dict[Sound, tuple[str, bytes, int]] = {
    "voice": ("voice.ogg", b"OggS\0\2" + bytes(20) + b"\1\x13OpusHead" + bytes(200), 3),
    "audio": ("audio.mp3", b"ID3\4\0\0\0\0\0\0\xff\xfb\x90\0" + bytes(400), 60),
    "video_note": ("video.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(300), 5),
}
"""By kind: name, content and seconds of an example that can be downloaded. They begin as such files do."""

_FILE = {"file_id": "AwACAgQAAx", "file_unique_id": "AgADx", "file_size": 1000}
EXAMPLES: dict[str, Any] = {
    "sticker": _FILE
    | {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False},
    "video": _FILE | {"duration": 5, "width": 640, "height": 360},
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
