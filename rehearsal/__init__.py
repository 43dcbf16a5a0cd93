"""The rehearsal: a local Telegram with its clock, phones in a web page and a crowd.

A program of its own. It imports nothing of the bot and the bot imports nothing of it: they meet over HTTP.
"""
