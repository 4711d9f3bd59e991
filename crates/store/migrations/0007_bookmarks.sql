-- What people keep of workbooks: the state of their filters, and which they like.

CREATE TABLE bookmarks (
    id TEXT PRIMARY KEY NOT NULL,
    -- The id of the workbook: one of the same name that is made later has none of these.
    workbook TEXT NOT NULL,
    owner TEXT NOT NULL REFERENCES members (id),
    title TEXT NOT NULL,
    -- JSON: page, and values by control.
    state TEXT NOT NULL,
    -- Whether everybody who sees the workbook sees it.
    shared BIGINT NOT NULL,
    made_at BIGINT NOT NULL
);

CREATE INDEX bookmarks_workbook ON bookmarks (workbook);

CREATE INDEX bookmarks_owner ON bookmarks (owner);

CREATE TABLE favourites (
    member TEXT NOT NULL REFERENCES members (id),
    -- The id of the workbook.
    workbook TEXT NOT NULL,
    PRIMARY KEY (member, workbook)
);
