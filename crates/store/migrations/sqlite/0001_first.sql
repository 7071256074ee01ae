-- Times are nanoseconds since 1970 (UTC). Kinds, roles and the like are the words used in JSON.

CREATE TABLE log (
    position INTEGER PRIMARY KEY,
    id       BLOB    NOT NULL,
    site     TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    because  BLOB    NOT NULL, -- ids of 16 bytes, one after the other
    body     TEXT    NOT NULL, -- {"type", "data"}
    seals    BLOB    NOT NULL, -- SHA-256 of each sealed payload, one after the other
    hash     BLOB    NOT NULL  -- SHA-256 over the hash before and this row
) STRICT;

-- In which positions of the log the events of a site, a kind, a call or an agent stand; those of the last commits
-- follow later (see `progress`).
CREATE TABLE places (
    site      TEXT    NOT NULL,
    what      TEXT    NOT NULL, -- site, kind, call, agent
    name      TEXT    NOT NULL, -- which kind, call or agent
    last      INTEGER NOT NULL, -- the last position; for an agent the latest time
    complete  INTEGER NOT NULL, -- the head of the log when this was written
    first     INTEGER NOT NULL, -- the first position; for an agent the earliest time
    positions BLOB    NOT NULL, -- runs of positions
    PRIMARY KEY (site, what, name, last, complete)
) STRICT, WITHOUT ROWID;

-- Which ids are in the log; those of the last commits follow later (see `progress`).
CREATE TABLE event_ids (
    id       BLOB    PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How far a table that follows the log has come.
CREATE TABLE progress (
    name     TEXT    PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT;

-- One key per site, subject and kind, wrapped by the master key. Erasing destroys the row.
CREATE TABLE data_keys (
    id      BLOB PRIMARY KEY,
    site    TEXT NOT NULL,
    subject TEXT NOT NULL,
    kind    TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    UNIQUE (site, subject, kind)
) STRICT;

CREATE TABLE payloads (
    site     TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    position INTEGER NOT NULL REFERENCES log (position),
    key      BLOB    NOT NULL REFERENCES data_keys (id),
    sealed   BLOB    NOT NULL, -- nonce, ciphertext, tag
    PRIMARY KEY (site, id)
) STRICT;
CREATE INDEX payloads_key ON payloads (key);
CREATE INDEX payloads_position ON payloads (position);

CREATE TABLE sites (
    id        TEXT    PRIMARY KEY,
    name      TEXT    NOT NULL,
    profile   TEXT    NOT NULL,
    time_zone TEXT    NOT NULL,
    opened    INTEGER NOT NULL,
    secret    BLOB    NOT NULL  -- the directory's HMAC key, wrapped
) STRICT;

CREATE TABLE directory (
    site   TEXT NOT NULL REFERENCES sites (id),
    agent  TEXT NOT NULL,
    lookup BLOB NOT NULL, -- HMAC-SHA-256 of the outside name
    key    BLOB NOT NULL REFERENCES data_keys (id),
    sealed BLOB NOT NULL, -- the outside name
    PRIMARY KEY (site, agent),
    UNIQUE (site, lookup)
) STRICT;
CREATE INDEX directory_key ON directory (key);

CREATE TABLE accounts (
    id            TEXT    PRIMARY KEY,
    site          TEXT    NOT NULL REFERENCES sites (id),
    login         TEXT    NOT NULL,
    roles         TEXT    NOT NULL, -- words with spaces between
    agent         TEXT,
    language      TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    disabled      INTEGER NOT NULL,
    created       INTEGER NOT NULL,
    UNIQUE (site, login)
) STRICT;
CREATE INDEX accounts_agent ON accounts (site, agent) WHERE agent IS NOT NULL;

CREATE TABLE sessions (
    token   BLOB    PRIMARY KEY, -- SHA-256
    account TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    expires INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_account ON sessions (account);

CREATE TABLE integration_keys (
    id       TEXT    PRIMARY KEY,
    site     TEXT    NOT NULL REFERENCES sites (id),
    kind     TEXT    NOT NULL,
    api_key  BLOB    NOT NULL UNIQUE, -- SHA-256
    signed   INTEGER NOT NULL,
    secret   BLOB,                    -- the client secret, wrapped; none once revoked
    created  INTEGER NOT NULL,
    revoked  INTEGER
) STRICT;

-- The ledger of erasures once more, so that a backup knows of all erasures before it. The file is the authority.
CREATE TABLE erasures (
    line TEXT PRIMARY KEY
) STRICT;

-- The views; `doc` is the row as the API shows it, the other columns are what it is found by.
CREATE TABLE calls (
    site  TEXT    NOT NULL,
    id    TEXT    NOT NULL,
    at    INTEGER NOT NULL,
    agent TEXT,
    open  INTEGER NOT NULL,
    doc   TEXT    NOT NULL,
    PRIMARY KEY (site, id)
) STRICT;
CREATE INDEX calls_at ON calls (site, at, agent);
CREATE INDEX calls_open ON calls (site, at) WHERE open;

CREATE TABLE alerts (
    site  TEXT    NOT NULL,
    id    TEXT    NOT NULL,
    at    INTEGER NOT NULL,
    agent TEXT,
    open  INTEGER NOT NULL,
    doc   TEXT    NOT NULL,
    PRIMARY KEY (site, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX alerts_at ON alerts (site, at);

CREATE TABLE offers (
    site  TEXT    NOT NULL,
    id    TEXT    NOT NULL,
    at    INTEGER NOT NULL,
    agent TEXT,
    open  INTEGER NOT NULL,
    doc   TEXT    NOT NULL,
    PRIMARY KEY (site, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX offers_agent ON offers (site, agent, at);

CREATE TABLE agents (
    site  TEXT    NOT NULL,
    id    TEXT    NOT NULL,
    at    INTEGER NOT NULL,
    agent TEXT,
    open  INTEGER NOT NULL,
    doc   TEXT    NOT NULL,
    PRIMARY KEY (site, id)
) STRICT, WITHOUT ROWID;
