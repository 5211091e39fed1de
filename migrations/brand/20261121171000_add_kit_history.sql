-- The brand kit as it was: what each version changed, and until when facts hold.

-- The day on which things stood as an entry says, and the last day on which it holds.
ALTER TABLE kit_entry ADD COLUMN as_of TEXT CHECK (as_of GLOB '????-??-??');
ALTER TABLE kit_entry ADD COLUMN valid_until TEXT CHECK (valid_until GLOB '????-??-??');

CREATE TABLE kit_version (
    number     INTEGER NOT NULL PRIMARY KEY CHECK (number >= 1),
    -- NULL where only the database knows that something changed.
    at         TEXT    CHECK (at GLOB '????-??-??T??:??:??*Z'),
    -- `build`, `edit` or `document_gone`.
    cause      TEXT    NOT NULL,
    -- The voice before it, when it changed the voice.
    voice_json TEXT    CHECK (json_valid(voice_json))
) STRICT;

CREATE TABLE kit_change (
    version     INTEGER NOT NULL REFERENCES kit_version (number) ON DELETE CASCADE,
    entry_id    TEXT    NOT NULL,
    -- `added`, `changed` or `removed`.
    change      TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    -- The entry before it; NULL for one that was added, and for one whose document was erased.
    before_json TEXT    CHECK (json_valid(before_json)),
    PRIMARY KEY (version, entry_id)
) STRICT, WITHOUT ROWID;

-- A document that goes takes its words out of the history too.
CREATE TRIGGER kit_change_document_delete BEFORE DELETE ON document BEGIN
    UPDATE kit_change
    SET before_json = NULL
    WHERE before_json IS NOT NULL AND EXISTS (
        SELECT 1 FROM json_each(kit_change.before_json, '$.sources') AS source
        WHERE source.value ->> '$.document_id' = old.id
    );
END;

-- A version that nobody recorded is one that the database itself counted. Who records it says more.
CREATE TRIGGER kit_version_counted AFTER UPDATE OF version ON kit WHEN new.version > old.version BEGIN
    INSERT OR IGNORE INTO kit_version (number, cause) VALUES (new.version, 'document_gone');
END;
