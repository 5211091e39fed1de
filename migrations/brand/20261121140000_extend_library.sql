-- The library: vectors by content, where documents come from, tags, watched folders, and what erasing leaves behind.

CREATE TABLE embedder (
    id     TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
    -- The one whose vectors search compares.
    in_use INTEGER NOT NULL CHECK (in_use IN (0, 1))
) STRICT;

CREATE UNIQUE INDEX embedder_in_use ON embedder (in_use) WHERE in_use = 1;

-- One vector for each text and embedder, however many passages have that text.
CREATE TABLE embedding (
    embedder  TEXT NOT NULL REFERENCES embedder (id) ON DELETE CASCADE,
    -- BLAKE3 of a passage's headings and text.
    text_hash BLOB NOT NULL CHECK (length(text_hash) = 32),
    -- Little-endian f32.
    vector    BLOB NOT NULL CHECK (length(vector) % 4 = 0),
    PRIMARY KEY (embedder, text_hash)
) STRICT;

ALTER TABLE passage ADD COLUMN text_hash BLOB CHECK (length(text_hash) = 32);

UPDATE passage SET text_hash = passage_hash(heading_path_json, text);

INSERT INTO embedder (id, in_use)
SELECT embedder, row_number() OVER (ORDER BY count(*) DESC, embedder) = 1
FROM passage WHERE embedder IS NOT NULL GROUP BY embedder;

INSERT OR IGNORE INTO embedding (embedder, text_hash, vector)
SELECT embedder, text_hash, vector FROM passage WHERE vector IS NOT NULL;

-- `passage.embedder` and `passage.vector` are no longer used.
UPDATE passage SET embedder = NULL, vector = NULL WHERE vector IS NOT NULL;

CREATE INDEX passage_by_text_hash ON passage (text_hash);

ALTER TABLE document ADD COLUMN tags_json TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags_json));
-- Day of the file or page it came from.
ALTER TABLE document ADD COLUMN dated TEXT CHECK (dated GLOB '????-??-??');
ALTER TABLE document ADD COLUMN source_url TEXT;
-- Time of the source file's last change, in nanoseconds since 1970; with its size it tells an unchanged file.
ALTER TABLE document ADD COLUMN source_modified_ns INTEGER;
-- The source file was deleted; the document stays.
ALTER TABLE document ADD COLUMN source_missing INTEGER NOT NULL DEFAULT 0 CHECK (source_missing IN (0, 1));

CREATE INDEX document_by_source_path ON document (source_path);

CREATE TABLE watched_folder (
    id       TEXT NOT NULL PRIMARY KEY,
    path     TEXT NOT NULL UNIQUE CHECK (path <> ''),
    added_at TEXT NOT NULL CHECK (added_at GLOB '????-??-??T??:??:??*Z')
) STRICT;

-- How many documents that a piece quotes have been erased since.
ALTER TABLE piece ADD COLUMN erased_sources INTEGER NOT NULL DEFAULT 0 CHECK (erased_sources >= 0);

-- Deleted words leave the full-text index at once, and those deleted before leave it now.
INSERT INTO passage_fts (passage_fts, rank) VALUES ('secure-delete', 1);
INSERT INTO passage_fts (passage_fts) VALUES ('rebuild');
