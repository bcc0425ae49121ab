-- +goose Up
-- +goose StatementBegin

-- On PostgreSQL nothing changes: its indexes of trigrams need no statement of their own.
SELECT 1;

-- +goose StatementEnd
