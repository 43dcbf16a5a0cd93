-- What must never be false is held here, not by a check before a write.
-- Times are text, UTC, ISO 8601 with microseconds and "Z" (fixed width, so they sort as they are).

-- The event this database belongs to: its file's content, to recognise a change and to recompute results.
CREATE TABLE event (
    only_row    INTEGER PRIMARY KEY CHECK (only_row = 1),
    code        TEXT NOT NULL,
    definition  TEXT NOT NULL,
    started_at  TEXT NOT NULL
);

CREATE TABLE tables (
    code            TEXT PRIMARY KEY,
    position        INTEGER NOT NULL UNIQUE,
    phase           TEXT NOT NULL CHECK (phase IN
                        ('registration', 'session1', 'priorities', 'session2', 'closing', 'aftermath')),
    strategy_on     TEXT,
    version         INTEGER NOT NULL DEFAULT 0
);

-- Every step a table ever took; the newest row of a table says who brought it where it is.
CREATE TABLE phase_history (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    table_code  TEXT NOT NULL REFERENCES tables (code),
    at          TEXT NOT NULL,
    from_phase  TEXT NOT NULL,
    to_phase    TEXT NOT NULL,
    mover       TEXT NOT NULL CHECK (mover IN ('agenda', 'facilitator', 'regia')),
    person_id   INTEGER REFERENCES people (id) ON DELETE SET NULL
);
CREATE INDEX phase_history_by_table ON phase_history (table_code, id);

CREATE TABLE people (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    telegram_id        INTEGER NOT NULL UNIQUE,
    language           TEXT NOT NULL,
    language_chosen    BOOLEAN NOT NULL DEFAULT FALSE,
    acknowledged_at    TEXT NOT NULL,
    table_code         TEXT REFERENCES tables (code),
    zone               TEXT,
    joined_at          TEXT,
    -- The newest announcement there was when they sat down: of what was announced before they are told then.
    joined_after       INTEGER NOT NULL DEFAULT 0,
    -- What is picked while the other of zone and table is still to be picked.
    zone_picked        TEXT,
    table_picked       TEXT,
    -- A zone or table was asked for again (/cambia), so a typed number is an answer.
    asked_again        BOOLEAN NOT NULL DEFAULT FALSE,
    unreachable_since  TEXT,
    CHECK ((table_code IS NULL) = (zone IS NULL)),
    CHECK ((table_code IS NULL) = (joined_at IS NULL))
);
CREATE INDEX people_by_table ON people (table_code, id);

CREATE TABLE roles (
    person_id   INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    role        TEXT NOT NULL CHECK (role IN ('facilitator', 'regia')),
    table_code  TEXT NOT NULL DEFAULT '',
    granted_at  TEXT NOT NULL,
    PRIMARY KEY (person_id, role, table_code),
    CHECK ((role = 'regia') = (table_code = ''))
);
CREATE INDEX roles_by_table ON roles (table_code, role);

-- One-time links: only the hash of the secret is kept.
CREATE TABLE invites (
    secret_hash  TEXT PRIMARY KEY,
    role         TEXT NOT NULL CHECK (role IN ('facilitator', 'regia')),
    table_code   TEXT NOT NULL DEFAULT '',
    created_at   TEXT NOT NULL,
    expires_at   TEXT NOT NULL,
    used_at      TEXT,
    used_by      INTEGER REFERENCES people (id) ON DELETE SET NULL
);

-- A ballot does not say whose it is: the link is a table of its own and goes when the person's data go.
CREATE TABLE ballots (
    id          TEXT PRIMARY KEY,
    table_code  TEXT NOT NULL REFERENCES tables (code),
    zone        TEXT NOT NULL,
    channel     TEXT NOT NULL CHECK (channel IN ('app', 'assisted', 'paper')),
    budget      INTEGER NOT NULL CHECK (budget BETWEEN 1 AND 99),
    stack       INTEGER NOT NULL CHECK (stack BETWEEN 1 AND budget),
    open        BOOLEAN NOT NULL,
    finished    BOOLEAN NOT NULL DEFAULT FALSE,
    version     INTEGER NOT NULL DEFAULT 0,
    UNIQUE (id, budget, stack)
);
CREATE INDEX ballots_by_table ON ballots (table_code, open);

CREATE TABLE ballot_owners (
    person_id  INTEGER PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    ballot_id  TEXT NOT NULL UNIQUE REFERENCES ballots (id)
);

-- As many numbered slots as the ballot has dots: one dot too many has no slot to stand in.
-- `nth` numbers the dots of one ballot on one strategy: no more of them than may be stacked.
CREATE TABLE dots (
    ballot_id  TEXT NOT NULL,
    slot       INTEGER NOT NULL,
    strategy   TEXT NOT NULL,
    nth        INTEGER NOT NULL,
    budget     INTEGER NOT NULL,
    stack      INTEGER NOT NULL,
    PRIMARY KEY (ballot_id, slot),
    UNIQUE (ballot_id, strategy, nth),
    -- Whole numbers: between 1 and 6 there is no end of others.
    CHECK (typeof(slot) = 'integer' AND slot BETWEEN 1 AND budget),
    CHECK (typeof(nth) = 'integer' AND nth BETWEEN 1 AND stack),
    FOREIGN KEY (ballot_id, budget, stack) REFERENCES ballots (id, budget, stack)
) WITHOUT ROWID;

