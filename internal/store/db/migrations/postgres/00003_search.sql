-- +goose Up
-- +goose StatementBegin

-- Both extensions come with PostgreSQL and may be made by whoever owns the database.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE EXTENSION IF NOT EXISTS btree_gin;
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
    RAISE EXCEPTION 'the search in identifiers needs two extensions of PostgreSQL that this user cannot make (%). '
        'Let the owner of the database, or a superuser, run in it: CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin; '
        'then start again. Where they are not installed, they are in the package postgresql-contrib.', SQLERRM
        USING ERRCODE = SQLSTATE;
END $$;

-- Parts of identifiers, by their trigrams. The CO is in it too, so that what other COs hold many of
-- is not looked through.
CREATE INDEX identifiers_search ON identifiers USING gin (co_id, identifier_folded gin_trgm_ops);

-- +goose StatementEnd
