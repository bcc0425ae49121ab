-- +goose Up
-- +goose StatementBegin

-- What people are searched by and listed in order of: of each their names, email addresses and
-- identifiers, folded and without accents, each word after two spaces so that its start has trigrams
-- of its own. Triggers keep it. store.plain knows the same letters.
CREATE TABLE people_search (
    id INTEGER PRIMARY KEY,
    co_id INTEGER NOT NULL,
    status TEXT NOT NULL,
    sort TEXT NOT NULL,
    words TEXT NOT NULL
);
CREATE INDEX people_search_sort ON people_search (co_id, sort, id);
CREATE INDEX people_search_status ON people_search (co_id, status, sort, id);

CREATE VIEW people_words AS
SELECT q.id, q.co_id, q.status,
    -- What is ASCII, as most is, has no accents.
    CASE WHEN length(q.sort) = octet_length(q.sort) THEN q.sort ELSE

replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(q.sort,'à',
'a'),'á','a'),'â','a'),'ã','a'),'ä','a'),'å','a'),'ç','c'),'è','e'),'é','e'),'ê','e'),'ë','e'),'ì','i'),'í','i'),'î','i'),'ï','i'),'ñ','n'),'ò',
'o'),'ó','o'),'ô','o'),'õ','o'),'ö','o'),'ù','u'),'ú','u'),'û','u'),'ü','u'),'ý','y'),'ÿ','y'),'ā','a'),'ă','a'),'ą','a'),'ć','c'),'ĉ','c'),'ċ',
'c'),'č','c'),'ď','d'),'ē','e'),'ĕ','e'),'ė','e'),'ę','e'),'ě','e'),'ĝ','g'),'ğ','g'),'ġ','g'),'ģ','g'),'ĥ','h'),'ĩ','i'),'ī','i'),'ĭ','i'),'į',
'i'),'ĵ','j'),'ķ','k'),'ĺ','l'),'ļ','l'),'ľ','l'),'ń','n'),'ņ','n'),'ň','n'),'ō','o'),'ŏ','o'),'ő','o'),'ŕ','r'),'ŗ','r'),'ř','r'),'ś','s'),'ŝ',
's'),'ş','s'),'š','s'),'ţ','t'),'ť','t'),'ũ','u'),'ū','u'),'ŭ','u'),'ů','u'),'ű','u'),'ų','u'),'ŵ','w'),'ŷ','y'),'ź','z'),'ż','z'),'ž','z'),'ơ',
'o'),'ư','u'),'ǎ','a'),'ǐ','i'),'ǒ','o'),'ǔ','u'),'ș','s'),'ț','t'),'ά','α'),'έ','ε'),'ή','η'),'ί','ι'),'ΰ','υ'),'ϊ','ι'),'ϋ','υ'),'ό','ο'),'ύ',
'υ'),'ώ','ω'),'ё','е'),'ạ','a'),'ả','a'),'ấ','a'),'ầ','a'),'ẩ','a'),'ẫ','a'),'ậ','a'),'ắ','a'),'ằ','a'),'ẳ','a'),'ẵ','a'),'ặ','a'),'ẹ','e'),'ẻ',
'e'),'ẽ','e'),'ế','e'),'ề','e'),'ể','e'),'ễ','e'),'ệ','e'),'ỉ','i'),'ị','i'),'ọ','o'),'ỏ','o'),'ố','o'),'ồ','o'),'ổ','o'),'ỗ','o'),'ộ','o'),'ớ',
'o'),'ờ','o'),'ở','o'),'ỡ','o'),'ợ','o'),'ụ','u'),'ủ','u'),'ứ','u'),'ừ','u'),'ử','u'),'ữ','u'),'ự','u'),'ỳ','y'),'ỵ','y'),'ỷ','y'),'ỹ','y'),'ø',
'o'),'ł','l'),'đ','d'),'ħ','h'),'ŧ','t') END AS sort,
    replace(CASE WHEN length(q.words) = octet_length(q.words) THEN q.words ELSE

replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(q.words,'à',
'a'),'á','a'),'â','a'),'ã','a'),'ä','a'),'å','a'),'ç','c'),'è','e'),'é','e'),'ê','e'),'ë','e'),'ì','i'),'í','i'),'î','i'),'ï','i'),'ñ','n'),'ò',
'o'),'ó','o'),'ô','o'),'õ','o'),'ö','o'),'ù','u'),'ú','u'),'û','u'),'ü','u'),'ý','y'),'ÿ','y'),'ā','a'),'ă','a'),'ą','a'),'ć','c'),'ĉ','c'),'ċ',
'c'),'č','c'),'ď','d'),'ē','e'),'ĕ','e'),'ė','e'),'ę','e'),'ě','e'),'ĝ','g'),'ğ','g'),'ġ','g'),'ģ','g'),'ĥ','h'),'ĩ','i'),'ī','i'),'ĭ','i'),'į',
'i'),'ĵ','j'),'ķ','k'),'ĺ','l'),'ļ','l'),'ľ','l'),'ń','n'),'ņ','n'),'ň','n'),'ō','o'),'ŏ','o'),'ő','o'),'ŕ','r'),'ŗ','r'),'ř','r'),'ś','s'),'ŝ',
's'),'ş','s'),'š','s'),'ţ','t'),'ť','t'),'ũ','u'),'ū','u'),'ŭ','u'),'ů','u'),'ű','u'),'ų','u'),'ŵ','w'),'ŷ','y'),'ź','z'),'ż','z'),'ž','z'),'ơ',
'o'),'ư','u'),'ǎ','a'),'ǐ','i'),'ǒ','o'),'ǔ','u'),'ș','s'),'ț','t'),'ά','α'),'έ','ε'),'ή','η'),'ί','ι'),'ΰ','υ'),'ϊ','ι'),'ϋ','υ'),'ό','ο'),'ύ',
'υ'),'ώ','ω'),'ё','е'),'ạ','a'),'ả','a'),'ấ','a'),'ầ','a'),'ẩ','a'),'ẫ','a'),'ậ','a'),'ắ','a'),'ằ','a'),'ẳ','a'),'ẵ','a'),'ặ','a'),'ẹ','e'),'ẻ',
'e'),'ẽ','e'),'ế','e'),'ề','e'),'ể','e'),'ễ','e'),'ệ','e'),'ỉ','i'),'ị','i'),'ọ','o'),'ỏ','o'),'ố','o'),'ồ','o'),'ổ','o'),'ỗ','o'),'ộ','o'),'ớ',
'o'),'ờ','o'),'ở','o'),'ỡ','o'),'ợ','o'),'ụ','u'),'ủ','u'),'ứ','u'),'ừ','u'),'ử','u'),'ữ','u'),'ự','u'),'ỳ','y'),'ỵ','y'),'ỷ','y'),'ỹ','y'),'ø',
'o'),'ł','l'),'đ','d'),'ħ','h'),'ŧ','t') END, ' ', '  ') AS words
FROM (SELECT p.id, p.co_id, p.status,
    coalesce((SELECT coalesce(n.family_folded || ' ', '') || n.given_folded FROM names n WHERE n.co_person_id = p.id AND n.primary_name), '') AS sort,
    coalesce((SELECT group_concat(' ' || n.given_folded || coalesce(' ' || lower(n.middle), '') || coalesce(' ' || n.family_folded, ''), '') FROM names n WHERE n.co_person_id = p.id), '')
        || coalesce((SELECT group_concat(' ' || e.mail_folded, '') FROM email_addresses e WHERE e.co_person_id = p.id), '')
        || coalesce((SELECT group_concat(' ' || i.identifier_folded, '') FROM identifiers i WHERE i.co_person_id = p.id), '') AS words
    FROM co_people p) q;