-- The priorities of a table, from the closing of its Session 1 on.
CREATE TABLE priority_sets (
    table_code    TEXT PRIMARY KEY REFERENCES tables (code),
    places        INTEGER NOT NULL CHECK (places >= 0),
    voters        INTEGER NOT NULL CHECK (voters >= 0),
    decided_at    TEXT,
    confirmed     BOOLEAN NOT NULL DEFAULT FALSE,
    decided_by    INTEGER REFERENCES people (id) ON DELETE SET NULL
);
CREATE TABLE priorities (
    table_code  TEXT NOT NULL REFERENCES priority_sets (table_code) ON DELETE CASCADE,
    strategy    TEXT NOT NULL,
    position    INTEGER NOT NULL,
    dots        INTEGER NOT NULL CHECK (dots >= 1),
    tied        BOOLEAN NOT NULL,
    kept        BOOLEAN NOT NULL,
    PRIMARY KEY (table_code, strategy),
    UNIQUE (table_code, position)
);

CREATE TABLE contributions (
    id            TEXT PRIMARY KEY,
    table_code    TEXT NOT NULL REFERENCES tables (code),
    zone          TEXT,
    source        TEXT NOT NULL CHECK (source IN ('person', 'table')),
    session       INTEGER NOT NULL CHECK (session IN (1, 2)),
    strategy      TEXT,
    question      TEXT,
    text          TEXT NOT NULL CHECK (length(text) > 0),
    received_at   TEXT NOT NULL,
    edited_at     TEXT,
    withdrawn_at  TEXT
);
CREATE INDEX contributions_by_table ON contributions (table_code, session);

-- Which message became which contribution: the natural key that makes a message delivered twice one
-- contribution, and the only link to the person who wrote it.
CREATE TABLE contribution_messages (
    chat_id          INTEGER NOT NULL,
    message_id       INTEGER NOT NULL,
    contribution_id  TEXT NOT NULL UNIQUE REFERENCES contributions (id),
    person_id        INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    PRIMARY KEY (chat_id, message_id)
);
CREATE INDEX contribution_messages_by_person ON contribution_messages (person_id);

-- The question of Session 2 that a person saw last: what they type next belongs there.
CREATE TABLE places (
    person_id  INTEGER PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    strategy   TEXT NOT NULL,
    question   TEXT NOT NULL
);

-- Acts that are not harmless when done again ("the next question"), by the update they came in.
CREATE TABLE acts (
    key      TEXT PRIMARY KEY,
    done_at  TEXT NOT NULL
) WITHOUT ROWID;

-- Messages that are edited in place. `view`: what is shown of it (JSON), the rest is read when it is drawn.
CREATE TABLE screens (
    person_id       INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    kind            TEXT NOT NULL,
    view            TEXT NOT NULL DEFAULT '{}',
    message_id      INTEGER,
    wanted_version  INTEGER NOT NULL DEFAULT 1,
    shown_version   INTEGER NOT NULL DEFAULT 0,
    shown_hash      TEXT,
    PRIMARY KEY (person_id, kind)
);
CREATE INDEX screens_wanted ON screens (person_id) WHERE wanted_version > shown_version;

-- What an audience is to be told; spread into the outbox person by person, in chunks, after the commit.
CREATE TABLE announcements (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    key         TEXT NOT NULL UNIQUE,
    audience    TEXT NOT NULL,
    content     TEXT NOT NULL,
    priority    INTEGER NOT NULL,
    created_at  TEXT NOT NULL,
    reached     INTEGER NOT NULL DEFAULT 0,
    spread_at   TEXT
);
CREATE INDEX announcements_to_spread ON announcements (id) WHERE spread_at IS NULL;

-- What is to be sent, once each: `key` is what makes it once.
CREATE TABLE outbox (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    key         TEXT NOT NULL UNIQUE,
    chat_id     INTEGER NOT NULL,
    person_id   INTEGER REFERENCES people (id) ON DELETE CASCADE,
    content     TEXT NOT NULL,
    priority    INTEGER NOT NULL,
    created_at  TEXT NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    sent_at     TEXT,
    message_id  INTEGER,
    dead_at     TEXT,
    error       TEXT
);
CREATE INDEX outbox_waiting ON outbox (priority, id) WHERE sent_at IS NULL AND dead_at IS NULL;

-- The agenda as rows: run when due and not done, in the event's time.
CREATE TABLE moments (
    key         TEXT PRIMARY KEY,
    due_at      TEXT NOT NULL,
    action      TEXT NOT NULL,
    done_at     TEXT
);
CREATE INDEX moments_to_do ON moments (due_at) WHERE done_at IS NULL;
