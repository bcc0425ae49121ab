-- +goose Up
-- +goose StatementBegin

-- A row of the history is a record that people read, so it has an id, in the order of the changes.
CREATE TABLE history_numbered (
    id INTEGER PRIMARY KEY,
    resource TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    operation TEXT NOT NULL,
    actor TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER,
    co_id INTEGER NOT NULL,
    co_person_id INTEGER,
    org_identity_id INTEGER,
    co_group_id INTEGER,
    data TEXT NOT NULL
);
INSERT INTO history_numbered (resource, record_id, revision, operation, actor, since, until, co_id, co_person_id, org_identity_id, co_group_id, data)
SELECT resource, record_id, revision, operation, actor, since, until, co_id, co_person_id, org_identity_id, co_group_id, data
FROM history ORDER BY since, rowid;
DROP TABLE history;
ALTER TABLE history_numbered RENAME TO history;
CREATE UNIQUE INDEX history_revision ON history (resource, record_id, revision);
CREATE INDEX history_co ON history (co_id, id);
CREATE INDEX history_co_person ON history (co_person_id, id) WHERE co_person_id IS NOT NULL;
CREATE INDEX history_org_identity ON history (org_identity_id, id) WHERE org_identity_id IS NOT NULL;
CREATE INDEX history_co_group ON history (co_group_id, id) WHERE co_group_id IS NOT NULL;

-- What was deleted since a time.
CREATE INDEX history_deleted ON history (resource, since) WHERE operation = 'delete';

-- +goose StatementEnd
