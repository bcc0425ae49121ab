-- +goose Up
-- +goose StatementBegin

-- On SQLite nothing changes: the program's own function normalizes texts there.
SELECT 1;

-- +goose StatementEnd
