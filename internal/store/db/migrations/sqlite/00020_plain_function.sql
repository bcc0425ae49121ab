-- +goose Up
-- +goose StatementBegin

-- The letters without accents are the function comity_plain's, which the program adds to its
-- connections: what says the same in SQL is nested too deeply for other programs' SQLite, which could
-- not open the file at all.
DROP VIEW people_words;
CREATE VIEW people_words AS
SELECT q.id, q.co_id, q.status, comity_plain(q.sort) AS sort, replace(comity_plain(q.words), ' ', '  ') AS words
FROM (SELECT p.id, p.co_id, p.status,
    coalesce((SELECT coalesce(n.family_folded || ' ', '') || n.given_folded FROM names n WHERE n.co_person_id = p.id AND n.primary_name), '') AS sort,
    coalesce((SELECT group_concat(' ' || n.given_folded || coalesce(' ' || lower(n.middle), '') || coalesce(' ' || n.family_folded, ''), '') FROM names n WHERE n.co_person_id = p.id), '')
        || coalesce((SELECT group_concat(' ' || e.mail_folded, '') FROM email_addresses e WHERE e.co_person_id = p.id), '')
        || coalesce((SELECT group_concat(' ' || i.identifier_folded, '') FROM identifiers i WHERE i.co_person_id = p.id), '') AS words
    FROM co_people p) q;

-- +goose StatementEnd
