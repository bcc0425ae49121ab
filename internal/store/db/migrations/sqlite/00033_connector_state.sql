-- +goose Up
-- +goose StatementBegin

-- What a target's connector keeps of a subject, such as the id that the target gave the record.
ALTER TABLE deliveries ADD COLUMN state BLOB;

-- +goose StatementEnd
