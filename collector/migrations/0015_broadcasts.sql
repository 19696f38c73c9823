-- One push message to everybody who takes them, or to a segment. How far each has come is said here alone, so that whoever
-- goes on with it, after a crash too, knows.
CREATE TABLE broadcasts (
  site TEXT NOT NULL,
  id TEXT NOT NULL,
  definition TEXT NOT NULL, -- JSON: broadcasts/schema.ts
  state TEXT NOT NULL CHECK (state IN ('planned', 'running', 'paused', 'done', 'cancelled')),
  reason TEXT, -- why it was paused, if nobody asked for it
  created_at TEXT NOT NULL, -- ISO 8601, like all times here
  started_at TEXT,
  finished_at TEXT,
  subscribers INTEGER NOT NULL DEFAULT 0, -- when it was started
  cursor TEXT NOT NULL DEFAULT '', -- the last profile that was asked
  looked INTEGER NOT NULL DEFAULT 0,
  passed_over INTEGER NOT NULL DEFAULT 0,
  unreached INTEGER NOT NULL DEFAULT 0,
  busy_ms INTEGER NOT NULL DEFAULT 0, -- spent on asking
  outcomes TEXT, -- JSON, when nothing of it is on its way any more: facts do not stay for ever
  PRIMARY KEY (site, id)
) WITHOUT ROWID;
CREATE INDEX broadcasts_ahead ON broadcasts (site, id) WHERE state IN ('planned', 'running');

-- Everybody who takes push messages, once, in an order in which one can go on.
CREATE INDEX subscribers ON facts (site, profile) WHERE kind = 'subscription' AND row IS NOT NULL;

DROP VIEW deliveries;
CREATE VIEW deliveries AS
SELECT
  site, profile, row ->> 'id' AS id, row ->> 'campaign' AS campaign, row ->> 'version' AS version,
  row ->> 'variant' AS variant, row ->> 'step' AS step, row ->> 'channel' AS channel, row ->> 'status' AS status,
  row ->> 'reason' AS reason, row ->> 'at' AS at, row ->> 'anonymousId' AS anonymous_id,
  row ->> 'clickedAt' AS clicked_at
FROM facts WHERE kind = 'delivery' AND row IS NOT NULL;
