-- Why Telegram refused the newest state of a screen; NULL when it did not. Until it is drawn again the message
-- shows an older state, or was never sent.
ALTER TABLE screens ADD COLUMN refused TEXT;
CREATE INDEX screens_refused ON screens (kind) WHERE refused IS NOT NULL;
