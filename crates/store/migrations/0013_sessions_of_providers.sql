-- By what an identity provider names a session when it logs the person out: who opened it, what it calls the person, and what
-- it calls its own session. NULL: no provider opened it.
ALTER TABLE sessions ADD COLUMN provider TEXT;
ALTER TABLE sessions ADD COLUMN provider_subject TEXT;
ALTER TABLE sessions ADD COLUMN provider_session TEXT;

CREATE INDEX sessions_provider ON sessions (provider, provider_subject);
