-- +goose Up
-- +goose StatementBegin

-- Whose names, email addresses or identifiers a transaction has changed: it puts what they are searched
-- by right once, at its end (store.research), for each change would read all that the person has.
CREATE TABLE people_search_changed (id BIGINT PRIMARY KEY);

CREATE OR REPLACE FUNCTION people_search_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND old.co_person_id IS NOT NULL THEN
        INSERT INTO people_search_changed (id) VALUES (old.co_person_id) ON CONFLICT DO NOTHING;
    END IF;
    IF TG_OP <> 'DELETE' AND new.co_person_id IS NOT NULL AND (TG_OP = 'INSERT' OR new.co_person_id IS DISTINCT FROM old.co_person_id) THEN
        INSERT INTO people_search_changed (id) VALUES (new.co_person_id) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;

-- One at a time, so that no plan looks through everybody.
CREATE FUNCTION people_search_right() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    person BIGINT;
BEGIN
    FOR person IN DELETE FROM people_search_changed RETURNING id LOOP
        PERFORM people_search_of(person);
    END LOOP;
END $$;

-- +goose StatementEnd
