-- +goose Up
-- +goose StatementBegin

-- Whoever rests for want of an identifier to be sent under is left out, and has not failed.
ALTER TABLE deliveries ADD COLUMN left_out BOOLEAN NOT NULL DEFAULT false;
UPDATE deliveries SET left_out = true WHERE resting AND answer LIKE 'no identifier of type %';
DROP INDEX deliveries_resting;
CREATE INDEX deliveries_resting ON deliveries (co_provisioning_target_id, left_out, kind, subject_id) WHERE resting;

-- How often the target, its settings or its server were edited.
ALTER TABLE lanes ADD COLUMN edits INTEGER NOT NULL DEFAULT 0;

-- When a value of a record that messages show changed last, and as which revision: the last of all if it
-- has no value.
ALTER TABLE co_people ADD COLUMN changed INTEGER;
ALTER TABLE co_people ADD COLUMN changed_revision INTEGER;
ALTER TABLE names ADD COLUMN changed INTEGER;
ALTER TABLE names ADD COLUMN changed_revision INTEGER;
ALTER TABLE identifiers ADD COLUMN changed INTEGER;
ALTER TABLE identifiers ADD COLUMN changed_revision INTEGER;
ALTER TABLE email_addresses ADD COLUMN changed INTEGER;
ALTER TABLE email_addresses ADD COLUMN changed_revision INTEGER;
ALTER TABLE urls ADD COLUMN changed INTEGER;
ALTER TABLE urls ADD COLUMN changed_revision INTEGER;
ALTER TABLE co_person_roles ADD COLUMN changed INTEGER;
ALTER TABLE co_person_roles ADD COLUMN changed_revision INTEGER;
ALTER TABLE addresses ADD COLUMN changed INTEGER;
ALTER TABLE addresses ADD COLUMN changed_revision INTEGER;
ALTER TABLE telephone_numbers ADD COLUMN changed INTEGER;
ALTER TABLE telephone_numbers ADD COLUMN changed_revision INTEGER;
ALTER TABLE co_groups ADD COLUMN changed INTEGER;
ALTER TABLE co_groups ADD COLUMN changed_revision INTEGER;

-- +goose StatementEnd
