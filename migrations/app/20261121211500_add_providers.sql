-- Providers of models beyond this program, their accounts and models, what calls used, and what may be spent. Keys are never here.

CREATE TABLE provider (
    -- The part of a model's id before the slash.
    id          TEXT    NOT NULL PRIMARY KEY,
    -- NULL is the usual place.
    address     TEXT,
    priority    TEXT    NOT NULL,
    concurrency INTEGER NOT NULL CHECK (concurrency >= 1),
    is_off      INTEGER NOT NULL CHECK (is_off IN (0, 1)),
    -- When the user agreed to what is sent there; nothing is sent before.
    agreed_at   TEXT,
    health_json TEXT    NOT NULL CHECK (json_valid(health_json)),
    added_at    TEXT    NOT NULL CHECK (added_at GLOB '????-??-??T??:??:??*Z')
) STRICT;

CREATE TABLE account (
    id             TEXT    NOT NULL PRIMARY KEY,
    provider       TEXT    NOT NULL REFERENCES provider (id) ON DELETE CASCADE,
    label          TEXT    NOT NULL CHECK (length(label) BETWEEN 1 AND 80),
    allowance_json TEXT    NOT NULL CHECK (json_valid(allowance_json)),
    -- What the provider refused last; NULL after a call that succeeded.
    refusal_json   TEXT    CHECK (json_valid(refusal_json)),
    is_off         INTEGER NOT NULL CHECK (is_off IN (0, 1)),
    added_at       TEXT    NOT NULL CHECK (added_at GLOB '????-??-??T??:??:??*Z')
) STRICT;

CREATE INDEX account_by_provider ON account (provider);

CREATE TABLE provider_model (
    provider       TEXT    NOT NULL REFERENCES provider (id) ON DELETE CASCADE,
    name           TEXT    NOT NULL,
    title          TEXT,
    context_tokens INTEGER CHECK (context_tokens > 0),
    -- What the user says it costs; NULL is the catalogue's price, when it has one.
    price_json     TEXT    CHECK (json_valid(price_json)),
    PRIMARY KEY (provider, name)
) STRICT;

-- One row a call. Brands and runs go while their use stays, so none of them is a foreign key.
CREATE TABLE usage_record (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms         INTEGER NOT NULL,
    brand         TEXT,
    run           TEXT,
    step          TEXT,
    provider      TEXT    NOT NULL,
    account       TEXT,
    model         TEXT    NOT NULL,
    tokens_in     INTEGER NOT NULL CHECK (tokens_in >= 0),
    tokens_cached INTEGER NOT NULL CHECK (tokens_cached >= 0),
    tokens_out    INTEGER NOT NULL CHECK (tokens_out >= 0),
    duration_ms   INTEGER NOT NULL CHECK (duration_ms >= 0),
    -- Millionths of the currency; NULL when nobody knows.
    cost_micros   INTEGER CHECK (cost_micros >= 0),
    currency      TEXT,
    CHECK ((cost_micros IS NULL) = (currency IS NULL))
) STRICT;

CREATE INDEX usage_record_by_time ON usage_record (at_ms);

CREATE TABLE budget (
    name        TEXT NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 80),
    budget_json TEXT NOT NULL CHECK (json_valid(budget_json))
) STRICT;

-- Texts of such a brand stay on this machine.
ALTER TABLE brand ADD COLUMN local_only INTEGER NOT NULL DEFAULT 0 CHECK (local_only IN (0, 1));
