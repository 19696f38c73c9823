-- Pictures that popups and push messages show. The files are in R2, under `<site>/<id>`.
CREATE TABLE pictures (
  site TEXT NOT NULL,
  id TEXT NOT NULL, -- of the file's content: pictures/library.ts
  type TEXT NOT NULL,
  width INTEGER NOT NULL, -- px, as it is shown
  height INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  alt TEXT, -- NULL: nobody has said yet what it shows
  name TEXT,
  created_at TEXT NOT NULL, -- ISO 8601
  PRIMARY KEY (site, id)
) WITHOUT ROWID;
CREATE INDEX pictures_by_age ON pictures (site, created_at, id);
