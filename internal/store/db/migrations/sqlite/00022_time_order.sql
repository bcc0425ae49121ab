-- +goose Up
-- +goose StatementBegin

-- The history is shown in order of time: ids do not follow it where a clock was set back.
DROP INDEX history_actor;
DROP INDEX history_resource;
DROP INDEX history_operation;
DROP INDEX history_since;
CREATE INDEX history_actor ON history (co_id, actor, since, id);
CREATE INDEX history_resource ON history (co_id, resource, since, id);
CREATE INDEX history_operation ON history (co_id, operation, since, id) WHERE operation <> 'add';
CREATE INDEX history_since ON history (co_id, since, id);
CREATE INDEX history_co_group_since ON history (co_group_id, since, id) WHERE co_group_id IS NOT NULL;

-- Members are counted as of a time, from this alone.
DROP INDEX co_group_members_counted;
CREATE INDEX co_group_members_counted ON co_group_members (co_group_id, co_person_id, member, owner, valid_from, valid_through);

-- +goose StatementEnd
