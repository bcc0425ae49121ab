-- +goose Up
-- +goose StatementBegin

-- An agreement needs neither a time nor an identifier.
ALTER TABLE co_t_and_c_agreements ALTER COLUMN agreement_time DROP NOT NULL;
ALTER TABLE co_t_and_c_agreements ALTER COLUMN identifier DROP NOT NULL;

-- +goose StatementEnd
