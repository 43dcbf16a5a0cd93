-- What whoever facilitates does with contributions: hides, merges, marks them; and the synthesis of a table.

-- `hidden_at`: kept, but it stands no more. `merged_into`: it says the same as that one, which carries its voice.
-- `plenary`: marked at the table for the plenary. `let_pass`: somebody looked at what may be personal data in
-- the text as it is, and let it pass.
ALTER TABLE contributions ADD COLUMN hidden_at TEXT;
ALTER TABLE contributions ADD COLUMN hidden_because TEXT
    CHECK ((hidden_because IS NULL) = (hidden_at IS NULL) AND length(hidden_because) BETWEEN 1 AND 300);
ALTER TABLE contributions ADD COLUMN merged_into TEXT REFERENCES contributions (id) CHECK (merged_into <> id);
ALTER TABLE contributions ADD COLUMN plenary BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE contributions ADD COLUMN let_pass BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX contributions_merged ON contributions (merged_into) WHERE merged_into IS NOT NULL;

-- What counts: neither withdrawn nor hidden.
CREATE VIEW standing_contributions AS
    SELECT * FROM contributions WHERE withdrawn_at IS NULL AND hidden_at IS NULL;

-- How people name a contribution, whatever becomes of it; the number of its place among the themes is the same.
CREATE TABLE contribution_numbers (
    number           INTEGER PRIMARY KEY AUTOINCREMENT,
    contribution_id  TEXT NOT NULL UNIQUE REFERENCES contributions (id) ON DELETE CASCADE
);
INSERT INTO contribution_numbers (number, contribution_id)
    SELECT number, contribution_id FROM theme_places ORDER BY number;
-- A number that was given before to what is withdrawn now is given to nothing else.
INSERT INTO sqlite_sequence (name, seq)
    SELECT 'contribution_numbers', seq FROM sqlite_sequence WHERE name = 'theme_places'
    AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'contribution_numbers');
UPDATE sqlite_sequence SET seq = (SELECT max(seq) FROM sqlite_sequence WHERE name IN ('theme_places', 'contribution_numbers'))
    WHERE name = 'contribution_numbers';
INSERT INTO contribution_numbers (contribution_id)
    SELECT id FROM contributions WHERE withdrawn_at IS NOT NULL ORDER BY received_at, id;

DROP TRIGGER contributions_have_a_place;
DROP TRIGGER what_is_withdrawn_has_none;
DROP TRIGGER what_stands_again_has_one;
CREATE TRIGGER contributions_have_a_place AFTER INSERT ON contributions
BEGIN
    INSERT INTO contribution_numbers (contribution_id) VALUES (NEW.id);
    INSERT INTO theme_places (number, contribution_id)
        SELECT number, contribution_id FROM contribution_numbers WHERE contribution_id = NEW.id
        AND NEW.withdrawn_at IS NULL AND NEW.hidden_at IS NULL AND NEW.merged_into IS NULL;
END;
-- Of one that is withdrawn the others that were merged with it stand by themselves again, where it was.
CREATE TRIGGER what_is_withdrawn_has_none AFTER UPDATE OF withdrawn_at ON contributions
WHEN NEW.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS NULL
BEGIN
    UPDATE contributions SET merged_into = NULL WHERE merged_into = NEW.id;
    UPDATE contributions SET merged_into = NULL WHERE id = NEW.id AND merged_into IS NOT NULL;
    DELETE FROM theme_places WHERE contribution_id = NEW.id;
END;
CREATE TRIGGER what_is_hidden_or_merged_has_none AFTER UPDATE OF hidden_at, merged_into ON contributions
WHEN NEW.hidden_at IS NOT NULL OR NEW.merged_into IS NOT NULL
BEGIN
    DELETE FROM theme_places WHERE contribution_id = NEW.id;
END;
CREATE TRIGGER what_stands_again_has_one AFTER UPDATE OF withdrawn_at, hidden_at, merged_into ON contributions
WHEN NEW.withdrawn_at IS NULL AND NEW.hidden_at IS NULL AND NEW.merged_into IS NULL
    AND (OLD.withdrawn_at IS NOT NULL OR OLD.hidden_at IS NOT NULL OR OLD.merged_into IS NOT NULL)
