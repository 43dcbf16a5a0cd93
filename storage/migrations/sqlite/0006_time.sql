-- The time of the tables: the agenda held, shifted or prolonged; reopenings; questions asked back; prompts.

-- Held or not. While it is held no moment of the agenda is run.
CREATE TABLE agenda (
    only_row  INTEGER PRIMARY KEY CHECK (only_row = 1),
    held_at   TEXT
);
INSERT INTO agenda (only_row) VALUES (1);

-- Every change of the plan, for ever. Of the whole agenda (table_code NULL): held, resumed, shifted; of one
-- table: prolonged, reopened. `minutes` is by how much, `from_at` from when on planned times moved.
CREATE TABLE agenda_changes (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    at          TEXT NOT NULL,
    act         TEXT NOT NULL CHECK (act IN ('held', 'resumed', 'shifted', 'prolonged', 'reopened')),
    minutes     INTEGER NOT NULL DEFAULT 0,
    from_at     TEXT NOT NULL,
    table_code  TEXT REFERENCES tables (code),
    phase       TEXT,
    until_at    TEXT,
    mover       TEXT NOT NULL CHECK (mover IN ('facilitator', 'regia')),
    person_id   INTEGER REFERENCES people (id) ON DELETE SET NULL,
    CHECK ((table_code IS NULL) = (act IN ('held', 'resumed', 'shifted')))
);
CREATE INDEX agenda_changes_by_table ON agenda_changes (table_code, id);

-- How often a table was reopened (what is announced once is announced once per opening), and the minute in
-- which somebody there last did something: of the table, to the minute, nobody's in particular.
ALTER TABLE tables ADD COLUMN reopenings INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tables ADD COLUMN active_at TEXT;

-- A step back is a reopening, and says so; why, if a reason was given.
ALTER TABLE phase_history ADD COLUMN reopened BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE phase_history ADD COLUMN reason TEXT;

-- Each step of a table begins where its last one ended.
CREATE TRIGGER phase_history_is_a_chain BEFORE INSERT ON phase_history
WHEN NEW.from_phase <> (
    SELECT to_phase FROM phase_history WHERE table_code = NEW.table_code ORDER BY id DESC LIMIT 1
)
BEGIN
    SELECT RAISE(ABORT, 'a step of a table begins where its last one ended');
END;

-- Priorities that a reopening set aside, as they stood (JSON): the live ones are computed anew.
CREATE TABLE priorities_set_aside (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    table_code  TEXT NOT NULL REFERENCES tables (code),
    at          TEXT NOT NULL,
    content     TEXT NOT NULL
);

-- What was asked back before it counts. `act` (JSON) is what is to be done; `asked_in` and `answered_in` are
-- the updates in which it was asked and answered, for both may be delivered again.
CREATE TABLE asked (
    token        TEXT PRIMARY KEY,
    asked_in     TEXT NOT NULL UNIQUE,
    person_id    INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    act          TEXT NOT NULL,
    asked_at     TEXT NOT NULL,
    answer       TEXT CHECK (answer IN ('yes', 'no', 'superseded')),
    answered_at  TEXT,
    answered_in  TEXT,
    CHECK ((answer IS NULL) = (answered_at IS NULL))
);
CREATE INDEX asked_by_person ON asked (person_id, asked_at);

-- When each person was last nudged: never twice within two minutes.
CREATE TABLE nudges (
    person_id  INTEGER PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    at         TEXT NOT NULL
);
