-- By what internal members log in themselves: Argon2id, as a PHC text.
CREATE TABLE passwords (
    member TEXT PRIMARY KEY NOT NULL REFERENCES members (id),
    hash TEXT NOT NULL,
    set_at BIGINT NOT NULL
);

-- What a link is for: to log in, or to choose a password. Links that were there before are of both kinds.
ALTER TABLE login_links ADD COLUMN purpose TEXT NOT NULL DEFAULT 'console';

-- How often logging in, or asking for a mail, has lately come to nothing: for each address that was typed, whether there is
-- somebody of that address or not.
CREATE TABLE login_attempts (
    -- What was tried.
    kind TEXT NOT NULL,
    -- SHA-256 of the address.
    account TEXT NOT NULL,
    failures BIGINT NOT NULL,
    tried_at BIGINT NOT NULL,
    PRIMARY KEY (kind, account)
);

CREATE INDEX login_attempts_tried_at ON login_attempts (tried_at);

-- Time-based codes (RFC 6238).
CREATE TABLE second_factors (
    member TEXT PRIMARY KEY NOT NULL REFERENCES members (id),
    -- The secret, encrypted.
    sealed TEXT NOT NULL,
    -- NULL: the member has not shown yet that they have it.
    confirmed_at BIGINT,
    -- The number of the last period of which a code was used: no code of it or of one before counts any more.
    last_period BIGINT NOT NULL
);

CREATE TABLE recovery_codes (
    member TEXT NOT NULL REFERENCES members (id),
    -- SHA-256 of the code.
    hash TEXT NOT NULL,
    PRIMARY KEY (member, hash)
);
