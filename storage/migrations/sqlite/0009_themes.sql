-- Themes: what contributions have in common, as the machine proposes and the regia decides.

-- `name` is the regia's; where they touched a theme without naming it, what it was called then. `label` and
-- `keywords` (JSON) are the machine's. A theme that is gone has no contributions; `gone_into` is where most of
-- them went (NULL: nowhere in particular). What is `touched` the machine does not take apart.
CREATE TABLE themes (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT CHECK (length(name) BETWEEN 1 AND 80),
    label      TEXT NOT NULL DEFAULT '',
    keywords   TEXT NOT NULL DEFAULT '[]',
    touched    BOOLEAN NOT NULL DEFAULT FALSE,
    plenary    BOOLEAN NOT NULL DEFAULT FALSE,
    gone       BOOLEAN NOT NULL DEFAULT FALSE,
    gone_into  INTEGER REFERENCES themes (id)
);

-- Where each contribution that stands is: in one theme, or in none (a leftover). One row each, so it is in
-- exactly one place; what is withdrawn has no row. `number` is how people name it. `held`: the regia put it
-- there, or it was there when they touched the theme. `looked`: somebody of the regia was shown it there.
-- `vector`: what it means, NULL while it was not read.
CREATE TABLE theme_places (
    number           INTEGER PRIMARY KEY AUTOINCREMENT,
    contribution_id  TEXT NOT NULL UNIQUE REFERENCES contributions (id) ON DELETE CASCADE,
    theme_id         INTEGER REFERENCES themes (id),
    held             BOOLEAN NOT NULL DEFAULT FALSE,
    looked           BOOLEAN NOT NULL DEFAULT FALSE,
    vector           BLOB
);
CREATE INDEX theme_places_by_theme ON theme_places (theme_id, number);
CREATE INDEX theme_places_unread ON theme_places (number) WHERE vector IS NULL;

-- `changes` counts what was read, or went away, since ever; `grouped` how much of it the themes were found
-- by; `described` the newest act of the regia that labels and keywords know of.
CREATE TABLE theme_state (
    only_row   INTEGER PRIMARY KEY CHECK (only_row = 1),
    changes    INTEGER NOT NULL DEFAULT 0,
    grouped    INTEGER NOT NULL DEFAULT 0,
    described  INTEGER NOT NULL DEFAULT 0
);
INSERT INTO theme_state (only_row) VALUES (1);

INSERT INTO theme_places (contribution_id)
    SELECT id FROM contributions WHERE withdrawn_at IS NULL ORDER BY received_at, id;

CREATE TRIGGER contributions_have_a_place AFTER INSERT ON contributions WHEN NEW.withdrawn_at IS NULL
BEGIN
    INSERT INTO theme_places (contribution_id) VALUES (NEW.id);
END;
CREATE TRIGGER what_is_withdrawn_has_none AFTER UPDATE OF withdrawn_at ON contributions
WHEN NEW.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS NULL
BEGIN
    DELETE FROM theme_places WHERE contribution_id = NEW.id;
END;
CREATE TRIGGER what_stands_again_has_one AFTER UPDATE OF withdrawn_at ON contributions
WHEN NEW.withdrawn_at IS NULL AND OLD.withdrawn_at IS NOT NULL
BEGIN
    INSERT INTO theme_places (contribution_id) VALUES (NEW.id);
END;
CREATE TRIGGER what_is_edited_is_read_again AFTER UPDATE OF text ON contributions WHEN NEW.text <> OLD.text
BEGIN
    UPDATE theme_places SET vector = NULL WHERE contribution_id = NEW.id;
END;
CREATE TRIGGER theme_places_read AFTER UPDATE OF vector ON theme_places WHEN NEW.vector IS NOT NULL
BEGIN
    UPDATE theme_state SET changes = changes + 1;
END;
CREATE TRIGGER theme_places_left AFTER DELETE ON theme_places
BEGIN
    UPDATE theme_state SET changes = changes + 1;
END;

-- Nothing is in a theme that is gone.
CREATE TRIGGER theme_places_are_there BEFORE UPDATE OF theme_id ON theme_places
WHEN NEW.theme_id IS NOT NULL AND (SELECT gone FROM themes WHERE id = NEW.theme_id)
BEGIN
    SELECT RAISE(ABORT, 'this theme is gone');
END;
CREATE TRIGGER themes_gone_are_empty BEFORE UPDATE OF gone ON themes
WHEN NEW.gone AND EXISTS (SELECT 1 FROM theme_places WHERE theme_id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'a theme goes when nothing is in it');
END;

-- The people of the regia as the others hear of them: a number, shown as a letter. Bollini knows no names.
CREATE TABLE theme_curators (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id  INTEGER UNIQUE REFERENCES people (id) ON DELETE SET NULL
);

-- Who of the regia looks after which axis.
CREATE TABLE theme_axes (
    axis     TEXT PRIMARY KEY,
    curator  INTEGER NOT NULL REFERENCES theme_curators (number)
);

-- All that the regia did. `key` is the update it came in: done once; delivered again, `told` is told again.
-- `content` (JSON): what each thing was before and after. `undoes`: the act that this one undid.
CREATE TABLE theme_acts (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    key      TEXT NOT NULL UNIQUE,
    at       TEXT NOT NULL,
    curator  INTEGER NOT NULL REFERENCES theme_curators (number),
    kind     TEXT NOT NULL CHECK (kind IN ('rename', 'merge', 'split', 'move', 'plenary', 'axis', 'undo')),
    content  TEXT NOT NULL,
    told     TEXT NOT NULL,
    undoes   INTEGER UNIQUE REFERENCES theme_acts (id),
    CHECK ((kind = 'undo') = (undoes IS NOT NULL))
);

-- What an act changed ("name:4", "place:37"), and what it only needs to be there (`needed`).
CREATE TABLE theme_act_marks (
    act_id  INTEGER NOT NULL REFERENCES theme_acts (id),
    mark    TEXT NOT NULL,
    needed  BOOLEAN NOT NULL,
    PRIMARY KEY (act_id, mark)
) WITHOUT ROWID;
CREATE INDEX theme_act_marks_by_mark ON theme_act_marks (mark, act_id);

-- Up to which act a person was shown what a mark stands for: who has not seen what another did there is told
-- before they do something else with it.
CREATE TABLE theme_seen (
    person_id  INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    mark       TEXT NOT NULL,
    act_id     INTEGER NOT NULL,
    PRIMARY KEY (person_id, mark)
) WITHOUT ROWID;
