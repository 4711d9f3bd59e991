-- What administrators have written, one row a thing, so that a change writes what it changes. `definitions` and `ids`
-- of revisions are no longer written; a server that finds none here takes them apart once.

CREATE TABLE definitions (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Made when the name is first written, and anew when it comes back after it was gone: no id is given twice.
    id TEXT NOT NULL UNIQUE,
    -- JSON as in files; NULL: gone.
    body TEXT,
    -- The revision that wrote it last.
    revision BIGINT NOT NULL,
    PRIMARY KEY (kind, name)
);

CREATE INDEX definitions_revision ON definitions (revision);

-- Who wrote the member last: `files`, `api`, `embed`, or `past` for files that no longer define them. Read in place of
-- `written_by`, which cannot hold all of these.
ALTER TABLE members ADD COLUMN maker TEXT NOT NULL DEFAULT 'files';

UPDATE members SET maker = written_by;

-- By what members are found: names, e-mail address, subject, folded.
CREATE TABLE member_terms (
    term TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    PRIMARY KEY (term, member)
);

CREATE INDEX member_terms_member ON member_terms (member);

INSERT INTO member_terms (term, member)
SELECT term, id FROM (
    SELECT lower(trim(COALESCE(first_name, '') || ' ' || COALESCE(last_name, ''))) AS term, id FROM members
    UNION SELECT lower(trim(COALESCE(last_name, ''))), id FROM members
    UNION SELECT lower(trim(COALESCE(email, ''))), id FROM members
    UNION SELECT lower(trim(subject)), id FROM members
) AS terms WHERE term <> '';

CREATE INDEX members_account_type ON members (account_type);

-- Links that let a member into the application once: SHA-256 only. A used one stays, so that it is refused as used.
CREATE TABLE login_links (
    hash TEXT PRIMARY KEY NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE INDEX login_links_member ON login_links (member);

-- What a host's back end shows to act for the owner: SHA-256 only.
CREATE TABLE api_credentials (
    id TEXT PRIMARY KEY NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    owner TEXT NOT NULL REFERENCES members (id),
    -- A JSON list of permissions.
    scopes TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);

CREATE INDEX api_credentials_owner ON api_credentials (owner);

-- Requests that are done once, by who sent them and what they called them.
CREATE TABLE idempotency_keys (
    caller TEXT NOT NULL,
    name TEXT NOT NULL,
    -- SHA-256 of what was asked for.
    request TEXT NOT NULL,
    -- The id of what was made.
    made TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (caller, name)
);

CREATE INDEX idempotency_keys_expires_at ON idempotency_keys (expires_at);

-- The id of the tenant, for its administrators; empty: none, or opened by an earlier version.
ALTER TABLE sessions ADD COLUMN tenant TEXT NOT NULL DEFAULT '';
