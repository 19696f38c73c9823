-- A new key becomes the site's current one (expires_at NULL); the one before goes on working for a while.
ALTER TABLE keys ADD COLUMN created_at TEXT NOT NULL DEFAULT '';
ALTER TABLE keys ADD COLUMN expires_at TEXT;
UPDATE keys SET created_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now');
