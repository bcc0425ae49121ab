-- +goose Up
-- +goose StatementBegin

-- The version of what nearly every write of a CO must know of it: its types, its own groups with automatic members,
-- and whether groups are nested and targets are there. The program keeps these by the version. A change gives the CO
-- a version that none had before, even where it is rolled back.
CREATE TABLE co_versions (
    co_id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL
);

CREATE TRIGGER co_extended_types_version_add AFTER INSERT ON co_extended_types BEGIN
    INSERT OR REPLACE INTO co_versions (co_id, version) VALUES (new.co_id, random());
END;
CREATE TRIGGER co_extended_types_version_edit AFTER UPDATE ON co_extended_types BEGIN
    INSERT OR REPLACE INTO co_versions (co_id, version) VALUES (new.co_id, random());
END;
CREATE TRIGGER co_extended_types_version_delete AFTER DELETE ON co_extended_types BEGIN
    INSERT OR REPLACE INTO co_versions (co_id, version) VALUES (old.co_id, random());
END;
CREATE TRIGGER co_group_nestings_version_add AFTER INSERT ON co_group_nestings BEGIN
    INSERT OR REPLACE INTO co_versions (co_id, version) VALUES (new.co_id, random());
END;
CREATE TRIGGER co_group_nestings_version_edit AFTER UPDATE ON co_group_nestings BEGIN
    INSERT OR REPLACE INTO co_versions (co_id, version) VALUES (new.co_id, random());
END;
CREATE TRIGGER co_group_nestings_version_delete AFTER DELETE ON co_group_nestings BEGIN
    INSERT OR REPLACE INTO co_versions (co_id, version) VALUES (old.co_id, random());
END;
CREATE TRIGGER co_provisioning_targets_version_add AFTER INSERT ON co_provisioning_targets BEGIN
    INSERT OR REPLACE INTO co_versions (co_id, version) VALUES (new.co_id, random());
END;
CREATE TRIGGER co_provisioning_targets_version_edit AFTER UPDATE ON co_provisioning_targets BEGIN
    INSERT OR REPLACE INTO co_versions (co_id, version) VALUES (new.co_id, random());
END;
CREATE TRIGGER co_provisioning_targets_version_delete AFTER DELETE ON co_provisioning_targets BEGIN
    INSERT OR REPLACE INTO co_versions (co_id, version) VALUES (old.co_id, random());
END;
CREATE TRIGGER co_groups_version_add AFTER INSERT ON co_groups WHEN new.auto BEGIN
    INSERT OR REPLACE INTO co_versions (co_id, version) VALUES (new.co_id, random());
END;
CREATE TRIGGER co_groups_version_edit AFTER UPDATE ON co_groups WHEN new.auto OR old.auto BEGIN
    INSERT OR REPLACE INTO co_versions (co_id, version) VALUES (new.co_id, random());
END;
CREATE TRIGGER co_groups_version_delete AFTER DELETE ON co_groups WHEN old.auto BEGIN
    INSERT OR REPLACE INTO co_versions (co_id, version) VALUES (old.co_id, random());
END;

-- +goose StatementEnd
