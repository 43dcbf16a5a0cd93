"""What a facilitator does: Telegram in, one call, Telegram out."""
