-- What a model made of a statement of the brand kit: a suggestion, kept so that it is asked once.
CREATE TABLE kit_rewording (
    entry_id TEXT NOT NULL PRIMARY KEY REFERENCES kit_entry (id) ON DELETE CASCADE,
    -- BLAKE3 of the statement, the model and the prompt; another hash is another question.
    asked    TEXT NOT NULL CHECK (length(asked) = 64),
    -- BLAKE3 of the statement; a suggestion for another statement is not shown.
    said     TEXT NOT NULL CHECK (length(said) = 64),
    -- Empty when the answer could not stand.
    text     TEXT NOT NULL,
    model    TEXT NOT NULL,
    at       TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??*Z')
) STRICT;

-- A document that goes takes along what was made of its words.
CREATE TRIGGER kit_rewording_document_delete BEFORE DELETE ON document BEGIN
    DELETE FROM kit_rewording WHERE entry_id IN (SELECT entry_id FROM kit_source WHERE document_id = old.id);
END;
