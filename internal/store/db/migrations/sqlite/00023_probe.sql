-- +goose Up
-- +goose StatementBegin

-- What is written to see whether anything can be: one row, which nobody reads.
CREATE TABLE probe (id INTEGER PRIMARY KEY, filling TEXT NOT NULL);
INSERT INTO probe (id, filling) VALUES (1, '');

-- +goose StatementEnd
