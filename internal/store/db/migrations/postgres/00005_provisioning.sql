-- +goose Up
-- +goose StatementBegin

ALTER TABLE co_api_provisioner_targets ADD COLUMN signing_secret BYTEA;
ALTER TABLE co_api_provisioner_targets ADD COLUMN workers BIGINT;

-- The message that the target was last sent about the person, compressed.
ALTER TABLE deliveries ADD COLUMN sent BYTEA;

-- How a target does: when it last took a message, and its breaker: of whom messages failed in a row,
-- since when it is open, when it is tried next.
CREATE TABLE lanes (
    co_provisioning_target_id BIGINT PRIMARY KEY,
    failing TEXT NOT NULL,
    opened BIGINT,
    probe BIGINT,
    probes BIGINT NOT NULL,
    succeeded BIGINT
);

-- A run that tells a target about everybody: how far it is.
CREATE TABLE sweeps (
    co_provisioning_target_id BIGINT PRIMARY KEY,
    only_changed BOOLEAN NOT NULL,
    last_person_id BIGINT NOT NULL,
    total BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    began BIGINT NOT NULL,
    ended BIGINT,
    stopped BOOLEAN NOT NULL
);

-- +goose StatementEnd
