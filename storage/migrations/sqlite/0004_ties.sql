-- Ties at the cut, and how the table settled each: its places left empty, a run-off, a draw, by hand.

-- What the table said of a strategy it dropped, or chose among the tied.
CREATE TABLE priority_reasons (
    table_code  TEXT NOT NULL REFERENCES priority_sets (table_code) ON DELETE CASCADE,
    strategy    TEXT NOT NULL,
    reason      TEXT NOT NULL CHECK (length(reason) > 0),
    said_at     TEXT NOT NULL,
    person_id   INTEGER REFERENCES people (id) ON DELETE SET NULL,
    PRIMARY KEY (table_code, strategy)
);

-- The strategy that a person was last asked a reason for; what they type next is the reason.
CREATE TABLE reasons_asked (
    person_id   INTEGER PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    table_code  TEXT NOT NULL REFERENCES priority_sets (table_code) ON DELETE CASCADE,
    strategy    TEXT NOT NULL,
    asked_at    TEXT NOT NULL
);

-- The ties of a table, one after the other: the next is known when the one before is settled.
-- `zone`: the tie is about the places guaranteed to a zone. `after_runoff`: a run-off left these equal.
CREATE TABLE ties (
    table_code    TEXT NOT NULL REFERENCES priority_sets (table_code) ON DELETE CASCADE,
    nth           INTEGER NOT NULL CHECK (typeof(nth) = 'integer' AND nth >= 1),
    zone          TEXT,
    places        INTEGER NOT NULL CHECK (places >= 1),
    after_runoff  BOOLEAN NOT NULL DEFAULT FALSE,
    how           TEXT CHECK (how IN ('fewer', 'runoff', 'draw', 'hand')),
    settled_at    TEXT,
    settled_by    INTEGER REFERENCES people (id) ON DELETE SET NULL,
    PRIMARY KEY (table_code, nth),
    CHECK ((how IS NULL) = (settled_at IS NULL)),
    CHECK (how IS NOT NULL OR settled_by IS NULL),
    -- Still equal after a run-off: fewer, or a draw.
    CHECK (NOT after_runoff OR how IS NULL OR how IN ('fewer', 'draw'))
);
-- Only the last tie of a table waits to be settled.
CREATE UNIQUE INDEX ties_waiting ON ties (table_code) WHERE how IS NULL;

-- `chosen`: got a place. `still_tied`: equal after the run-off, too.
CREATE TABLE tie_candidates (
    table_code  TEXT NOT NULL,
    nth         INTEGER NOT NULL,
    strategy    TEXT NOT NULL,
    position    INTEGER NOT NULL,
    dots        INTEGER NOT NULL CHECK (dots >= 1),
    chosen      BOOLEAN NOT NULL DEFAULT FALSE,
    still_tied  BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (table_code, nth, strategy),
    UNIQUE (table_code, nth, position),
    FOREIGN KEY (table_code, nth) REFERENCES ties (table_code, nth) ON DELETE CASCADE,
    CHECK (NOT (chosen AND still_tied))
);
CREATE TRIGGER no_more_chosen_than_places BEFORE UPDATE OF chosen ON tie_candidates
WHEN NEW.chosen AND NOT OLD.chosen AND
    (SELECT count(*) FROM tie_candidates c WHERE c.table_code = NEW.table_code AND c.nth = NEW.nth AND c.chosen)
    >= (SELECT places FROM ties t WHERE t.table_code = NEW.table_code AND t.nth = NEW.nth)
BEGIN
    SELECT RAISE(ABORT, 'more chosen than there are places');
END;
CREATE TRIGGER none_chosen_from_the_start BEFORE INSERT ON tie_candidates WHEN NEW.chosen OR NEW.still_tied
BEGIN
    SELECT RAISE(ABORT, 'a tie begins with none of its strategies chosen');
END;

-- A run-off among the tied: one per tie.
CREATE TABLE runoffs (
    table_code  TEXT NOT NULL,
    nth         INTEGER NOT NULL,
    id          TEXT NOT NULL UNIQUE,
    opened_at   TEXT NOT NULL,
    opened_by   INTEGER REFERENCES people (id) ON DELETE SET NULL,
    closes_at   TEXT NOT NULL,
    closed_at   TEXT,
    version     INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (table_code, nth),
    FOREIGN KEY (table_code, nth) REFERENCES ties (table_code, nth) ON DELETE CASCADE,
    CHECK (closes_at > opened_at)
);

