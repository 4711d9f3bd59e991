-- A hash chain for each node over its events and completions, and the tenant of whoever did something. Rows from before
-- have neither; the first link of the first chain counts and hashes them.

ALTER TABLE audit_events ADD COLUMN tenant TEXT;

-- Whose chain it is in, its place there from 1, the hash of the link before it (empty: none), and its own.
ALTER TABLE audit_events ADD COLUMN node TEXT;

ALTER TABLE audit_events ADD COLUMN position BIGINT;

ALTER TABLE audit_events ADD COLUMN previous TEXT;

ALTER TABLE audit_events ADD COLUMN hash TEXT;

ALTER TABLE audit_completions ADD COLUMN node TEXT;

ALTER TABLE audit_completions ADD COLUMN position BIGINT;

ALTER TABLE audit_completions ADD COLUMN previous TEXT;

ALTER TABLE audit_completions ADD COLUMN hash TEXT;

-- The last link of each chain. Whoever adds to a chain holds its row.
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
