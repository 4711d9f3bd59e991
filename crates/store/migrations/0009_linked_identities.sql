-- Identities by which a member comes in beside their own, linked by an administrator.
CREATE TABLE identities (
    id TEXT PRIMARY KEY NOT NULL,
    -- The id of who vouches.
    issuer TEXT NOT NULL,
    -- The id of the tenant; empty: none.
    tenant TEXT NOT NULL,
    subject TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    linked_at BIGINT NOT NULL,
    UNIQUE (issuer, tenant, subject)
);

CREATE INDEX identities_member ON identities (member);
