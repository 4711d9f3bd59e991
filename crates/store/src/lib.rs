//! Members, sessions, keys, one-time codes and the audit trail, in SQLite or PostgreSQL.
