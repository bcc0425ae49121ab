-- +goose Up
-- +goose StatementBegin

-- Whose names, email addresses or identifiers a transaction has changed: it puts what they are searched
-- by right once, at its end (store.research), for each change would read all that the person has.
CREATE TABLE people_search_changed (id INTEGER PRIMARY KEY);

DROP TRIGGER people_search_name_add;
DROP TRIGGER people_search_name_edit;
DROP TRIGGER people_search_name_delete;
DROP TRIGGER people_search_email_address_add;
DROP TRIGGER people_search_email_address_edit;
DROP TRIGGER people_search_email_address_delete;
DROP TRIGGER people_search_identifier_add;
DROP TRIGGER people_search_identifier_edit;
DROP TRIGGER people_search_identifier_delete;
CREATE TRIGGER people_search_name_add AFTER INSERT ON names
WHEN new.co_person_id IS NOT NULL BEGIN
    INSERT OR IGNORE INTO people_search_changed (id) VALUES (new.co_person_id);
END;
CREATE TRIGGER people_search_name_edit AFTER UPDATE ON names BEGIN
    INSERT OR IGNORE INTO people_search_changed (id) SELECT old.co_person_id WHERE old.co_person_id IS NOT NULL;
    INSERT OR IGNORE INTO people_search_changed (id) SELECT new.co_person_id WHERE new.co_person_id IS NOT NULL;
END;
CREATE TRIGGER people_search_name_delete AFTER DELETE ON names
WHEN old.co_person_id IS NOT NULL BEGIN
    INSERT OR IGNORE INTO people_search_changed (id) VALUES (old.co_person_id);
END;
CREATE TRIGGER people_search_email_address_add AFTER INSERT ON email_addresses
WHEN new.co_person_id IS NOT NULL BEGIN
    INSERT OR IGNORE INTO people_search_changed (id) VALUES (new.co_person_id);
END;
CREATE TRIGGER people_search_email_address_edit AFTER UPDATE ON email_addresses BEGIN
    INSERT OR IGNORE INTO people_search_changed (id) SELECT old.co_person_id WHERE old.co_person_id IS NOT NULL;
    INSERT OR IGNORE INTO people_search_changed (id) SELECT new.co_person_id WHERE new.co_person_id IS NOT NULL;
END;
CREATE TRIGGER people_search_email_address_delete AFTER DELETE ON email_addresses
WHEN old.co_person_id IS NOT NULL BEGIN
    INSERT OR IGNORE INTO people_search_changed (id) VALUES (old.co_person_id);
END;
CREATE TRIGGER people_search_identifier_add AFTER INSERT ON identifiers
WHEN new.co_person_id IS NOT NULL BEGIN
    INSERT OR IGNORE INTO people_search_changed (id) VALUES (new.co_person_id);
END;
CREATE TRIGGER people_search_identifier_edit AFTER UPDATE ON identifiers BEGIN
    INSERT OR IGNORE INTO people_search_changed (id) SELECT old.co_person_id WHERE old.co_person_id IS NOT NULL;
    INSERT OR IGNORE INTO people_search_changed (id) SELECT new.co_person_id WHERE new.co_person_id IS NOT NULL;
END;
CREATE TRIGGER people_search_identifier_delete AFTER DELETE ON identifiers
WHEN old.co_person_id IS NOT NULL BEGIN
    INSERT OR IGNORE INTO people_search_changed (id) VALUES (old.co_person_id);
END;

-- +goose StatementEnd