BEGIN
    INSERT INTO theme_places (number, contribution_id, theme_id, held)
        SELECT n.number, NEW.id, p.theme_id, coalesce(p.held, FALSE) FROM contribution_numbers n
        LEFT JOIN theme_places p ON p.contribution_id = OLD.merged_into
        WHERE n.contribution_id = NEW.id;
END;
-- What was found to say the same was another text, or is another table's now; what was let pass was the text.
CREATE TRIGGER what_is_edited_is_looked_at_again AFTER UPDATE OF text ON contributions WHEN NEW.text <> OLD.text
BEGIN
    UPDATE contributions SET merged_into = NULL WHERE merged_into = NEW.id;
    UPDATE contributions SET merged_into = NULL WHERE id = NEW.id AND merged_into IS NOT NULL;
    UPDATE contributions SET let_pass = FALSE WHERE id = NEW.id AND let_pass;
END;
CREATE TRIGGER what_is_moved_is_merged_no_more AFTER UPDATE OF table_code ON contributions
WHEN NEW.table_code <> OLD.table_code
BEGIN
    UPDATE contributions SET merged_into = NULL WHERE merged_into = NEW.id;
    UPDATE contributions SET merged_into = NULL WHERE id = NEW.id AND merged_into IS NOT NULL;
END;
CREATE TRIGGER only_what_stands_at_one_table_is_merged BEFORE UPDATE OF merged_into ON contributions
WHEN NEW.merged_into IS NOT NULL AND (
    NEW.withdrawn_at IS NOT NULL
    OR NOT EXISTS (
        SELECT 1 FROM standing_contributions WHERE id = NEW.merged_into AND table_code = NEW.table_code
        AND merged_into IS NULL
    )
    OR EXISTS (SELECT 1 FROM contributions WHERE merged_into = NEW.id)
)
BEGIN
    SELECT RAISE(ABORT, 'what is merged goes into one that stands alone at the same table');
END;

-- Lists of a table's contributions, and its dashboards, change with every one of them.
CREATE TRIGGER lists_change_with_what_comes AFTER INSERT ON contributions
BEGIN
    UPDATE screens SET wanted_version = wanted_version + 1 WHERE kind = 'gathering:' || NEW.table_code;
END;
CREATE TRIGGER lists_change_with_what_changes AFTER UPDATE ON contributions
BEGIN
    UPDATE screens SET wanted_version = wanted_version + 1
    WHERE kind IN (
        'gathering:' || NEW.table_code, 'table:' || NEW.table_code,
        'gathering:' || OLD.table_code, 'table:' || OLD.table_code
    );
END;

-- Everything whoever facilitates, or the regia, did with a contribution: as what, when; why it was hidden, or the
-- number of the one it was merged into or separated from.
CREATE TABLE gathering_trace (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    contribution_id  TEXT NOT NULL REFERENCES contributions (id),
    at               TEXT NOT NULL,
    person_id        INTEGER REFERENCES people (id) ON DELETE SET NULL,
    role             TEXT NOT NULL,
    act              TEXT NOT NULL CHECK (act IN (
        'hidden', 'shown', 'merged', 'separated', 'marked', 'unmarked', 'let_pass'
    )),
    detail           TEXT
);
CREATE INDEX gathering_trace_by_contribution ON gathering_trace (contribution_id, id);

-- The syntheses of tables, all that were ever sent; the one with the highest `version` is the table's. `asked`:
-- the question that was confirmed to send it, so that it is sent once.
CREATE TABLE syntheses (
    table_code  TEXT NOT NULL REFERENCES tables (code),
    version     INTEGER NOT NULL CHECK (typeof(version) = 'integer' AND version >= 1),
    text        TEXT NOT NULL CHECK (length(text) > 0),
    sent_at     TEXT NOT NULL,
    person_id   INTEGER REFERENCES people (id) ON DELETE SET NULL,
    role        TEXT NOT NULL,
    asked       TEXT NOT NULL UNIQUE,
    PRIMARY KEY (table_code, version)
) WITHOUT ROWID;
