-- What webhooks need and nobody may read: tokens of providers, and (named `:signing`) what our own events are signed with.
CREATE TABLE secrets (
  site TEXT NOT NULL,
  name TEXT NOT NULL,
  sealed TEXT NOT NULL, -- webhooks/secrets.ts
  created_at TEXT NOT NULL, -- ISO 8601
  updated_at TEXT NOT NULL,
  PRIMARY KEY (site, name)
) WITHOUT ROWID;
