-- Codes that visitors are given, each to one of them. Times are ms since the epoch.
CREATE TABLE coupon_pools (
  site TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  expires_after TEXT, -- ISO 8601 duration; each code, from when it was given
  expires_after_ms INTEGER, -- the same
  expires_at INTEGER, -- all codes at once
  PRIMARY KEY (site, id)
) WITHOUT ROWID;

-- A code that was given stays given, also when nobody has it any more (holder NULL). Shops take codes in any case.
CREATE TABLE coupons (
  site TEXT NOT NULL,
  pool TEXT NOT NULL,
  code TEXT NOT NULL COLLATE NOCASE,
  holder TEXT, -- name of a profile
  assigned_at INTEGER,
  expires_at INTEGER, -- of this code; NULL: as the pool says
  used_at INTEGER,
  transaction_id TEXT, -- of the order in which its holder used it
  PRIMARY KEY (site, pool, code)
) WITHOUT ROWID;

-- One code of a pool for each holder; and how to find what somebody has.
CREATE UNIQUE INDEX coupons_by_holder ON coupons (site, holder, pool) WHERE holder IS NOT NULL;
CREATE INDEX free_coupons ON coupons (site, pool) WHERE assigned_at IS NULL;
