-- +goose Up
-- +goose StatementBegin

-- An index that serves a search of all COs has the CO as well: where it serves a search of one CO, it reads no rows of
-- others.
DROP INDEX email_addresses_folded;
CREATE INDEX email_addresses_folded ON email_addresses (mail_folded, co_id); -- search of all COs by an address
DROP INDEX identifiers_folded;
CREATE INDEX identifiers_folded ON identifiers (identifier_folded, co_id); -- logins, and other searches of all COs by an identifier

-- The trigrams of the names of groups, for searches by a part of a name.
CREATE INDEX co_groups_search ON co_groups USING gin (co_id, lower(name) gin_trgm_ops);

-- +goose StatementEnd
