-- +goose Up
-- +goose StatementBegin

-- An agreement needs neither a time nor an identifier.
ALTER TABLE co_t_and_c_agreements ADD COLUMN agreed INTEGER;
ALTER TABLE co_t_and_c_agreements ADD COLUMN agreed_as TEXT;
UPDATE co_t_and_c_agreements SET agreed = agreement_time, agreed_as = identifier;
ALTER TABLE co_t_and_c_agreements DROP COLUMN agreement_time;
ALTER TABLE co_t_and_c_agreements DROP COLUMN identifier;
ALTER TABLE co_t_and_c_agreements RENAME COLUMN agreed TO agreement_time;
ALTER TABLE co_t_and_c_agreements RENAME COLUMN agreed_as TO identifier;

-- +goose StatementEnd
