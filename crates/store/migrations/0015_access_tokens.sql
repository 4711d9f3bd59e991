-- What a program is given for an API credential, and shows in its place for a while.
CREATE TABLE access_tokens (
    -- SHA-256 of the token.
    hash TEXT PRIMARY KEY NOT NULL,
    credential TEXT NOT NULL REFERENCES api_credentials (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
);

CREATE INDEX access_tokens_credential ON access_tokens (credential);

CREATE INDEX access_tokens_expires_at ON access_tokens (expires_at);
