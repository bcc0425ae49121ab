-- +goose Up
-- +goose StatementBegin

-- The number that a client keeps with a key.
ALTER TABLE ssh_keys ADD COLUMN ssh_key_authenticator_id bigint;

-- What is looked for exactly, whatever its CO: logins, and searches without one.
DROP INDEX identifiers_login;
CREATE INDEX identifiers_folded ON identifiers (identifier_folded);
CREATE INDEX email_addresses_folded ON email_addresses (mail_folded);

-- +goose StatementEnd
