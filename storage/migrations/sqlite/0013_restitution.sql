-- The restitution: what the event gives back in plenary, made of what was contributed up to its freeze.

-- `frozen_at`: what came later is not in the restitution. NULL while Session 2 goes on.
CREATE TABLE restitution_state (
    only_row   INTEGER PRIMARY KEY CHECK (only_row = 1),
    frozen_at  TEXT
);
INSERT INTO restitution_state (only_row) VALUES (1);

-- Each time it was made, it is a version, which stays as it was: what is published is what was looked at.
-- First it is asked for, then made (`content`, JSON). `basis`: what it was made of; as long as that is so, the
-- newest version is the one to look at.
CREATE TABLE restitutions (
    version       INTEGER PRIMARY KEY AUTOINCREMENT,
    asked_at      TEXT NOT NULL,
    made_at       TEXT,
    basis         TEXT,
    content       TEXT,
    published_at  TEXT,
    CHECK ((made_at IS NULL) = (content IS NULL)),
    CHECK ((made_at IS NULL) = (basis IS NULL)),
    CHECK (published_at IS NULL OR made_at IS NOT NULL)
);
CREATE UNIQUE INDEX restitutions_one_to_make ON restitutions ((made_at IS NULL)) WHERE made_at IS NULL;
CREATE TRIGGER restitutions_stay BEFORE UPDATE ON restitutions
WHEN OLD.made_at IS NOT NULL AND (NEW.content IS NOT OLD.content OR NEW.made_at IS NOT OLD.made_at)
BEGIN
    SELECT RAISE(ABORT, 'a restitution that is made stays');
END;

-- Who wants to look at which version, or has (`shown`): only who has looked may publish it. `key`: the
-- message or press that asked for it.
CREATE TABLE restitution_looks (
    key        TEXT PRIMARY KEY,
    version    INTEGER NOT NULL REFERENCES restitutions (version),
    person_id  INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    shown      BOOLEAN NOT NULL DEFAULT FALSE
) WITHOUT ROWID;
CREATE INDEX restitution_looks_by_version ON restitution_looks (version, person_id);
