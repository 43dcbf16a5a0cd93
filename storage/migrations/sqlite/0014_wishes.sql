-- What somebody wished for, and what becomes of it.

-- Somebody asked for a question by the message `since`, and Telegram failed, or we were killed, as it was sent: it
-- may have reached them. What they type above that message is meant for it.
ALTER TABLE places ADD COLUMN since INTEGER;
ALTER TABLE prompts ADD COLUMN since INTEGER;
