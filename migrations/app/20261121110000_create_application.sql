-- app.db: what belongs to the application and not to one brand.

CREATE TABLE brand (
    id          TEXT    NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 120 AND name = trim(name)),
    -- Lower case of the name in full Unicode, which SQLite's own NOCASE does not know.
    name_folded TEXT    NOT NULL UNIQUE,
    color       INTEGER NOT NULL CHECK (color >= 0),
    created_at  TEXT    NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??*Z')
) STRICT;

CREATE TABLE model_probe (
    model       TEXT NOT NULL PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    result_json TEXT NOT NULL CHECK (json_valid(result_json)),
    probed_at   TEXT NOT NULL CHECK (probed_at GLOB '????-??-??T??:??:??*Z')
) STRICT;

CREATE TABLE setting (
    key        TEXT NOT NULL PRIMARY KEY,
    value_json TEXT NOT NULL CHECK (json_valid(value_json))
) STRICT;

CREATE TABLE ledger_entry (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    at          TEXT    NOT NULL CHECK (at GLOB '????-??-??T??:??:??*Z'),
    host        TEXT    NOT NULL,
    port        INTEGER NOT NULL CHECK (port BETWEEN 0 AND 65535),
    purpose     TEXT    NOT NULL,
    bytes_out   INTEGER NOT NULL CHECK (bytes_out >= 0),
    bytes_in    INTEGER NOT NULL CHECK (bytes_in >= 0),
    duration_ms INTEGER NOT NULL CHECK (duration_ms >= 0),
    outcome     TEXT    NOT NULL
) STRICT;
