CREATE TABLE meta (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);

CREATE TABLE revisions (
    revision BIGINT PRIMARY KEY NOT NULL,
    applied_at BIGINT NOT NULL,
    definitions TEXT NOT NULL,
    ids TEXT NOT NULL
);

CREATE TABLE members (
    id TEXT PRIMARY KEY NOT NULL,
    -- The id of who vouches; empty: Vitrine itself.
    issuer TEXT NOT NULL,
    -- The id of the tenant; empty: none.
    tenant TEXT NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('internal', 'embed')),
    -- Who made the member: an administrator's files, or an embed by itself.
    written_by TEXT NOT NULL CHECK (written_by IN ('files', 'embed')),
    active BIGINT NOT NULL,
    has_logged_in BIGINT NOT NULL,
    -- Of internal members folded and never NULL.
    email TEXT,
    first_name TEXT,
    last_name TEXT,
    account_type TEXT NOT NULL,
    -- A JSON list of team ids.
    teams TEXT NOT NULL,
    -- A JSON object of values as written.
    attributes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL, maker TEXT NOT NULL DEFAULT 'files',
    UNIQUE (issuer, tenant, subject)
);

CREATE UNIQUE INDEX members_internal_email ON members (email) WHERE kind = 'internal';

CREATE TABLE key_secrets (
    key_id TEXT NOT NULL,
    ordinal BIGINT NOT NULL,
    sealed TEXT NOT NULL,
    PRIMARY KEY (key_id, ordinal)
);

CREATE TABLE audit_events (
    sequence BIGINT PRIMARY KEY NOT NULL,
    occurred_at BIGINT NOT NULL,
    correlation_id TEXT NOT NULL,
    event TEXT NOT NULL,
    key_id TEXT,
    session TEXT,
    member TEXT,
    subject TEXT,
    acting_for TEXT,
    action TEXT,
    resource TEXT,
    verdict TEXT NOT NULL CHECK (verdict IN ('allowed', 'refused')),
    revision BIGINT NOT NULL,
    -- A JSON list of texts.
    reasons TEXT NOT NULL,
    -- JSON.
    detail TEXT NOT NULL
, tenant TEXT, node TEXT, position BIGINT, previous TEXT, hash TEXT);

CREATE INDEX audit_events_correlation_id ON audit_events (correlation_id);

CREATE TABLE audit_completions (
    sequence BIGINT PRIMARY KEY NOT NULL REFERENCES audit_events (sequence),
    completed_at BIGINT NOT NULL,
    row_count BIGINT NOT NULL,
    byte_count BIGINT NOT NULL,
    aborted BIGINT NOT NULL
, node TEXT, position BIGINT, previous TEXT, hash TEXT);

CREATE TABLE "sessions" (
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
, tenant TEXT NOT NULL DEFAULT '', seen_at BIGINT, provider TEXT, provider_subject TEXT, provider_session TEXT);

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

CREATE TABLE member_terms (
    term TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    PRIMARY KEY (term, member)
);

CREATE INDEX member_terms_member ON member_terms (member);

CREATE INDEX members_account_type ON members (account_type);

CREATE TABLE login_links (
    hash TEXT PRIMARY KEY NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    expires_at BIGINT NOT NULL,
    used_at BIGINT
, purpose TEXT NOT NULL DEFAULT 'console');

CREATE INDEX login_links_member ON login_links (member);

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

CREATE TABLE audit_heads (
    node TEXT PRIMARY KEY NOT NULL,
    position BIGINT NOT NULL,
    hash TEXT NOT NULL
);

CREATE UNIQUE INDEX audit_events_chain ON audit_events (node, position);

CREATE UNIQUE INDEX audit_completions_chain ON audit_completions (node, position);

CREATE INDEX audit_events_event ON audit_events (event, sequence);

CREATE INDEX audit_events_member ON audit_events (member, sequence);

CREATE INDEX audit_events_session ON audit_events (session, sequence);

CREATE INDEX audit_events_tenant ON audit_events (tenant, sequence);

CREATE INDEX audit_events_occurred_at ON audit_events (occurred_at);

CREATE TABLE bookmarks (
    id TEXT PRIMARY KEY NOT NULL,
    -- The id of the workbook: one of the same name that is made later has none of these.
    workbook TEXT NOT NULL,
    owner TEXT NOT NULL REFERENCES members (id),
    title TEXT NOT NULL,
    -- JSON: page, and values by control.
    state TEXT NOT NULL,
    -- Whether everybody who sees the workbook sees it.
    shared BIGINT NOT NULL,
    made_at BIGINT NOT NULL
);

CREATE INDEX bookmarks_workbook ON bookmarks (workbook);

CREATE INDEX bookmarks_owner ON bookmarks (owner);

CREATE TABLE favourites (
    member TEXT NOT NULL REFERENCES members (id),
    -- The id of the workbook.
    workbook TEXT NOT NULL,
    PRIMARY KEY (member, workbook)
);

CREATE TABLE versions (
    -- The id of the workbook.
    workbook TEXT NOT NULL,
    -- From 1 on. The highest is the published one.
    number BIGINT NOT NULL,
    -- JSON: title and pages.
    body TEXT NOT NULL,
    -- Since when it was published.
    made_at BIGINT NOT NULL,
    -- The member who published it; NULL: it came with files.
    maker TEXT,
    PRIMARY KEY (workbook, number)
);

CREATE TABLE drafts (
    -- The id of the workbook, which has one draft at most.
    workbook TEXT PRIMARY KEY NOT NULL,
    -- JSON: title and pages.
    body TEXT NOT NULL,
    -- The number of the version that it began with.
    based_on BIGINT NOT NULL,
    -- Another one with each time that it is saved.
    state TEXT NOT NULL,
    edited_at BIGINT NOT NULL,
    -- The member who saved it last.
    editor TEXT NOT NULL
);

CREATE TABLE trash (
    -- The id of the workbook, which it has again when it is put back.
    workbook TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    -- JSON: the workbook, its tags, and the grants on all of them.
    items TEXT NOT NULL,
    thrown_at BIGINT NOT NULL,
    -- The member who threw it away.
    thrower TEXT NOT NULL
);

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

CREATE TABLE passwords (
    member TEXT PRIMARY KEY NOT NULL REFERENCES members (id),
    hash TEXT NOT NULL,
    set_at BIGINT NOT NULL
);

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

CREATE INDEX sessions_provider ON sessions (provider, provider_subject);

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

CREATE TABLE access_tokens (
    -- SHA-256 of the token.
    hash TEXT PRIMARY KEY NOT NULL,
    credential TEXT NOT NULL REFERENCES api_credentials (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
);

CREATE INDEX access_tokens_credential ON access_tokens (credential);

CREATE INDEX access_tokens_expires_at ON access_tokens (expires_at);

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

