-- +goose Up
-- +goose StatementBegin

-- The settings of the targets that are written to files.
CREATE TABLE co_file_provisioner_targets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_provisioning_target_id INTEGER NOT NULL REFERENCES co_provisioning_targets (id),
    layout TEXT NOT NULL,
    identifier_type TEXT NOT NULL,
    include_attributes BOOLEAN NOT NULL,
    include_groups BOOLEAN,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_file_provisioner_targets_co ON co_file_provisioner_targets (co_id, id);
CREATE INDEX co_file_provisioner_targets_co_provisioning_target ON co_file_provisioner_targets (co_provisioning_target_id, id);
CREATE UNIQUE INDEX co_file_provisioner_targets_unique ON co_file_provisioner_targets (co_provisioning_target_id);

-- +goose StatementEnd
