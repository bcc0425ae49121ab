-- +goose Up
-- +goose StatementBegin

-- The ids of the CO people whom the session's login identifier has been, ascending, with commas between.
ALTER TABLE sessions ADD COLUMN people TEXT NOT NULL DEFAULT '';

-- +goose StatementEnd
