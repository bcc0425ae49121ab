-- +goose Up
-- +goose StatementBegin

-- The settings that the queue reads are columns of the target, whatever table its settings are in.
ALTER TABLE co_provisioning_targets ADD COLUMN identifier_type TEXT;
ALTER TABLE co_provisioning_targets ADD COLUMN workers INTEGER;
ALTER TABLE co_provisioning_targets ADD COLUMN include_groups BOOLEAN NOT NULL DEFAULT false;
UPDATE co_provisioning_targets SET
    identifier_type = (SELECT s.identifier_type FROM co_api_provisioner_targets s WHERE s.co_provisioning_target_id = co_provisioning_targets.id),
    workers = (SELECT s.workers FROM co_api_provisioner_targets s WHERE s.co_provisioning_target_id = co_provisioning_targets.id),
    include_groups = coalesce((SELECT s.include_groups FROM co_api_provisioner_targets s WHERE s.co_provisioning_target_id = co_provisioning_targets.id), false);
DROP INDEX co_api_provisioner_targets_groups;
CREATE INDEX co_provisioning_targets_groups ON co_provisioning_targets (co_id) WHERE include_groups;

-- A delivery is claimed by a worker, or dead-lettered: not attempted again until its subject changes or somebody
-- asks for it. It was last attempted and last delivered at these times.
ALTER TABLE deliveries RENAME COLUMN held TO claimed;
ALTER TABLE deliveries RENAME COLUMN resting TO dead_lettered;
ALTER TABLE deliveries RENAME COLUMN tried TO attempted;
ALTER TABLE deliveries RENAME COLUMN told TO delivered;
DROP INDEX deliveries_held;
CREATE INDEX deliveries_claimed ON deliveries (due) WHERE claimed AND due IS NOT NULL;
DROP INDEX deliveries_resting;
CREATE INDEX deliveries_dead_lettered ON deliveries (co_provisioning_target_id, left_out, kind, subject_id) WHERE dead_lettered;

-- The number of subjects that a full sync has claimed so far.
ALTER TABLE full_syncs RENAME COLUMN taken TO claimed;

-- +goose StatementEnd
