-- What workbooks showed and are to show: numbered versions, drafts, and what was thrown away.

CREATE TABLE versions (
    -- The id of the workbook.
    workbook TEXT NOT NULL,
    -- From 1 on. The highest is the published one.
    number BIGINT NOT NULL,
    -- JSON: title and pages.
    body TEXT NOT NULL,
    -- Since when it was published.
    made_at BIGINT NOT NULL,
    -- The member who published it; NULL: it came with files.
    maker TEXT,
    PRIMARY KEY (workbook, number)
);

CREATE TABLE drafts (
    -- The id of the workbook, which has one draft at most.
    workbook TEXT PRIMARY KEY NOT NULL,
    -- JSON: title and pages.
    body TEXT NOT NULL,
    -- The number of the version that it began with.
    based_on BIGINT NOT NULL,
    -- Another one with each time that it is saved.
    state TEXT NOT NULL,
    edited_at BIGINT NOT NULL,
    -- The member who saved it last.
    editor TEXT NOT NULL
);

CREATE TABLE trash (
    -- The id of the workbook, which it has again when it is put back.
    workbook TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    -- JSON: the workbook, its tags, and the grants on all of them.
    items TEXT NOT NULL,
    thrown_at BIGINT NOT NULL,
    -- The member who threw it away.
    thrower TEXT NOT NULL
);
