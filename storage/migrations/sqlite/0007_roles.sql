-- Roles: assistants of a table and leads of a venue beside who facilitates and the regia; links that can be
-- revoked; who gave, took and moved what; menus to be set; who took which step at a table.

-- The venue a table meets at, as the event file has it.
ALTER TABLE tables ADD COLUMN venue TEXT NOT NULL DEFAULT '';

-- One-time links: only the hash of the secret is kept. `id` is how people name a link ("L7").
CREATE TABLE new_invites (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    secret_hash  TEXT NOT NULL UNIQUE,
    role         TEXT NOT NULL CHECK (role IN ('facilitator', 'assistant', 'venue_lead', 'regia')),
    table_code   TEXT NOT NULL DEFAULT '',
    venue        TEXT NOT NULL DEFAULT '',
    created_at   TEXT NOT NULL,
    expires_at   TEXT NOT NULL,
    used_at      TEXT,
    used_by      INTEGER REFERENCES people (id) ON DELETE SET NULL,
    revoked_at   TEXT,
    -- The question that was confirmed to make it: it is made once. NULL from the command line.
    asked        TEXT UNIQUE,
    CHECK ((table_code <> '') = (role IN ('facilitator', 'assistant'))),
    CHECK ((venue <> '') = (role = 'venue_lead')),
    -- A link that was used gave its role: that is what can be revoked then.
    CHECK (used_at IS NULL OR revoked_at IS NULL)
);
INSERT INTO new_invites (secret_hash, role, table_code, created_at, expires_at, used_at, used_by)
    SELECT secret_hash, role, table_code, created_at, expires_at, used_at, used_by FROM invites
    ORDER BY created_at, rowid;
DROP TABLE invites;
ALTER TABLE new_invites RENAME TO invites;

-- `id` is how people name a role somebody holds ("R5"). A role that is revoked is no row any more.
CREATE TABLE new_roles (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id   INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    role        TEXT NOT NULL CHECK (role IN ('facilitator', 'assistant', 'venue_lead', 'regia')),
    table_code  TEXT NOT NULL DEFAULT '',
    venue       TEXT NOT NULL DEFAULT '',
    granted_at  TEXT NOT NULL,
    invite_id   INTEGER REFERENCES invites (id) ON DELETE SET NULL,
    UNIQUE (person_id, role, table_code, venue),
    CHECK ((table_code <> '') = (role IN ('facilitator', 'assistant'))),
    CHECK ((venue <> '') = (role = 'venue_lead'))
);
INSERT INTO new_roles (person_id, role, table_code, granted_at)
    SELECT person_id, role, table_code, granted_at FROM roles ORDER BY granted_at, rowid;
DROP TABLE roles;
ALTER TABLE new_roles RENAME TO roles;
CREATE INDEX roles_by_table ON roles (table_code, role);
CREATE INDEX roles_by_venue ON roles (venue) WHERE venue <> '';

-- What each person is at which table: a venue's lead is one at each of its tables.
CREATE VIEW table_roles AS
    SELECT id, person_id, role, table_code FROM roles WHERE table_code <> ''
    UNION ALL
    SELECT r.id, r.person_id, r.role, t.code FROM roles r JOIN tables t ON t.venue = r.venue
    WHERE r.venue <> '';

-- Every link made, used and revoked, every role revoked, every person moved: who, when, as what. Never
-- shortened. `by_role` is "operator" for what was done from the command line.
CREATE TABLE role_trace (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    at          TEXT NOT NULL,
    act         TEXT NOT NULL CHECK (act IN ('link_made', 'link_used', 'link_revoked', 'role_revoked')),
    role        TEXT NOT NULL,
    table_code  TEXT NOT NULL DEFAULT '',
    venue       TEXT NOT NULL DEFAULT '',
    role_number INTEGER,
    invite_id   INTEGER REFERENCES invites (id) ON DELETE SET NULL,
    person_id   INTEGER REFERENCES people (id) ON DELETE SET NULL,
    by_person   INTEGER REFERENCES people (id) ON DELETE SET NULL,
    by_role     TEXT NOT NULL
);
CREATE INDEX role_trace_by_invite ON role_trace (invite_id);

