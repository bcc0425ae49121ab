-- +goose Up
-- +goose StatementBegin

CREATE INDEX co_groups_auto ON co_groups (co_id, id) WHERE auto AND cou_id IS NULL; -- automatic groups of a CO, for each person added

-- +goose StatementEnd
