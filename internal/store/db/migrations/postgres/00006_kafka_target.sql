-- +goose Up
-- +goose StatementBegin

ALTER TABLE co_api_provisioner_targets ADD COLUMN tombstones BOOLEAN;

-- +goose StatementEnd
