-- Key pairs of authenticators, with which internal members log in themselves (Web Authentication, level 3).
CREATE TABLE passkeys (
    id TEXT PRIMARY KEY NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    -- As the authenticator knows it, in base64url.
    credential TEXT NOT NULL UNIQUE,
    -- As a COSE key (RFC 9052), in base64.
    public_key TEXT NOT NULL,
    -- What its owner calls it.
    name TEXT NOT NULL,
    -- How often it has signed, where the authenticator counts; otherwise 0.
    counter BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    -- NULL: nobody has logged in with it yet.
    used_at BIGINT
);

CREATE INDEX passkeys_member ON passkeys (member, made_at);
