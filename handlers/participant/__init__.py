"""What a participant does: Telegram in, one call, Telegram out."""
