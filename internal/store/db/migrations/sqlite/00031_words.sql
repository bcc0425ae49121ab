-- +goose Up

-- The tables of the state that a dispatcher keeps of its target, and of the last full sync of a target, get new names.
ALTER TABLE lanes RENAME TO target_states;
ALTER TABLE sweeps RENAME TO full_syncs;
