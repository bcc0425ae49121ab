-- +goose Up
-- +goose StatementBegin

ALTER TABLE co_api_provisioner_targets ADD COLUMN signing_secret BLOB;
ALTER TABLE co_api_provisioner_targets ADD COLUMN workers INTEGER;

-- The message that the target was last sent about the person, compressed.
ALTER TABLE deliveries ADD COLUMN sent BLOB;

-- How a target does: when it last took a message, and its breaker: of whom messages failed in a row,
-- since when it is open, when it is tried next.
CREATE TABLE lanes (
    co_provisioning_target_id INTEGER PRIMARY KEY,
    failing TEXT NOT NULL,
    opened INTEGER,
    probe INTEGER,
    probes INTEGER NOT NULL,
    succeeded INTEGER
);

-- A run that tells a target about everybody: how far it is.
CREATE TABLE sweeps (
    co_provisioning_target_id INTEGER PRIMARY KEY,
    only_changed BOOLEAN NOT NULL,
    last_person_id INTEGER NOT NULL,
    total INTEGER NOT NULL,
    taken INTEGER NOT NULL,
    began INTEGER NOT NULL,
    ended INTEGER,
    stopped BOOLEAN NOT NULL
);

-- +goose StatementEnd
