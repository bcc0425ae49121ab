-- +goose Up
-- +goose StatementBegin

-- Parts of identifiers, by their trigrams. It keeps no text, only which trigrams are where; the CO,
-- as hexadecimal digits, is in it too, so that what other COs hold many of is not looked through.
CREATE VIRTUAL TABLE identifiers_search USING fts5 (
    co, part, content = '', contentless_delete = 1, detail = 'none', tokenize = 'trigram case_sensitive 1'
);

CREATE TRIGGER identifiers_search_add AFTER INSERT ON identifiers BEGIN
    INSERT INTO identifiers_search (rowid, co, part) VALUES (new.id, printf('%03x', new.co_id), new.identifier_folded);
END;
CREATE TRIGGER identifiers_search_edit AFTER UPDATE ON identifiers
WHEN new.identifier_folded <> old.identifier_folded OR new.co_id <> old.co_id BEGIN
    UPDATE identifiers_search SET co = printf('%03x', new.co_id), part = new.identifier_folded WHERE rowid = old.id;
END;
CREATE TRIGGER identifiers_search_delete AFTER DELETE ON identifiers BEGIN
    DELETE FROM identifiers_search WHERE rowid = old.id;
END;

INSERT INTO identifiers_search (rowid, co, part) SELECT id, printf('%03x', co_id), identifier_folded FROM identifiers;

-- +goose StatementEnd
