-- Sessions of people the store does not know, and tokens that count once. SQLite cannot drop a NOT NULL, so the table
-- is made anew; codes that were not redeemed yet go with it, and their frames ask for new ones.

DROP TABLE codes;

CREATE TABLE sessions_of_anybody (
    id TEXT PRIMARY KEY NOT NULL,
    -- NULL: the person is no member.
    member TEXT REFERENCES members (id),
    -- The id of who vouches.
    issuer TEXT NOT NULL,
    -- SHA-256 of the handle, once there is one.
    handle_hash TEXT UNIQUE,
    facts TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_because TEXT
);

INSERT INTO sessions_of_anybody SELECT * FROM sessions;

DROP TABLE sessions;

ALTER TABLE sessions_of_anybody RENAME TO sessions;

CREATE INDEX sessions_member ON sessions (member);

CREATE INDEX sessions_expires_at ON sessions (expires_at);

CREATE TABLE codes (
    hash TEXT PRIMARY KEY NOT NULL,
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    key_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE INDEX codes_session ON codes (session);

CREATE INDEX codes_expires_at ON codes (expires_at);

CREATE TABLE used_tokens (
    key_id TEXT NOT NULL,
    -- SHA-256 of the token's id.
    hash TEXT NOT NULL,
    -- The token does not count any more: nobody needs to know that it was used.
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (key_id, hash)
);

CREATE INDEX used_tokens_expires_at ON used_tokens (expires_at);
