-- Grows with every change of a site's settings, campaigns and segments: of two snapshots, the higher one is the newer.
ALTER TABLE sites ADD COLUMN revision INTEGER NOT NULL DEFAULT 0; -- ms since the epoch
