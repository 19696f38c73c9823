-- What the messages amount to: one row per session, order, known person, link of a device, member of an account.
-- Clustered like the chunks, without a secondary index on what is written for every visitor.
CREATE TABLE facts (
  site TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('session', 'order', 'profile', 'identity', 'member')),
  key TEXT NOT NULL,
  profile TEXT NOT NULL,
  revision INTEGER NOT NULL,
  row TEXT, -- JSON; NULL: not so any more, kept so that an older statement that arrives late changes nothing
  PRIMARY KEY (site, kind, key)
) WITHOUT ROWID;

-- The directory: only rows of known people are in these indexes.
CREATE INDEX profiles_by_change ON facts (site, row ->> 'changedAt' DESC, key) WHERE kind = 'profile' AND row IS NOT NULL;
CREATE INDEX profiles_by_email ON facts (site, row ->> 'email') WHERE kind = 'profile' AND row IS NOT NULL;
CREATE INDEX profiles_by_name ON facts (site, row ->> 'searchName') WHERE kind = 'profile' AND row IS NOT NULL;
CREATE INDEX profiles_by_user ON facts (site, row ->> 'userId') WHERE kind = 'profile' AND row IS NOT NULL;

CREATE VIEW sessions AS
SELECT
  site, profile, row ->> 'id' AS id, row ->> 'anonymousId' AS anonymous_id, row ->> 'start' AS start, row ->> 'end' AS end,
  row ->> 'durationMs' AS duration_ms, row ->> 'events' AS events, row ->> 'pageViews' AS page_views,
  row ->> 'engaged' AS engaged, row ->> 'engagementMs' AS engagement_ms, row ->> 'converted' AS converted,
  row ->> 'entry' AS entry, row ->> 'referrer' AS referrer, row -> 'campaign' AS campaign,
  row ->> 'source' AS source, row ->> 'medium' AS medium,
  row ->> 'country' AS country, row ->> 'device' AS device, row ->> 'bot' AS bot,
  row ->> 'value' AS value, row -> 'amounts' AS amounts
FROM facts WHERE kind = 'session' AND row IS NOT NULL;

CREATE VIEW orders AS
SELECT
  site, key AS transaction_id, profile, row ->> 'at' AS at, row ->> 'state' AS state, row ->> 'counts' AS counts,
  row ->> 'currency' AS currency, row ->> 'value' AS value, row ->> 'refunded' AS refunded,
  row ->> 'revenue' AS revenue, row ->> 'siteRevenue' AS site_revenue, row ->> 'anonymousId' AS anonymous_id,
  row -> 'first' AS first_touch, row -> 'last' AS last_touch, row ->> 'bot' AS bot
FROM facts WHERE kind = 'order' AND row IS NOT NULL;

CREATE VIEW profiles AS
SELECT
  site, profile, row ->> 'userId' AS user_id, row ->> 'email' AS email, row ->> 'phone' AS phone,
  row ->> 'name' AS name, row ->> 'changedAt' AS changed_at
FROM facts WHERE kind = 'profile' AND row IS NOT NULL;

-- Which person the chunks of a device belong to, that it accepted under this epoch.
CREATE VIEW identity AS
SELECT
  site, profile AS person, row ->> 'anonymousId' AS anonymous_id, row ->> 'epoch' AS epoch,
  row ->> 'verified' AS verified, row ->> 'left' AS "left"
FROM facts WHERE kind = 'identity' AND row IS NOT NULL;

CREATE VIEW account_members AS
SELECT
  site, row ->> 'groupId' AS group_id, profile, row ->> 'userId' AS user_id, row -> 'traits' AS traits, row ->> 'at' AS at
FROM facts WHERE kind = 'member' AND row IS NOT NULL;
