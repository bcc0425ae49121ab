-- +goose Up
-- +goose StatementBegin

-- What is left to do of changes of many rows, which are carried out in portions.
CREATE TABLE long_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL,
    task TEXT NOT NULL,
    resource TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    after_id INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX long_changes_deletes ON long_changes (co_id, resource, record_id) WHERE task = 'delete';

-- +goose StatementEnd
