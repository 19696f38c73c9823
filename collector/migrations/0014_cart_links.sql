-- Carts that links in messages open again, each for 30 days; whose they are is said here alone, so that erasing somebody
-- erases them.
CREATE TABLE cart_links (
  site TEXT NOT NULL,
  id TEXT NOT NULL,
  profile TEXT NOT NULL, -- name of the Profile object
  items TEXT NOT NULL, -- JSON
  currency TEXT NOT NULL,
  until INTEGER NOT NULL, -- ms since the epoch
  PRIMARY KEY (site, id)
) WITHOUT ROWID;
CREATE INDEX cart_links_by_profile ON cart_links (site, profile);
CREATE INDEX cart_links_by_end ON cart_links (until);

-- What was clicked before a purchase: [{channel, campaign, version, variant, step, at, deliveryId}], NULL where nothing was.
DROP VIEW orders;
CREATE VIEW orders AS
SELECT
  site, transaction_id, profile, row ->> 'at' AS at, row ->> 'state' AS state, row ->> 'counts' AS counts,
  row ->> 'currency' AS currency, row ->> 'value' AS value, row ->> 'refunded' AS refunded,
  row ->> 'revenue' AS revenue, row ->> 'siteRevenue' AS site_revenue, row ->> 'anonymousId' AS anonymous_id,
  row -> 'first' AS first_touch, row -> 'last' AS last_touch, row -> 'coupons' AS coupons,
  row -> 'touches' AS touches
FROM (
  SELECT site, transaction_id, profile, row, row_number() OVER (
    PARTITION BY site, transaction_id ORDER BY substr(profile, 1, 1) DESC, row ->> 'at', key
  ) AS place
  FROM (
    SELECT site, coalesce(row ->> 'transactionId', key) AS transaction_id, profile, key, row
    FROM facts WHERE kind = 'order' AND row IS NOT NULL
  )
) WHERE place = 1;
