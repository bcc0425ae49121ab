-- +goose Up
-- +goose StatementBegin

-- An FTS5 table writes its changes to the database at each savepoint, that is, after each write of those that share a
-- commit. So the two indexes of trigrams get new texts once, right before the commit: triggers add the ids of what
-- changed, and the program's writing connection indexes these. A text is removed by its delete itself.

-- The ids of the identifiers whose text the transaction added or changed. It is empty between transactions.
CREATE TABLE identifiers_search_changed (id INTEGER PRIMARY KEY);

DROP TRIGGER identifiers_search_add;
DROP TRIGGER identifiers_search_edit;
CREATE TRIGGER identifiers_search_add AFTER INSERT ON identifiers BEGIN
    INSERT OR IGNORE INTO identifiers_search_changed (id) VALUES (new.id);
END;
CREATE TRIGGER identifiers_search_edit AFTER UPDATE ON identifiers
WHEN new.identifier_folded <> old.identifier_folded OR new.co_id <> old.co_id BEGIN
    INSERT OR IGNORE INTO identifiers_search_changed (id) VALUES (new.id);
END;

-- A person without words has no row in the index. Texts are set right before the commit, too.
DROP TRIGGER people_search_words_add;
DROP TRIGGER people_search_words_edit;
CREATE TRIGGER people_search_words_edit AFTER UPDATE ON people_search
WHEN new.words <> old.words OR new.co_id <> old.co_id BEGIN
    INSERT OR REPLACE INTO people_search_words (rowid, co, words) VALUES (new.id, printf('%03x', new.co_id), new.words);
END;

-- +goose StatementEnd
