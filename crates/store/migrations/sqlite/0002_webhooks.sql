-- Endpoints of others that are told of events, each from its own place in the log.
CREATE TABLE webhooks (
    id       TEXT    PRIMARY KEY,
    site     TEXT    NOT NULL REFERENCES sites (id),
    url      TEXT    NOT NULL,
    kinds    TEXT    NOT NULL, -- words with spaces between
    state    TEXT    NOT NULL, -- on, paused, given_up, gone
    position INTEGER NOT NULL, -- everything up to here is delivered or not wanted
    failing  INTEGER,          -- since when nothing was taken; none while all is well
    created  INTEGER NOT NULL
) STRICT;

-- The secrets that sign what is sent, the newest first by `made`; more than one while a new one is being taken up.
CREATE TABLE webhook_secrets (
    webhook TEXT    NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    made    INTEGER NOT NULL,
    until   INTEGER,           -- signs until then; none for the newest
    sealed  BLOB    NOT NULL,  -- under the master key
    PRIMARY KEY (webhook, made)
) STRICT, WITHOUT ROWID;

-- The last attempts of each endpoint; never what was sent.
CREATE TABLE webhook_deliveries (
    number  INTEGER PRIMARY KEY,
    webhook TEXT    NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    at      INTEGER NOT NULL,
    event   TEXT    NOT NULL, -- what the receiver knows it by
    kind    TEXT    NOT NULL,
    status  INTEGER,          -- the HTTP status, if there was an answer
    failure TEXT,             -- why there was none
    millis  INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (webhook, number);
