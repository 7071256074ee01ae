-- What somebody's voice is usually like, as far as it was learned; each call writes it over.
CREATE TABLE baselines (
    site    TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    key     BLOB    NOT NULL REFERENCES data_keys (id),
    learned INTEGER NOT NULL, -- when it was last written over
    sealed  BLOB    NOT NULL, -- nonce, ciphertext, tag
    PRIMARY KEY (site, subject)
) STRICT, WITHOUT ROWID;
