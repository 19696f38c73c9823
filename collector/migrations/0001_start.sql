-- Sites, their keys and their campaigns: written by people, read through a cache of at most 60 s.
CREATE TABLE sites (
  id TEXT PRIMARY KEY,
  settings TEXT NOT NULL, -- JSON: admin/sites.ts
  updated_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE keys (
  key TEXT PRIMARY KEY,
  site TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('browser', 'server'))
) WITHOUT ROWID;

CREATE TABLE campaigns (
  site TEXT NOT NULL,
  id TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('draft', 'live', 'paused', 'ended')),
  revision INTEGER NOT NULL,
  draft TEXT NOT NULL, -- JSON: campaigns/schema.ts
  live_version INTEGER,
  created_at TEXT NOT NULL,
  PRIMARY KEY (site, id)
) WITHOUT ROWID;

-- A published version never changes; decisions are logged as id@version.
CREATE TABLE campaign_versions (
  site TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  definition TEXT NOT NULL,
  published_at TEXT NOT NULL,
  PRIMARY KEY (site, id, version)
) WITHOUT ROWID;

-- One row per chunk, clustered by its time-ordered id, without a secondary index: an append costs one row written.
CREATE TABLE chunks (
  site TEXT NOT NULL,
  id TEXT NOT NULL,
  profile TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  first_at TEXT NOT NULL,
  last_at TEXT NOT NULL,
  messages TEXT NOT NULL,
  PRIMARY KEY (site, id)
) WITHOUT ROWID;

CREATE VIEW events AS
SELECT
  c.site AS site,
  c.profile AS profile,
  c.id AS chunk,
  m.key AS position,
  m.value ->> 'messageId' AS message_id,
  m.value ->> 'type' AS type,
  m.value ->> 'event' AS event,
  m.value ->> 'timestamp' AS timestamp,
  m.value ->> 'anonymousId' AS anonymous_id,
  m.value ->> 'userId' AS user_id,
  m.value -> 'properties' AS properties,
  m.value -> 'context' AS context,
  m.value AS message
FROM chunks AS c, json_each(c.messages) AS m;
