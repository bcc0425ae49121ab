-- +goose Up
-- +goose StatementBegin

ALTER TABLE co_api_provisioner_targets ADD COLUMN include_groups BOOLEAN;
CREATE INDEX co_api_provisioner_targets_groups ON co_api_provisioner_targets (co_id) WHERE include_groups;

-- Targets are told about people (kind 0) and groups (1).
ALTER TABLE deliveries RENAME COLUMN co_person_id TO subject_id;
ALTER TABLE deliveries ADD COLUMN kind BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries DROP CONSTRAINT deliveries_pkey;
ALTER TABLE deliveries ADD PRIMARY KEY (co_provisioning_target_id, kind, subject_id);
DROP INDEX deliveries_resting;
CREATE INDEX deliveries_resting ON deliveries (co_provisioning_target_id, kind, subject_id) WHERE resting;

ALTER TABLE sweeps RENAME COLUMN last_person_id TO last_subject_id;
ALTER TABLE sweeps ADD COLUMN last_kind BIGINT NOT NULL DEFAULT 0;

-- What failed in a row is written otherwise: a breaker that was open opens again if it has to.
UPDATE lanes SET failing = '[]', opened = NULL, probe = NULL, probes = 0;

-- +goose StatementEnd
