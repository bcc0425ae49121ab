-- +goose Up
-- +goose StatementBegin

-- What is held, by when its lease is over: few rows, whatever waits. That due has a value is said so that the
-- index serves no statement but the one that asks for it: those that find a row by its key are to use that.
CREATE INDEX deliveries_held ON deliveries (due) WHERE held AND due IS NOT NULL;

-- +goose StatementEnd
