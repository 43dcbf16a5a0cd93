-- Paper and assisted ballots: numbered sheets, what is typed before it counts, and the trace of both.

-- A sheet is the ballot of its own table, on paper.
CREATE UNIQUE INDEX ballots_as_sheets ON ballots (id, channel, table_code);
CREATE TABLE sheets (
    ballot_id     TEXT PRIMARY KEY,
    channel       TEXT NOT NULL DEFAULT 'paper' CHECK (channel = 'paper'),
    table_code    TEXT NOT NULL,
    number        INTEGER NOT NULL CHECK (typeof(number) = 'integer' AND number BETWEEN 1 AND 9999),
    withdrawn_at  TEXT,
    FOREIGN KEY (ballot_id, channel, table_code) REFERENCES ballots (id, channel, table_code)
);
-- A number stands once per table; one that was withdrawn may be entered again.
CREATE UNIQUE INDEX sheets_standing ON sheets (table_code, number) WHERE withdrawn_at IS NULL;

-- What is on paper is nobody's, and stays paper.
CREATE TRIGGER paper_has_no_owner BEFORE INSERT ON ballot_owners
WHEN (SELECT channel FROM ballots WHERE id = NEW.ballot_id) = 'paper'
BEGIN
    SELECT RAISE(ABORT, 'a paper ballot has no owner');
END;
CREATE TRIGGER paper_gets_no_owner BEFORE UPDATE ON ballot_owners
WHEN (SELECT channel FROM ballots WHERE id = NEW.ballot_id) = 'paper'
BEGIN
    SELECT RAISE(ABORT, 'a paper ballot has no owner');
END;
CREATE TRIGGER paper_stays_paper BEFORE UPDATE OF channel ON ballots
WHEN (OLD.channel = 'paper') <> (NEW.channel = 'paper')
BEGIN
    SELECT RAISE(ABORT, 'a ballot on paper stays on paper');
END;

-- A paper ballot counts as long as its sheet stands: a withdrawn one has no dots, and gets none.
CREATE TRIGGER dots_on_paper_stand BEFORE INSERT ON dots
WHEN (SELECT channel FROM ballots WHERE id = NEW.ballot_id) = 'paper'
    AND NOT EXISTS (SELECT 1 FROM sheets WHERE ballot_id = NEW.ballot_id AND withdrawn_at IS NULL)
BEGIN
    SELECT RAISE(ABORT, 'no dots without a sheet that stands');
END;
CREATE TRIGGER withdrawn_sheets_are_empty BEFORE UPDATE OF withdrawn_at ON sheets
WHEN NEW.withdrawn_at IS NOT NULL AND EXISTS (SELECT 1 FROM dots WHERE ballot_id = NEW.ballot_id)
BEGIN
    SELECT RAISE(ABORT, 'a withdrawn sheet has no dots');
END;

-- What the people at a table count by hand; NULL while nobody said.
CREATE TABLE table_counts (
    table_code  TEXT PRIMARY KEY REFERENCES tables (code),
    present     INTEGER CHECK (present BETWEEN 0 AND 999),
    handed_in   INTEGER CHECK (handed_in BETWEEN 0 AND 999)
);

-- Codes that people show to whoever enters their ballot for them: for their table, for one entry.
CREATE TABLE personal_codes (
    person_id   INTEGER PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    table_code  TEXT NOT NULL REFERENCES tables (code),
    code        TEXT NOT NULL,
    UNIQUE (table_code, code)
);

-- What somebody typed or tapped for a table and has not confirmed yet (JSON).
CREATE TABLE paper_desks (
    person_id   INTEGER PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    id          TEXT NOT NULL UNIQUE,
    table_code  TEXT NOT NULL REFERENCES tables (code),
    content     TEXT NOT NULL
);

-- Every entry, correction and withdrawal, every number of sheets said, every recount that changed priorities:
-- by whom, when, in which role; `before` and `after` are JSON. Never shortened.
CREATE TABLE paper_trace (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    table_code  TEXT NOT NULL REFERENCES tables (code),
    at          TEXT NOT NULL,
    person_id   INTEGER REFERENCES people (id) ON DELETE SET NULL,
    role        TEXT NOT NULL,
    act         TEXT NOT NULL CHECK (act IN ('entered', 'corrected', 'withdrawn', 'handed_in', 'recounted')),
    ballot_id   TEXT REFERENCES ballots (id),
    label       TEXT,
    before      TEXT,
    after       TEXT,
    reason      TEXT,
    CHECK ((ballot_id IS NULL) = (act IN ('handed_in', 'recounted'))),
    CHECK ((ballot_id IS NULL) = (label IS NULL))
);
CREATE INDEX paper_trace_by_table ON paper_trace (table_code, id);
CREATE INDEX paper_trace_by_ballot ON paper_trace (ballot_id, id);

-- How many of the voters were assisted or on paper, and how often a recount undid what was decided.
ALTER TABLE priority_sets ADD COLUMN assisted INTEGER NOT NULL DEFAULT 0 CHECK (assisted >= 0);
ALTER TABLE priority_sets ADD COLUMN paper INTEGER NOT NULL DEFAULT 0
    CHECK (paper >= 0 AND assisted + paper <= voters);
ALTER TABLE priority_sets ADD COLUMN recounts INTEGER NOT NULL DEFAULT 0 CHECK (recounts >= 0);
