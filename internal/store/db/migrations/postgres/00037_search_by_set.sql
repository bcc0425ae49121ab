-- +goose Up
-- +goose StatementBegin

-- A function in the language sql that is not inlined is parsed and planned with each statement that calls it: of the
-- 0.5 ms that a person's texts took, 0.3 ms went there. The program writes the texts of all people that a transaction
-- changed by one prepared statement, and the normalization of other texts than ASCII is called for these alone.
DROP FUNCTION people_search_right();
DROP FUNCTION people_search_of(BIGINT);
DROP VIEW people_words;
ALTER FUNCTION comity_plain(TEXT) RENAME TO comity_plain_unicode;

CREATE FUNCTION comity_plain(s TEXT) RETURNS TEXT LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF octet_length(s) = length(s) THEN
        RETURN lower(s COLLATE "C");
    END IF;
    RETURN comity_plain_unicode(s);
END $$;

-- The texts of people_search as they should be.
CREATE VIEW people_words AS
SELECT p.id, p.co_id, p.status,
    comity_plain(coalesce((SELECT coalesce(n.family || ' ', '') || n.given FROM names n WHERE n.co_person_id = p.id AND n.primary_name), '')) AS sort,
    replace(comity_plain(coalesce((SELECT string_agg(' ' || n.given || coalesce(' ' || n.middle, '') || coalesce(' ' || n.family, ''), '') FROM names n WHERE n.co_person_id = p.id), '')
        || coalesce((SELECT string_agg(' ' || e.mail, '') FROM email_addresses e WHERE e.co_person_id = p.id), '')
        || coalesce((SELECT string_agg(' ' || i.identifier, '') FROM identifiers i WHERE i.co_person_id = p.id), '')), ' ', '  ') AS words
FROM co_people p;

-- +goose StatementEnd