CREATE VIRTUAL TABLE people_search_words USING fts5 (
    co, words, content = '', contentless_delete = 1, detail = 'none', tokenize = 'trigram case_sensitive 1'
);
CREATE TRIGGER people_search_words_add AFTER INSERT ON people_search BEGIN
    INSERT INTO people_search_words (rowid, co, words) VALUES (new.id, printf('%03x', new.co_id), new.words);
END;
CREATE TRIGGER people_search_words_edit AFTER UPDATE ON people_search
WHEN new.words <> old.words OR new.co_id <> old.co_id BEGIN
    UPDATE people_search_words SET co = printf('%03x', new.co_id), words = new.words WHERE rowid = old.id;
END;
CREATE TRIGGER people_search_words_delete AFTER DELETE ON people_search BEGIN
    DELETE FROM people_search_words WHERE rowid = old.id;
END;
CREATE TRIGGER people_search_person_add AFTER INSERT ON co_people BEGIN
    INSERT INTO people_search (id, co_id, status, sort, words) VALUES (new.id, new.co_id, new.status, '', '');
END;
CREATE TRIGGER people_search_person_edit AFTER UPDATE ON co_people
WHEN new.status <> old.status OR new.co_id <> old.co_id BEGIN
    UPDATE people_search SET co_id = new.co_id, status = new.status WHERE id = old.id;
END;
CREATE TRIGGER people_search_person_delete AFTER DELETE ON co_people BEGIN
    DELETE FROM people_search WHERE id = old.id;
END;
CREATE TRIGGER people_search_name_add AFTER INSERT ON names
WHEN new.co_person_id IS NOT NULL BEGIN
    UPDATE people_search SET (sort, words) = (SELECT w.sort, w.words FROM people_words w WHERE w.id = people_search.id) WHERE id = new.co_person_id;
END;
CREATE TRIGGER people_search_name_edit AFTER UPDATE ON names BEGIN
    UPDATE people_search SET (sort, words) = (SELECT w.sort, w.words FROM people_words w WHERE w.id = people_search.id) WHERE id IN (old.co_person_id, new.co_person_id);
END;
CREATE TRIGGER people_search_name_delete AFTER DELETE ON names
WHEN old.co_person_id IS NOT NULL BEGIN
    UPDATE people_search SET (sort, words) = (SELECT w.sort, w.words FROM people_words w WHERE w.id = people_search.id) WHERE id = old.co_person_id;
