-- The brand kit: what the documents say about the brand, and what the user made of it.

-- The kit as a whole; no row before it is first built or edited.
CREATE TABLE kit (
    singleton  INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    -- Counts builds that changed something, and edits.
    version    INTEGER NOT NULL CHECK (version >= 0),
    built_at   TEXT    CHECK (built_at GLOB '????-??-??T??:??:??*Z'),
    voice_json TEXT    NOT NULL CHECK (json_valid(voice_json))
) STRICT;

-- What one document gave, so that only new and changed documents are read again.
CREATE TABLE kit_extract (
    document_id  TEXT    NOT NULL PRIMARY KEY REFERENCES document (id) ON DELETE CASCADE,
    -- The document's bytes when it was read.
    content_hash TEXT    NOT NULL,
    -- Version of the rules it was read by.
    extractor    INTEGER NOT NULL,
    extract_json TEXT    NOT NULL CHECK (json_valid(extract_json))
) STRICT;

CREATE TABLE kit_entry (
    id          TEXT    NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL,
    -- BLAKE3 of what was found, by which a later build knows the entry again, whatever the user made of it.
    fingerprint TEXT    NOT NULL CHECK (length(fingerprint) = 64),
    -- The statement; of a term the word to say, which may be empty.
    text        TEXT    NOT NULL,
    term_json   TEXT    CHECK (json_valid(term_json)),
    state       TEXT    NOT NULL,
    pinned      INTEGER NOT NULL CHECK (pinned IN (0, 1)),
    -- Why it needs a look, as a word; NULL when it does not.
    reason      TEXT,
    rank        REAL    NOT NULL,
    count       INTEGER NOT NULL CHECK (count >= 0),
    edited_by   TEXT    NOT NULL CHECK (edited_by IN ('quillhouse', 'you')),
    changed_at  TEXT    NOT NULL CHECK (changed_at GLOB '????-??-??T??:??:??*Z'),
    UNIQUE (kind, fingerprint)
) STRICT;

-- Where an entry stands, the best place first.
CREATE TABLE kit_source (
    entry_id        TEXT    NOT NULL REFERENCES kit_entry (id) ON DELETE CASCADE,
    ordinal         INTEGER NOT NULL CHECK (ordinal >= 0),
    document_id     TEXT    NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    content_hash    TEXT    NOT NULL,
    page            INTEGER NOT NULL CHECK (page >= 1),
    start_character INTEGER NOT NULL CHECK (start_character >= 0),
    end_character   INTEGER NOT NULL CHECK (end_character >= start_character),
    quote           TEXT    NOT NULL,
    -- The entry's text and term as this place has them.
    text            TEXT    NOT NULL,
    term_json       TEXT    CHECK (json_valid(term_json)),
    PRIMARY KEY (entry_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE INDEX kit_source_by_document ON kit_source (document_id);

-- Former and present wordings of an entry.
CREATE TABLE kit_entry_version (
    entry_id  TEXT    NOT NULL REFERENCES kit_entry (id) ON DELETE CASCADE,
    number    INTEGER NOT NULL CHECK (number >= 1),
    text      TEXT    NOT NULL,
    edited_by TEXT    NOT NULL CHECK (edited_by IN ('quillhouse', 'you')),
    at        TEXT    NOT NULL CHECK (at GLOB '????-??-??T??:??:??*Z'),
    PRIMARY KEY (entry_id, number)
) STRICT, WITHOUT ROWID;

-- What the user removed and a build must not bring back.
CREATE TABLE kit_removed (
    kind        TEXT NOT NULL,
    fingerprint TEXT NOT NULL CHECK (length(fingerprint) = 64),
    PRIMARY KEY (kind, fingerprint)
) STRICT, WITHOUT ROWID;

-- A document that goes takes along what only it said. What the user wrote stays, without the place it came from and
-- without the wordings that were the document's.
CREATE TRIGGER kit_document_delete BEFORE DELETE ON document BEGIN
    DELETE FROM kit_entry_version
    WHERE edited_by = 'quillhouse' AND entry_id IN (SELECT entry_id FROM kit_source WHERE document_id = old.id);

    UPDATE kit_entry
    SET term_json = json_set(term_json, '$.because', '')
    WHERE edited_by = 'you' AND EXISTS (
        SELECT 1 FROM kit_source
        WHERE entry_id = kit_entry.id AND document_id = old.id
            AND term_json ->> '$.because' = kit_entry.term_json ->> '$.because'
    );

    UPDATE kit_entry
    SET reason = 'document_gone'
    WHERE edited_by = 'you' AND id IN (SELECT entry_id FROM kit_source WHERE document_id = old.id)
        AND id NOT IN (SELECT entry_id FROM kit_source WHERE document_id <> old.id);

    DELETE FROM kit_entry
    WHERE edited_by = 'quillhouse' AND id IN (SELECT entry_id FROM kit_source WHERE document_id = old.id)
        AND id NOT IN (SELECT entry_id FROM kit_source WHERE document_id <> old.id);

    UPDATE kit_entry
    SET (text, term_json) = (
        SELECT text, term_json FROM kit_source
        WHERE entry_id = kit_entry.id AND document_id <> old.id ORDER BY ordinal LIMIT 1
    )
    WHERE edited_by = 'quillhouse' AND id IN (SELECT entry_id FROM kit_source WHERE document_id = old.id);

    -- The voice is a measure of all documents together; it is measured again with the next build.
    UPDATE kit SET version = version + 1
    WHERE EXISTS (SELECT 1 FROM kit_extract WHERE document_id = old.id);
END;
