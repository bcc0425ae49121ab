-- +goose Up
-- +goose StatementBegin

ALTER TABLE co_file_provisioner_targets ADD COLUMN group_readable BOOLEAN NOT NULL DEFAULT TRUE;

-- +goose StatementEnd