END;
CREATE TRIGGER people_search_email_address_add AFTER INSERT ON email_addresses
WHEN new.co_person_id IS NOT NULL BEGIN
    UPDATE people_search SET (sort, words) = (SELECT w.sort, w.words FROM people_words w WHERE w.id = people_search.id) WHERE id = new.co_person_id;
END;
CREATE TRIGGER people_search_email_address_edit AFTER UPDATE ON email_addresses BEGIN
    UPDATE people_search SET (sort, words) = (SELECT w.sort, w.words FROM people_words w WHERE w.id = people_search.id) WHERE id IN (old.co_person_id, new.co_person_id);
END;
CREATE TRIGGER people_search_email_address_delete AFTER DELETE ON email_addresses
WHEN old.co_person_id IS NOT NULL BEGIN
    UPDATE people_search SET (sort, words) = (SELECT w.sort, w.words FROM people_words w WHERE w.id = people_search.id) WHERE id = old.co_person_id;
END;
CREATE TRIGGER people_search_identifier_add AFTER INSERT ON identifiers
WHEN new.co_person_id IS NOT NULL BEGIN
    UPDATE people_search SET (sort, words) = (SELECT w.sort, w.words FROM people_words w WHERE w.id = people_search.id) WHERE id = new.co_person_id;
END;
CREATE TRIGGER people_search_identifier_edit AFTER UPDATE ON identifiers BEGIN
    UPDATE people_search SET (sort, words) = (SELECT w.sort, w.words FROM people_words w WHERE w.id = people_search.id) WHERE id IN (old.co_person_id, new.co_person_id);
END;
CREATE TRIGGER people_search_identifier_delete AFTER DELETE ON identifiers
WHEN old.co_person_id IS NOT NULL BEGIN
    UPDATE people_search SET (sort, words) = (SELECT w.sort, w.words FROM people_words w WHERE w.id = people_search.id) WHERE id = old.co_person_id;
END;

INSERT INTO people_search (id, co_id, status, sort, words) SELECT id, co_id, status, sort, words FROM people_words;

-- How many more people of a CO have a status at the end of a day (since 1970) than at its start. A
-- change adds rows, so that no two changes wait for each other; the clock adds them up.
CREATE TABLE status_changes (
    id INTEGER PRIMARY KEY,
    co_id INTEGER NOT NULL,
    day INTEGER NOT NULL,
    status TEXT NOT NULL,
    change INTEGER NOT NULL
);
CREATE INDEX status_changes_co ON status_changes (co_id, day, status, change);
CREATE TRIGGER status_changes_add AFTER INSERT ON history
WHEN new.resource = 'CoPerson' AND new.operation IN ('add', 'edit', 'delete') BEGIN
    INSERT INTO status_changes (co_id, day, status, change)
    SELECT new.co_id, new.since / 86400000000, x.status, x.change
    FROM (SELECT json_extract(new.data, '$.Status') AS status, CASE new.operation WHEN 'delete' THEN -1 ELSE 1 END AS change
        UNION ALL SELECT json_extract(h.data, '$.Status'), -1 FROM history h
        WHERE new.operation = 'edit' AND h.resource = 'CoPerson' AND h.record_id = new.record_id AND h.revision = new.revision - 1) x
    WHERE x.status IS NOT NULL;
END;

INSERT INTO status_changes (co_id, day, status, change)
SELECT x.co_id, x.day, x.status, sum(x.change)
FROM (SELECT h.co_id, h.since / 86400000000 AS day, json_extract(h.data, '$.Status') AS status, CASE h.operation WHEN 'delete' THEN -1 ELSE 1 END AS change
    FROM history h WHERE h.resource = 'CoPerson' AND h.operation IN ('add', 'edit', 'delete')
    UNION ALL SELECT h.co_id, h.since / 86400000000, json_extract(b.data, '$.Status'), -1
    FROM history h JOIN history b ON b.resource = h.resource AND b.record_id = h.record_id AND b.revision = h.revision - 1
    WHERE h.resource = 'CoPerson' AND h.operation = 'edit') x
WHERE x.status IS NOT NULL
GROUP BY x.co_id, x.day, x.status HAVING sum(x.change) <> 0;

-- What begins or ends next in a CO.
CREATE INDEX co_person_roles_co_from ON co_person_roles (co_id, valid_from) WHERE valid_from IS NOT NULL;
CREATE INDEX co_person_roles_co_through ON co_person_roles (co_id, valid_through) WHERE valid_through IS NOT NULL;
CREATE INDEX co_group_members_co_from ON co_group_members (co_id, valid_from) WHERE valid_from IS NOT NULL;
CREATE INDEX co_group_members_co_through ON co_group_members (co_id, valid_through) WHERE valid_through IS NOT NULL;

-- The history of a CO by who did it, what it was done to, what was done, and when. What was added
-- and edited is most of it and needs no index.
CREATE INDEX history_actor ON history (co_id, actor, id);
CREATE INDEX history_resource ON history (co_id, resource, id);
CREATE INDEX history_operation ON history (co_id, operation, id) WHERE operation <> 'add' AND operation <> 'edit';
CREATE INDEX history_since ON history (co_id, since);

-- +goose StatementEnd
