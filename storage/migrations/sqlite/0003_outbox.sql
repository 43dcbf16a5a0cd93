-- A message may be about a topic: one that has not gone yet is superseded by a newer one about the same.
-- An announcement that is superseded counts as spread: nobody is still to get it.
ALTER TABLE announcements ADD COLUMN topic TEXT;

ALTER TABLE outbox ADD COLUMN topic TEXT;
-- How many of its parts went, of a message that is too long to be one.
ALTER TABLE outbox ADD COLUMN parts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN superseded_at TEXT
    CHECK (superseded_at IS NULL OR (sent_at IS NULL AND dead_at IS NULL));

DROP INDEX outbox_waiting;
CREATE INDEX outbox_waiting ON outbox (priority, id)
    WHERE sent_at IS NULL AND dead_at IS NULL AND superseded_at IS NULL;
-- Of what has not gone, a chat has one message about a topic: the newest.
CREATE UNIQUE INDEX outbox_newest ON outbox (chat_id, topic)
    WHERE topic IS NOT NULL AND sent_at IS NULL AND superseded_at IS NULL;
CREATE INDEX outbox_dead ON outbox (id) WHERE dead_at IS NOT NULL;
