-- The notes of a table: typed, photographed or spoken; what was typed about each; and the files they came with.

-- The last number given at a table: a note keeps its own, and no other gets it.
CREATE TABLE note_numbers (
    table_code  TEXT PRIMARY KEY REFERENCES tables (code),
    last        INTEGER NOT NULL CHECK (typeof(last) = 'integer' AND last >= 1)
);

-- `text_id`: what was typed: the note itself, or what a photo or a voice message says (its transcription).
CREATE TABLE notes (
    id            TEXT PRIMARY KEY,
    table_code    TEXT NOT NULL REFERENCES tables (code),
    number        INTEGER NOT NULL CHECK (typeof(number) = 'integer' AND number >= 1),
    kind          TEXT NOT NULL CHECK (kind IN ('text', 'photo', 'voice')),
    session       INTEGER NOT NULL CHECK (session IN (1, 2)),
    strategy      TEXT,
    text_id       TEXT UNIQUE REFERENCES contributions (id),
    received_at   TEXT NOT NULL,
    withdrawn_at  TEXT,
    UNIQUE (table_code, number),
    CHECK (kind <> 'text' OR text_id IS NOT NULL)
);

-- A file of a note. First it is wished for, with what Telegram calls it; then it is kept (`name`: in the folder
-- beside the database) or lost (`trouble` says why). `trouble` of one still wished for: why it takes so long.
-- Of a note that is withdrawn none is kept nor fetched; when it stands again they are wished for again.
CREATE TABLE note_files (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    note_id          TEXT NOT NULL REFERENCES notes (id),
    form             TEXT NOT NULL CHECK (form IN ('photo', 'document', 'voice', 'audio', 'video_note')),
    seconds          INTEGER CHECK (seconds >= 0),
    telegram_file    TEXT NOT NULL,
    telegram_unique  TEXT NOT NULL,
    caption_id       TEXT UNIQUE REFERENCES contributions (id),
    wished_at        TEXT NOT NULL,
    attempts         INTEGER NOT NULL DEFAULT 0,
    trouble          TEXT CHECK (trouble IN ('network', 'disk', 'large', 'kind', 'gone')),
    lost_at          TEXT,
    kept_at          TEXT,
    name             TEXT,
    size             INTEGER CHECK (typeof(size) IN ('null', 'integer') AND size BETWEEN 1 AND 10485760),
    CHECK ((kept_at IS NULL) = (name IS NULL)),
    CHECK ((kept_at IS NULL) = (size IS NULL)),
    CHECK (kept_at IS NULL OR (lost_at IS NULL AND trouble IS NULL)),
    CHECK (lost_at IS NULL OR coalesce(trouble, '') IN ('large', 'kind', 'gone'))
);
CREATE INDEX note_files_wished ON note_files (id) WHERE kept_at IS NULL AND lost_at IS NULL;
CREATE INDEX note_files_by_note ON note_files (note_id, id);
CREATE INDEX note_files_by_unique ON note_files (telegram_unique);
-- What is kept is not forgotten as long as its note stands, nor taken for something else.
CREATE TRIGGER kept_files_stay BEFORE UPDATE ON note_files
WHEN OLD.name IS NOT NULL AND (NEW.name IS NOT OLD.name OR NEW.size IS NOT OLD.size OR NEW.note_id <> OLD.note_id)
    AND (NEW.name IS NOT NULL OR (SELECT withdrawn_at FROM notes WHERE id = OLD.note_id) IS NULL)
BEGIN
    SELECT RAISE(ABORT, 'a file that is kept stays');
END;
CREATE TRIGGER withdrawn_files_go BEFORE UPDATE ON note_files
WHEN OLD.name IS NULL AND NEW.name IS NOT NULL
    AND (SELECT withdrawn_at FROM notes WHERE id = NEW.note_id) IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'of a note that is withdrawn nothing is kept');
END;

-- Names of files that are to go from the folder, unless a note that stands has the same one.
CREATE TABLE note_files_to_remove (
    name  TEXT PRIMARY KEY
);

-- Which message brought which file, and which album became which note: what makes a message delivered twice one
-- file, and the only links to whoever sent it.
CREATE TABLE note_messages (
    chat_id     INTEGER NOT NULL,
    message_id  INTEGER NOT NULL,
    file_id     INTEGER NOT NULL UNIQUE REFERENCES note_files (id),
    person_id   INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    PRIMARY KEY (chat_id, message_id)
);
CREATE INDEX note_messages_by_person ON note_messages (person_id);
CREATE TABLE note_albums (
    chat_id    INTEGER NOT NULL,
    album      TEXT NOT NULL,
    note_id    TEXT NOT NULL UNIQUE REFERENCES notes (id),
    person_id  INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    PRIMARY KEY (chat_id, album)
);
CREATE INDEX note_albums_by_person ON note_albums (person_id);

-- Everything that happened to a note: by whom, when, in which role; what it was before and after, where it was
-- something (a text, a table and number). Of a lost file, by nobody.
CREATE TABLE note_trace (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    note_id    TEXT NOT NULL REFERENCES notes (id),
    at         TEXT NOT NULL,
    person_id  INTEGER REFERENCES people (id) ON DELETE SET NULL,
    role       TEXT,
    act        TEXT NOT NULL CHECK (act IN ('received', 'edited', 'transcribed', 'withdrawn', 'restored', 'moved', 'lost')),
    before     TEXT,
    after      TEXT
);
CREATE INDEX note_trace_by_note ON note_trace (note_id, id);

-- Notes there were already.
INSERT INTO notes (id, table_code, number, kind, session, strategy, text_id, received_at, withdrawn_at)
SELECT id, table_code, row_number() OVER (PARTITION BY table_code ORDER BY received_at, rowid), 'text', session,
    strategy, id, received_at, withdrawn_at
FROM contributions WHERE source = 'table';
INSERT INTO note_numbers (table_code, last) SELECT table_code, max(number) FROM notes GROUP BY table_code;
