-- Two more kinds of facts: messages that were sent, or not and why, and browsers that take push messages. A CHECK cannot be
-- changed, so the table is made anew, without one: the collector knows the kinds.
DROP VIEW sessions;
DROP VIEW orders;
DROP VIEW profiles;
DROP VIEW identity;
DROP VIEW account_members;
DROP VIEW exposures;
DROP VIEW goals;
DROP VIEW segment_members;
CREATE TABLE new_facts (
  site TEXT NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  profile TEXT NOT NULL,
  revision INTEGER NOT NULL,
  row TEXT, -- JSON; NULL: not so any more, kept so that an older statement that arrives late changes nothing
  PRIMARY KEY (site, kind, key)
) WITHOUT ROWID;
INSERT INTO new_facts SELECT site, kind, key, profile, revision, row FROM facts;
DROP TABLE facts;
ALTER TABLE new_facts RENAME TO facts;

-- The directory: only rows of known people are in these indexes.
CREATE INDEX profiles_by_change ON facts (site, row ->> 'changedAt' DESC, key) WHERE kind = 'profile' AND row IS NOT NULL;
CREATE INDEX profiles_by_email ON facts (site, row ->> 'email') WHERE kind = 'profile' AND row IS NOT NULL;
CREATE INDEX profiles_by_name ON facts (site, row ->> 'searchName') WHERE kind = 'profile' AND row IS NOT NULL;
CREATE INDEX profiles_by_user ON facts (site, row ->> 'userId') WHERE kind = 'profile' AND row IS NOT NULL;

-- Accounts: an index on what few profiles state.
CREATE INDEX members_by_group ON facts (site, row ->> 'groupId') WHERE kind = 'member' AND row IS NOT NULL;
CREATE INDEX members_by_group_name ON facts (site, lower(row ->> '$.traits.name')) WHERE kind = 'member' AND row IS NOT NULL;

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

-- One row per transaction: a person's word before that of an e-mail or phone, and that before a device's.
CREATE VIEW orders AS
SELECT
  site, transaction_id, profile, row ->> 'at' AS at, row ->> 'state' AS state, row ->> 'counts' AS counts,
  row ->> 'currency' AS currency, row ->> 'value' AS value, row ->> 'refunded' AS refunded,
  row ->> 'revenue' AS revenue, row ->> 'siteRevenue' AS site_revenue, row ->> 'anonymousId' AS anonymous_id,
  row -> 'first' AS first_touch, row -> 'last' AS last_touch, row -> 'coupons' AS coupons
FROM (
  SELECT site, transaction_id, profile, row, row_number() OVER (
    PARTITION BY site, transaction_id ORDER BY substr(profile, 1, 1) DESC, row ->> 'at', key
  ) AS place
  FROM (
    SELECT site, coalesce(row ->> 'transactionId', key) AS transaction_id, profile, key, row
    FROM facts WHERE kind = 'order' AND row IS NOT NULL
  )
) WHERE place = 1;

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

-- What was shown; `control`: what would have been shown to somebody who is held out, by which experiment. `arm` is that of
-- the person's first exposure to the campaign (a variant, or 'control'), `first` marks it: people count once, in one arm.
CREATE VIEW exposures AS
SELECT
  site, profile, row ->> 'campaign' AS campaign, row ->> 'version' AS version, row ->> 'variant' AS variant,
  row ->> 'control' AS control, row ->> 'first' AS first, row ->> 'arm' AS arm,
  row ->> 'at' AS at, row ->> 'anonymousId' AS anonymous_id, row ->> 'claimId' AS claim_id
FROM facts WHERE kind = 'exposure' AND row IS NOT NULL;

-- Goals that were reached in time after the first exposure to a campaign, or would-be exposure.
CREATE VIEW goals AS
SELECT
  site, profile, row ->> 'campaign' AS campaign, row ->> 'version' AS version, row ->> 'variant' AS variant,
  row ->> 'control' AS control, row ->> 'at' AS at, row ->> 'exposedAt' AS exposed_at,
  row ->> 'value' AS value, row ->> 'currency' AS currency, row ->> 'id' AS id
FROM facts WHERE kind = 'goal' AND row IS NOT NULL;

CREATE VIEW segment_members AS
SELECT site, row ->> 'segment' AS segment, profile, row ->> 'since' AS since
FROM facts WHERE kind = 'segment' AND row IS NOT NULL;

-- Messages of journeys and broadcasts: what became of each, and why it was not sent.
CREATE VIEW deliveries AS
SELECT
  site, profile, row ->> 'id' AS id, row ->> 'campaign' AS campaign, row ->> 'version' AS version,
  row ->> 'variant' AS variant, row ->> 'step' AS step, row ->> 'channel' AS channel, row ->> 'status' AS status,
  row ->> 'reason' AS reason, row ->> 'at' AS at, row ->> 'anonymousId' AS anonymous_id
FROM facts WHERE kind = 'delivery' AND row IS NOT NULL;

-- Browsers that take push messages.
CREATE VIEW push_subscriptions AS
SELECT
  site, profile, row ->> 'endpoint' AS endpoint, row ->> 'anonymousId' AS anonymous_id, row ->> 'key' AS vapid_key,
  row ->> 'at' AS at
FROM facts WHERE kind = 'subscription' AND row IS NOT NULL;
