-- Suggestions on strategies, from people and from the online form. No contributions: themes are made of what
-- tables say, and these come from anybody, until after the event.

-- `digest` is the moment that told the regia of it, NULL while none did. Numbers are not used again.
CREATE TABLE suggestions (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    source        TEXT NOT NULL CHECK (source IN ('person', 'form')),
    zone          TEXT,
    strategy      TEXT NOT NULL,
    text          TEXT NOT NULL CHECK (length(text) > 0),
    received_at   TEXT NOT NULL,
    edited_at     TEXT,
    withdrawn_at  TEXT,
    digest        TEXT
);
CREATE INDEX suggestions_by_strategy ON suggestions (strategy, id);

-- Which message became which suggestion: delivered twice it is one, and this is the only link to the person.
CREATE TABLE suggestion_messages (
    chat_id        INTEGER NOT NULL,
    message_id     INTEGER NOT NULL,
    suggestion_id  INTEGER NOT NULL UNIQUE REFERENCES suggestions (id),
    person_id      INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    PRIMARY KEY (chat_id, message_id)
);
CREATE INDEX suggestion_messages_by_person ON suggestion_messages (person_id);

-- Which answer of the form became which suggestion, by a hash of what tells answers apart: imported once.
CREATE TABLE suggestion_answers (
    key            TEXT PRIMARY KEY,
    suggestion_id  INTEGER NOT NULL UNIQUE REFERENCES suggestions (id)
) WITHOUT ROWID;

-- The strategy that a person is suggesting on: what they type next belongs there.
CREATE TABLE suggesting (
    person_id  INTEGER PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    strategy   TEXT NOT NULL,
    since      TEXT NOT NULL
);

-- Who was asked a question after that answers the question: the newest that they were asked counts.
CREATE TRIGGER places_end_suggesting AFTER INSERT ON places
BEGIN
    DELETE FROM suggesting WHERE person_id = NEW.person_id;
END;
CREATE TRIGGER places_moved_end_suggesting AFTER UPDATE ON places
BEGIN
    DELETE FROM suggesting WHERE person_id = NEW.person_id;
END;
