-- What else than its handle opens a session, or something of it.
CREATE TABLE session_tokens (
    -- SHA-256 of the token.
    hash TEXT PRIMARY KEY NOT NULL,
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    -- `access`, `navigation`, `reference` or `cookie`.
    purpose TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX session_tokens_session ON session_tokens (session);

CREATE INDEX session_tokens_expires_at ON session_tokens (expires_at);
