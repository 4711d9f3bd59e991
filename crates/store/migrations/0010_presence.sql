-- Of sessions of the application: when somebody was last there; NULL: not since it was opened.
ALTER TABLE sessions ADD COLUMN seen_at BIGINT;
