-- +goose Up
-- +goose StatementBegin

-- Who has signed in with a browser. Of its token the digest is kept; key_digest is that of the API
-- user's key at the time, and empty for a login identifier.
CREATE TABLE sessions (
    digest TEXT NOT NULL PRIMARY KEY,
    who TEXT NOT NULL,
    key_digest TEXT NOT NULL,
    created BIGINT NOT NULL,
    seen BIGINT NOT NULL
);
CREATE INDEX sessions_who ON sessions (who);

-- The links that sign somebody in, once.
CREATE TABLE sign_in_links (
    digest TEXT NOT NULL PRIMARY KEY,
    who TEXT NOT NULL,
    expires BIGINT NOT NULL
);

-- Who somebody is that logs in, whatever their CO.
CREATE INDEX identifiers_login ON identifiers (identifier_folded) WHERE login;

-- +goose StatementEnd
