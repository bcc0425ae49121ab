-- +goose Up
-- +goose StatementBegin

-- The people of units and the members of groups are counted from these alone.
CREATE INDEX co_person_roles_counted ON co_person_roles (co_id, cou_id, co_person_id) WHERE cou_id IS NOT NULL;
CREATE INDEX co_group_members_counted ON co_group_members (co_group_id, co_person_id, member, owner);

-- +goose StatementEnd
