"""Telegram in, one call into the participation, Telegram out; a folder per role."""
