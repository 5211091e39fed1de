-- brand.db: one brand's library, runs and pieces.

CREATE TABLE document (
    id              TEXT    NOT NULL PRIMARY KEY,
    -- BLAKE3 of the bytes, lower-case hex.
    content_hash    TEXT    NOT NULL UNIQUE CHECK (length(content_hash) = 64),
    name            TEXT    NOT NULL CHECK (name <> ''),
    source_path     TEXT,
    -- Name of the copy inside the brand's files folder.
    file_name       TEXT    NOT NULL CHECK (file_name <> ''),
    format          TEXT    NOT NULL,
    byte_count      INTEGER NOT NULL CHECK (byte_count >= 0),
    state           TEXT    NOT NULL,
    title           TEXT,
    language        TEXT,
    page_count      INTEGER NOT NULL CHECK (page_count >= 0),
    passage_count   INTEGER NOT NULL CHECK (passage_count >= 0),
    character_count INTEGER NOT NULL CHECK (character_count >= 0),
    problems_json   TEXT    NOT NULL CHECK (json_valid(problems_json)),
    attempt         INTEGER NOT NULL CHECK (attempt >= 0),
    added_at        TEXT    NOT NULL CHECK (added_at GLOB '????-??-??T??:??:??*Z'),
    changed_at      TEXT    NOT NULL CHECK (changed_at GLOB '????-??-??T??:??:??*Z')
) STRICT;

CREATE INDEX document_by_state ON document (state);
CREATE INDEX document_by_name ON document (name COLLATE NOCASE);

CREATE TABLE document_text (
    document_id TEXT NOT NULL PRIMARY KEY REFERENCES document (id) ON DELETE CASCADE,
    text        TEXT NOT NULL,
    pages_json  TEXT NOT NULL CHECK (json_valid(pages_json)),
    blocks_json TEXT NOT NULL CHECK (json_valid(blocks_json))
) STRICT;

CREATE TABLE passage (
    -- Declared, because VACUUM may renumber an undeclared rowid and the full-text index points at it.
    rowid             INTEGER PRIMARY KEY,
    id                TEXT    NOT NULL UNIQUE,
    document_id       TEXT    NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    ordinal           INTEGER NOT NULL CHECK (ordinal >= 0),
    page              INTEGER NOT NULL CHECK (page >= 1),
    start_character   INTEGER NOT NULL CHECK (start_character >= 0),
    end_character     INTEGER NOT NULL CHECK (end_character >= start_character),
    heading_path_json TEXT    NOT NULL CHECK (json_valid(heading_path_json)),
    text              TEXT    NOT NULL,
    token_count       INTEGER NOT NULL CHECK (token_count >= 0),
    embedder          TEXT,
    -- Little-endian f32.
    vector            BLOB    CHECK (length(vector) % 4 = 0),
    UNIQUE (document_id, ordinal),
    CHECK ((embedder IS NULL) = (vector IS NULL))
) STRICT;

-- The full-text index keeps no text of its own; it reads these two columns when it checks itself or is rebuilt.
CREATE VIEW passage_searched AS
SELECT rowid, text, heading_path_json AS heading FROM passage;

CREATE VIRTUAL TABLE passage_fts USING fts5 (
    text,
    heading,
    content = 'passage_searched',
    content_rowid = 'rowid',
    tokenize = 'porter unicode61 remove_diacritics 2'
);

CREATE TRIGGER passage_fts_insert AFTER INSERT ON passage BEGIN
    INSERT INTO passage_fts (rowid, text, heading) VALUES (new.rowid, new.text, new.heading_path_json);
END;

CREATE TRIGGER passage_fts_delete AFTER DELETE ON passage BEGIN
    INSERT INTO passage_fts (passage_fts, rowid, text, heading)
    VALUES ('delete', old.rowid, old.text, old.heading_path_json);
END;

CREATE TRIGGER passage_fts_update AFTER UPDATE OF text, heading_path_json ON passage BEGIN
    INSERT INTO passage_fts (passage_fts, rowid, text, heading)
    VALUES ('delete', old.rowid, old.text, old.heading_path_json);
    INSERT INTO passage_fts (rowid, text, heading) VALUES (new.rowid, new.text, new.heading_path_json);
END;

-- What the vector index has yet to be told. No reference to passage: a deletion outlives its passage.
CREATE TABLE index_outbox (
    sequence   INTEGER PRIMARY KEY AUTOINCREMENT,
    passage_id TEXT    NOT NULL,
    operation  TEXT    NOT NULL CHECK (operation IN ('upsert', 'delete'))
) STRICT;

CREATE TABLE activity (
    id         TEXT NOT NULL PRIMARY KEY,
    title      TEXT NOT NULL,
    brief_json TEXT NOT NULL CHECK (json_valid(brief_json)),
    created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??*Z')
) STRICT;

