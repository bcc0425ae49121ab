-- +goose Up
-- +goose StatementBegin

-- Who owns a group, and who was in it, a page at a time.
CREATE INDEX co_group_members_owners ON co_group_members (co_group_id, owner, id, co_person_id) WHERE owner;
CREATE INDEX history_members ON history (co_group_id, record_id) WHERE resource = 'CoGroupMember';

-- What was edited may be little beside what was added.
DROP INDEX history_operation;
CREATE INDEX history_operation ON history (co_id, operation, id) WHERE operation <> 'add';

-- Those who wait for a target are counted from this alone.
DROP INDEX deliveries_due;
CREATE INDEX deliveries_due ON deliveries (co_provisioning_target_id, due, held, since) WHERE due IS NOT NULL;

-- +goose StatementEnd
