-- +goose Up
-- +goose StatementBegin

ALTER TABLE co_api_provisioner_targets ADD COLUMN answers_get BOOLEAN;

-- +goose StatementEnd
