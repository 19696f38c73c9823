-- Profiles whose chunks and facts have to go: those that nobody could name at once, in one pass over the site for all.
CREATE TABLE erasures (
  site TEXT NOT NULL,
  profile TEXT NOT NULL,
  until INTEGER NOT NULL, -- ms since the epoch; what the profile says from then on is kept
  PRIMARY KEY (site, profile)
) WITHOUT ROWID;

-- How far the pass over a site has come, for the names that were there when it started.
CREATE TABLE erasure_passes (
  site TEXT PRIMARY KEY,
  started INTEGER NOT NULL, -- ms since the epoch
  part TEXT NOT NULL, -- 'chunks', then each kind of facts
  after TEXT NOT NULL -- id or key
) WITHOUT ROWID;
