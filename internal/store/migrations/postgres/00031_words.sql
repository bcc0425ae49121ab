-- +goose Up

-- The state of a target that its dispatcher keeps, and its last full sync, in the words of the field.
ALTER TABLE lanes RENAME TO target_states;
ALTER TABLE sweeps RENAME TO full_syncs;
