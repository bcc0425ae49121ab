-- +goose Up
-- +goose StatementBegin

ALTER TABLE co_api_provisioner_targets ADD COLUMN include_groups BOOLEAN;
CREATE INDEX co_api_provisioner_targets_groups ON co_api_provisioner_targets (co_id) WHERE include_groups;

-- Targets are told about people (kind 0) and groups (1).
CREATE TABLE deliveries_of_subjects (
    co_provisioning_target_id INTEGER NOT NULL REFERENCES co_provisioning_targets (id),
    kind INTEGER NOT NULL DEFAULT 0,
    subject_id INTEGER NOT NULL,
    co_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    due INTEGER,
    held BOOLEAN NOT NULL,
    since INTEGER,
    sequence INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    refusals INTEGER NOT NULL,
    resting BOOLEAN NOT NULL,
    identifier TEXT NOT NULL,
    obsolete TEXT NOT NULL,
    tried INTEGER,
    told INTEGER,
    answer TEXT NOT NULL,
    sent BLOB,
    PRIMARY KEY (co_provisioning_target_id, kind, subject_id)
);
INSERT INTO deliveries_of_subjects
    SELECT co_provisioning_target_id, 0, co_person_id, co_id, version, due, held, since, sequence, attempts, refusals,
        resting, identifier, obsolete, tried, told, answer, sent
    FROM deliveries;
DROP TABLE deliveries;
ALTER TABLE deliveries_of_subjects RENAME TO deliveries;
CREATE INDEX deliveries_due ON deliveries (co_provisioning_target_id, due) WHERE due IS NOT NULL;
CREATE INDEX deliveries_resting ON deliveries (co_provisioning_target_id, kind, subject_id) WHERE resting;
CREATE INDEX deliveries_co ON deliveries (co_id);

ALTER TABLE sweeps RENAME COLUMN last_person_id TO last_subject_id;
ALTER TABLE sweeps ADD COLUMN last_kind INTEGER NOT NULL DEFAULT 0;

-- What failed in a row is written otherwise: a breaker that was open opens again if it has to.
UPDATE lanes SET failing = '[]', opened = NULL, probe = NULL, probes = 0;

-- +goose StatementEnd
