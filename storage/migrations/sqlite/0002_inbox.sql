-- Messages of people who send faster than they can be handled: taken from Telegram at once, done in order when
-- it is their turn. `key` names the message (and its edit), so that one given twice is kept once.
CREATE TABLE inbox (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    key          TEXT NOT NULL UNIQUE,
    telegram_id  INTEGER NOT NULL REFERENCES people (telegram_id) ON DELETE CASCADE,
    body         TEXT NOT NULL
);
CREATE INDEX inbox_by_person ON inbox (telegram_id, id);
