-- +goose Up
-- +goose StatementBegin

-- The version of what nearly every write of a CO must know of it: its types, its own groups with automatic members,
-- and whether groups are nested and targets are there. The program keeps these by the version. A change gives the CO
-- a version that none had before, even where it is rolled back.
CREATE TABLE co_versions (
    co_id BIGINT PRIMARY KEY,
    version BIGINT NOT NULL
);
CREATE SEQUENCE co_versions_seq OWNED BY co_versions.version;

CREATE FUNCTION co_versions_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO co_versions (co_id, version) VALUES (CASE WHEN TG_OP = 'DELETE' THEN old.co_id ELSE new.co_id END, nextval('co_versions_seq'))
    ON CONFLICT (co_id) DO UPDATE SET version = excluded.version;
    RETURN NULL;
END $$;
CREATE TRIGGER co_versions_next AFTER INSERT OR UPDATE OR DELETE ON co_extended_types FOR EACH ROW EXECUTE FUNCTION co_versions_next();
CREATE TRIGGER co_versions_next AFTER INSERT OR UPDATE OR DELETE ON co_group_nestings FOR EACH ROW EXECUTE FUNCTION co_versions_next();
CREATE TRIGGER co_versions_next AFTER INSERT OR UPDATE OR DELETE ON co_provisioning_targets FOR EACH ROW EXECUTE FUNCTION co_versions_next();
CREATE TRIGGER co_versions_next AFTER INSERT ON co_groups FOR EACH ROW WHEN (new.auto) EXECUTE FUNCTION co_versions_next();
CREATE TRIGGER co_versions_edit AFTER UPDATE ON co_groups FOR EACH ROW WHEN (new.auto OR old.auto) EXECUTE FUNCTION co_versions_next();
CREATE TRIGGER co_versions_delete AFTER DELETE ON co_groups FOR EACH ROW WHEN (old.auto) EXECUTE FUNCTION co_versions_next();

-- +goose StatementEnd
