-- What was erased while parts of it may still be in the queue: stops them when they arrive. Gone after 30 days.
CREATE TABLE tombstones (
  site TEXT NOT NULL,
  erased TEXT NOT NULL, -- id of a chunk, or name of a profile
  at INTEGER NOT NULL, -- ms since the epoch; what a profile says later than this is kept
  PRIMARY KEY (site, erased)
) WITHOUT ROWID;

-- Chunks that the archive may still hold, until their files are rewritten.
CREATE TABLE archive_erasures (
  site TEXT NOT NULL,
  chunk TEXT NOT NULL,
  at INTEGER NOT NULL, -- ms since the epoch
  PRIMARY KEY (site, chunk)
) WITHOUT ROWID;

-- Accounts: an index on what few profiles state.
CREATE INDEX members_by_group ON facts (site, row ->> 'groupId') WHERE kind = 'member' AND row IS NOT NULL;
CREATE INDEX members_by_group_name ON facts (site, lower(row ->> '$.traits.name')) WHERE kind = 'member' AND row IS NOT NULL;