CREATE TABLE run (
    id               TEXT    NOT NULL PRIMARY KEY,
    activity_id      TEXT    NOT NULL REFERENCES activity (id) ON DELETE CASCADE,
    state            TEXT    NOT NULL,
    workflow         TEXT    NOT NULL,
    workflow_version INTEGER NOT NULL CHECK (workflow_version >= 0),
    model            TEXT    NOT NULL,
    way              TEXT    NOT NULL,
    input_json       TEXT    NOT NULL CHECK (json_valid(input_json)),
    cache_key        TEXT    NOT NULL,
    reason           TEXT,
    created_at       TEXT    NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??*Z'),
    changed_at       TEXT    NOT NULL CHECK (changed_at GLOB '????-??-??T??:??:??*Z'),
    finished_at      TEXT    CHECK (finished_at GLOB '????-??-??T??:??:??*Z')
) STRICT;

CREATE INDEX run_by_activity ON run (activity_id);
CREATE INDEX run_by_state ON run (state);

CREATE TABLE run_event (
    run_id     TEXT    NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    sequence   INTEGER NOT NULL CHECK (sequence >= 1),
    event_json TEXT    NOT NULL CHECK (json_valid(event_json)),
    at         TEXT    NOT NULL CHECK (at GLOB '????-??-??T??:??:??*Z'),
    PRIMARY KEY (run_id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE step (
    run_id            TEXT    NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    key               TEXT    NOT NULL CHECK (key <> ''),
    agent             TEXT    NOT NULL,
    title             TEXT    NOT NULL,
    ordinal           INTEGER NOT NULL CHECK (ordinal >= 0),
    state             TEXT    NOT NULL,
    attempt           INTEGER NOT NULL CHECK (attempt >= 0),
    input_hash        TEXT,
    output_json       TEXT    CHECK (json_valid(output_json)),
    note              TEXT,
    model_calls       INTEGER NOT NULL CHECK (model_calls >= 0),
    prompt_tokens     INTEGER NOT NULL CHECK (prompt_tokens >= 0),
    completion_tokens INTEGER NOT NULL CHECK (completion_tokens >= 0),
    report_json       TEXT    CHECK (json_valid(report_json)),
    started_at        TEXT    CHECK (started_at GLOB '????-??-??T??:??:??*Z'),
    finished_at       TEXT    CHECK (finished_at GLOB '????-??-??T??:??:??*Z'),
    PRIMARY KEY (run_id, key)
) STRICT;

-- Streamed text of a step that has not ended; not tied to a step's row, because tokens may come before it.
CREATE TABLE step_draft (
    run_id     TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    key        TEXT NOT NULL,
    text       TEXT NOT NULL,
    changed_at TEXT NOT NULL CHECK (changed_at GLOB '????-??-??T??:??:??*Z'),
    PRIMARY KEY (run_id, key)
) STRICT;

-- A row stands before the call is made; one without finished_at is a call whose outcome is unknown.
CREATE TABLE model_call (
    idempotency_key   TEXT    NOT NULL PRIMARY KEY,
    run_id            TEXT    NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    step_key          TEXT    NOT NULL,
    attempt           INTEGER NOT NULL CHECK (attempt >= 0),
    started_at        TEXT    NOT NULL CHECK (started_at GLOB '????-??-??T??:??:??*Z'),
    finished_at       TEXT    CHECK (finished_at GLOB '????-??-??T??:??:??*Z'),
    prompt_tokens     INTEGER CHECK (prompt_tokens >= 0),
    completion_tokens INTEGER CHECK (completion_tokens >= 0)
) STRICT;

CREATE INDEX model_call_by_run ON model_call (run_id, step_key);

CREATE TABLE piece (
    id          TEXT NOT NULL PRIMARY KEY,
    activity_id TEXT NOT NULL REFERENCES activity (id) ON DELETE CASCADE,
    run_id      TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    type        TEXT NOT NULL,
    network     TEXT,
    title       TEXT NOT NULL,
    state       TEXT NOT NULL,
    created_at  TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??*Z'),
    CHECK ((type = 'social') = (network IS NOT NULL))
) STRICT;

-- Two NULLs are distinct to UNIQUE; a run still makes one article only.
CREATE UNIQUE INDEX piece_by_run_and_type ON piece (run_id, type, ifnull(network, ''));
CREATE INDEX piece_by_activity ON piece (activity_id);

CREATE TABLE revision (
    id             TEXT    NOT NULL PRIMARY KEY,
    piece_id       TEXT    NOT NULL REFERENCES piece (id) ON DELETE CASCADE,
    number         INTEGER NOT NULL CHECK (number >= 1),
    text           TEXT    NOT NULL,
    words          INTEGER NOT NULL CHECK (words >= 0),
    score          REAL,
    language       TEXT    NOT NULL,
    meta_json      TEXT    NOT NULL CHECK (json_valid(meta_json)),
    sections_json  TEXT    NOT NULL CHECK (json_valid(sections_json)),
    support_json   TEXT    NOT NULL CHECK (json_valid(support_json)),
    citations_json TEXT    NOT NULL CHECK (json_valid(citations_json)),
    checks_json    TEXT    NOT NULL CHECK (json_valid(checks_json)),
    author         TEXT    NOT NULL,
    created_at     TEXT    NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??*Z'),
    UNIQUE (piece_id, number)
) STRICT;

CREATE TABLE content_cache (
    key        TEXT NOT NULL PRIMARY KEY,
    run_id     TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??*Z'),
    expires_at TEXT NOT NULL CHECK (expires_at GLOB '????-??-??T??:??:??*Z')
) STRICT;
