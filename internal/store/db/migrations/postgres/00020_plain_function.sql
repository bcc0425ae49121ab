-- +goose Up
-- +goose StatementBegin

-- The same number as SQLite's, where the letters without accents come from elsewhere now.
SELECT 1;

-- +goose StatementEnd
