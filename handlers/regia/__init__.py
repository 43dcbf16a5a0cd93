"""What the regia does: Telegram in, one call, Telegram out."""