-- One choice per person, among the tied. The rows go when the run-off closes: what is left is the count.
CREATE TABLE runoff_choices (
    table_code  TEXT NOT NULL,
    nth         INTEGER NOT NULL,
    person_id   INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    strategy    TEXT NOT NULL,
    PRIMARY KEY (table_code, nth, person_id),
    FOREIGN KEY (table_code, nth) REFERENCES runoffs (table_code, nth) ON DELETE CASCADE,
    FOREIGN KEY (table_code, nth, strategy)
        REFERENCES tie_candidates (table_code, nth, strategy) ON DELETE CASCADE
);
CREATE INDEX runoff_choices_by_strategy ON runoff_choices (table_code, nth, strategy);
CREATE INDEX runoff_choices_by_person ON runoff_choices (person_id);

-- `hands`: of people without a phone, as whoever facilitates counted them. `taps`: written at the closing.
CREATE TABLE runoff_counts (
    table_code  TEXT NOT NULL,
    nth         INTEGER NOT NULL,
    strategy    TEXT NOT NULL,
    hands       INTEGER NOT NULL DEFAULT 0 CHECK (typeof(hands) = 'integer' AND hands BETWEEN 0 AND 999),
    taps        INTEGER NOT NULL DEFAULT 0 CHECK (typeof(taps) = 'integer' AND taps >= 0),
    PRIMARY KEY (table_code, nth, strategy),
    FOREIGN KEY (table_code, nth) REFERENCES runoffs (table_code, nth) ON DELETE CASCADE,
    FOREIGN KEY (table_code, nth, strategy)
        REFERENCES tie_candidates (table_code, nth, strategy) ON DELETE CASCADE
);

CREATE TRIGGER no_choice_after_the_closing BEFORE INSERT ON runoff_choices
WHEN (SELECT closed_at FROM runoffs r WHERE r.table_code = NEW.table_code AND r.nth = NEW.nth) IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'the run-off is closed');
END;
CREATE TRIGGER no_change_after_the_closing BEFORE UPDATE ON runoff_choices
WHEN (SELECT closed_at FROM runoffs r WHERE r.table_code = NEW.table_code AND r.nth = NEW.nth) IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'the run-off is closed');
END;
CREATE TRIGGER no_hands_after_the_closing BEFORE UPDATE ON runoff_counts
WHEN (SELECT closed_at FROM runoffs r WHERE r.table_code = NEW.table_code AND r.nth = NEW.nth) IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'the run-off is closed');
END;
CREATE TRIGGER no_count_after_the_closing BEFORE INSERT ON runoff_counts
WHEN (SELECT closed_at FROM runoffs r WHERE r.table_code = NEW.table_code AND r.nth = NEW.nth) IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'the run-off is closed');
END;
CREATE TRIGGER a_runoff_stays_closed BEFORE UPDATE OF closed_at ON runoffs WHEN OLD.closed_at IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'the run-off is closed');
END;

-- A draw: promised first (the hash of its secret is published), drawn once.
CREATE TABLE draws (
    table_code   TEXT NOT NULL,
    nth          INTEGER NOT NULL,
    id           TEXT NOT NULL UNIQUE,
    method       TEXT NOT NULL,
    secret       TEXT NOT NULL,
    commitment   TEXT NOT NULL,
    promised_at  TEXT NOT NULL,
    word         TEXT,
    drawn_at     TEXT,
    PRIMARY KEY (table_code, nth),
    FOREIGN KEY (table_code, nth) REFERENCES ties (table_code, nth) ON DELETE CASCADE,
    CHECK (word IS NULL OR drawn_at IS NOT NULL)
);
CREATE TRIGGER a_promise_is_kept BEFORE UPDATE OF id, method, secret, commitment, promised_at ON draws
BEGIN
    SELECT RAISE(ABORT, 'what was promised about a draw stays');
END;
CREATE TRIGGER drawn_once BEFORE UPDATE OF word, drawn_at ON draws WHEN OLD.drawn_at IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a draw is drawn once');
END;
