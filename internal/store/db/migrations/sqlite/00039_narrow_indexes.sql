-- +goose Up
-- +goose StatementBegin

-- An index that serves a search of all COs has the CO as well: where it serves a search of one CO, it reads no rows of
-- others.
DROP INDEX email_addresses_folded;
CREATE INDEX email_addresses_folded ON email_addresses (mail_folded, co_id); -- search of all COs by an address
DROP INDEX identifiers_folded;
CREATE INDEX identifiers_folded ON identifiers (identifier_folded, co_id); -- logins, and other searches of all COs by an identifier

-- The trigrams of the names of groups, as those of identifiers: for searches by a part of a name.
CREATE VIRTUAL TABLE co_groups_search USING fts5 (
    co, part, content = '', contentless_delete = 1, detail = 'none', tokenize = 'trigram case_sensitive 1'
);
INSERT INTO co_groups_search (rowid, co, part) SELECT id, printf('%03x', co_id), lower(name) FROM co_groups;

-- The ids of the groups whose name the transaction added or changed. The program's writing connection indexes these
-- right before the commit. It is empty between transactions.
CREATE TABLE co_groups_search_changed (id INTEGER PRIMARY KEY);
CREATE TRIGGER co_groups_search_add AFTER INSERT ON co_groups BEGIN
    INSERT OR IGNORE INTO co_groups_search_changed (id) VALUES (new.id);
END;
CREATE TRIGGER co_groups_search_edit AFTER UPDATE ON co_groups
WHEN new.name <> old.name OR new.co_id <> old.co_id BEGIN
    INSERT OR IGNORE INTO co_groups_search_changed (id) VALUES (new.id);
END;
CREATE TRIGGER co_groups_search_delete AFTER DELETE ON co_groups BEGIN
    DELETE FROM co_groups_search WHERE rowid = old.id;
END;

-- +goose StatementEnd
