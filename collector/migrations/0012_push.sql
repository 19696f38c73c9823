-- The VAPID pairs of each site. Browsers subscribe with the current one; who did so with a former one is still reached by it.
CREATE TABLE push_keys (
  site TEXT NOT NULL,
  public_key TEXT NOT NULL UNIQUE,
  private_key TEXT NOT NULL, -- sealed: vault.ts
  created_at TEXT NOT NULL, -- ISO 8601
  retired_at TEXT, -- NULL: the current pair
  PRIMARY KEY (site, public_key)
) WITHOUT ROWID;
CREATE UNIQUE INDEX push_keys_current ON push_keys (site) WHERE retired_at IS NULL;

-- How sending goes. A site that has no row has never sent anything.
CREATE TABLE push_state (
  site TEXT PRIMARY KEY,
  subject TEXT, -- the contact that push services are told; NULL: made from the settings
  accepted_at TEXT, -- when a message was last accepted, as far as it was noted: push/refusals.ts
  stopped_at TEXT, -- since when nothing is sent
  stopped_why TEXT
) WITHOUT ROWID;
CREATE INDEX push_state_stopped ON push_state (stopped_at) WHERE stopped_at IS NOT NULL;

-- What push services refused, for a reason that the site or its keys give; bounded.
CREATE TABLE push_refusals (
  site TEXT NOT NULL,
  service TEXT NOT NULL, -- the origin
  status INTEGER NOT NULL,
  subscription TEXT NOT NULL, -- hash of the endpoint; empty where it is not the subscription that matters
  detail TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (site, service, status, subscription)
) WITHOUT ROWID;

-- Why pages could not ask for permission: the worker file of the shop does not answer as it must; bounded.
CREATE TABLE push_faults (
  site TEXT NOT NULL,
  address TEXT NOT NULL,
  reason TEXT NOT NULL,
  status INTEGER,
  at TEXT NOT NULL,
  PRIMARY KEY (site, address)
) WITHOUT ROWID;
