-- What people contribute, and what becomes of it: the prompts they answer, what they changed, and when it was late.

-- Which message asked whom what. In a chat the numbers of messages grow, so the prompt that somebody had seen
-- when they typed is the last one below their message. `past`: they left the table since, or it was reopened; a
-- reply still answers it.
CREATE TABLE prompts (
    person_id   INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    message_id  INTEGER NOT NULL,
    table_code  TEXT NOT NULL REFERENCES tables (code),
    strategy    TEXT NOT NULL,
    question    TEXT NOT NULL,
    past        BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (person_id, message_id)
) WITHOUT ROWID;

-- `action`: the plan action that a contribution names. `late_at`: when it first came, or was changed, after its
-- table had closed Session 2.
ALTER TABLE contributions ADD COLUMN action TEXT;
ALTER TABLE contributions ADD COLUMN late_at TEXT;

-- All that was changed of a contribution: by whom, when, and what it was before and after (JSON: text, strategy,
-- question, action). Nothing was there after it was withdrawn.
CREATE TABLE contribution_trace (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    contribution_id  TEXT NOT NULL REFERENCES contributions (id) ON DELETE CASCADE,
    at               TEXT NOT NULL,
    person_id        INTEGER REFERENCES people (id) ON DELETE SET NULL,
    act              TEXT NOT NULL CHECK (act IN ('edited', 'moved', 'named', 'withdrawn')),
    late             BOOLEAN NOT NULL,
    before           TEXT NOT NULL,
    after            TEXT,
    CHECK ((act = 'withdrawn') = (after IS NULL))
);
CREATE INDEX contribution_trace_by_contribution ON contribution_trace (contribution_id, id);