CREATE TABLE people_moved (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    at          TEXT NOT NULL,
    person_id   INTEGER REFERENCES people (id) ON DELETE SET NULL,
    from_table  TEXT NOT NULL,
    from_zone   TEXT NOT NULL,
    to_table    TEXT NOT NULL,
    to_zone     TEXT NOT NULL,
    by_person   INTEGER REFERENCES people (id) ON DELETE SET NULL
);

-- The commands in Telegram's menu of each person whose menu is not everybody's: what is wanted, what is set.
CREATE TABLE menus (
    person_id       INTEGER PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    wanted_version  INTEGER NOT NULL DEFAULT 1,
    set_version     INTEGER NOT NULL DEFAULT 0,
    set_hash        TEXT
);
CREATE INDEX menus_wanted ON menus (person_id) WHERE wanted_version > set_version;
INSERT INTO menus (person_id) SELECT DISTINCT person_id FROM roles;

-- Who took a step at a table last, as what, when: whoever takes it a second time is told.
CREATE TABLE steps_taken (
    table_code  TEXT NOT NULL REFERENCES tables (code),
    step        TEXT NOT NULL,
    subject     TEXT NOT NULL DEFAULT '',
    at          TEXT NOT NULL,
    role        TEXT NOT NULL,
    person_id   INTEGER REFERENCES people (id) ON DELETE SET NULL,
    PRIMARY KEY (table_code, step, subject)
);

-- The lead of a venue moves its tables, and what was moved says so.
CREATE TABLE new_phase_history (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    table_code  TEXT NOT NULL REFERENCES tables (code),
    at          TEXT NOT NULL,
    from_phase  TEXT NOT NULL,
    to_phase    TEXT NOT NULL,
    mover       TEXT NOT NULL CHECK (mover IN ('agenda', 'facilitator', 'venue_lead', 'regia')),
    person_id   INTEGER REFERENCES people (id) ON DELETE SET NULL,
    reopened    BOOLEAN NOT NULL DEFAULT FALSE,
    reason      TEXT
);
INSERT INTO new_phase_history
    SELECT id, table_code, at, from_phase, to_phase, mover, person_id, reopened, reason FROM phase_history;
DROP TABLE phase_history;
ALTER TABLE new_phase_history RENAME TO phase_history;
CREATE INDEX phase_history_by_table ON phase_history (table_code, id);
CREATE TRIGGER phase_history_is_a_chain BEFORE INSERT ON phase_history
WHEN NEW.from_phase <> (
    SELECT to_phase FROM phase_history WHERE table_code = NEW.table_code ORDER BY id DESC LIMIT 1
)
BEGIN
    SELECT RAISE(ABORT, 'a step of a table begins where its last one ended');
END;

CREATE TABLE new_agenda_changes (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    at          TEXT NOT NULL,
    act         TEXT NOT NULL CHECK (act IN ('held', 'resumed', 'shifted', 'prolonged', 'reopened')),
    minutes     INTEGER NOT NULL DEFAULT 0,
    from_at     TEXT NOT NULL,
    table_code  TEXT REFERENCES tables (code),
    phase       TEXT,
    until_at    TEXT,
    mover       TEXT NOT NULL CHECK (mover IN ('facilitator', 'venue_lead', 'regia')),
    person_id   INTEGER REFERENCES people (id) ON DELETE SET NULL,
    CHECK ((table_code IS NULL) = (act IN ('held', 'resumed', 'shifted')))
);
INSERT INTO new_agenda_changes
    SELECT id, at, act, minutes, from_at, table_code, phase, until_at, mover, person_id FROM agenda_changes;
DROP TABLE agenda_changes;
ALTER TABLE new_agenda_changes RENAME TO agenda_changes;
CREATE INDEX agenda_changes_by_table ON agenda_changes (table_code, id);
