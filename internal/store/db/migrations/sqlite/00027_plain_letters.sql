-- +goose Up
-- +goose StatementBegin

-- What people are searched by is made of what they are called as it was written: the function comity_plain
-- folds it, too, and knows all accents and compatible characters.
DROP VIEW people_words;
CREATE VIEW people_words AS
SELECT q.id, q.co_id, q.status, comity_plain(q.sort) AS sort, replace(comity_plain(q.words), ' ', '  ') AS words
FROM (SELECT p.id, p.co_id, p.status,
    coalesce((SELECT coalesce(n.family || ' ', '') || n.given FROM names n WHERE n.co_person_id = p.id AND n.primary_name), '') AS sort,
    coalesce((SELECT group_concat(' ' || n.given || coalesce(' ' || n.middle, '') || coalesce(' ' || n.family, ''), '') FROM names n WHERE n.co_person_id = p.id), '')
        || coalesce((SELECT group_concat(' ' || e.mail, '') FROM email_addresses e WHERE e.co_person_id = p.id), '')
        || coalesce((SELECT group_concat(' ' || i.identifier, '') FROM identifiers i WHERE i.co_person_id = p.id), '') AS words
    FROM co_people p) q;

-- What was ASCII before is as it was.
UPDATE people_search SET (sort, words) = (SELECT w.sort, w.words FROM people_words w WHERE w.id = people_search.id)
WHERE octet_length(words) <> length(words) OR octet_length(sort) <> length(sort);

-- +goose StatementEnd
