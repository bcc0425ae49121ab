-- +goose Up
-- +goose StatementBegin

CREATE TABLE cos (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT,
    status TEXT NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE UNIQUE INDEX cos_unique ON cos (name);

CREATE TABLE cous (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    name TEXT NOT NULL,
    description TEXT,
    parent_id INTEGER REFERENCES cous (id),
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX cous_co ON cous (co_id, id);
CREATE INDEX cous_parent ON cous (parent_id, id) WHERE parent_id IS NOT NULL;
CREATE UNIQUE INDEX cous_unique ON cous (co_id, name);

CREATE TABLE co_people (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    status TEXT NOT NULL,
    date_of_birth TEXT,
    timezone TEXT,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_people_co ON co_people (co_id, id);

CREATE TABLE co_person_roles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    sponsor_co_person_id INTEGER REFERENCES co_people (id),
    manager_co_person_id INTEGER REFERENCES co_people (id),
    cou_id INTEGER REFERENCES cous (id),
    affiliation TEXT NOT NULL,
    title TEXT,
    o TEXT,
    ou TEXT,
    valid_from INTEGER,
    valid_through INTEGER,
    ordr INTEGER,
    status TEXT NOT NULL,
    co_person_id INTEGER NOT NULL REFERENCES co_people (id),
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_person_roles_co ON co_person_roles (co_id, id);
CREATE INDEX co_person_roles_sponsor_co_person ON co_person_roles (sponsor_co_person_id, id) WHERE sponsor_co_person_id IS NOT NULL;
CREATE INDEX co_person_roles_manager_co_person ON co_person_roles (manager_co_person_id, id) WHERE manager_co_person_id IS NOT NULL;
CREATE INDEX co_person_roles_cou ON co_person_roles (cou_id, id) WHERE cou_id IS NOT NULL;
CREATE INDEX co_person_roles_co_person ON co_person_roles (co_person_id, id);

CREATE TABLE org_identities (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    status TEXT,
    date_of_birth TEXT,
    affiliation TEXT,
    title TEXT,
    o TEXT,
    ou TEXT,
    valid_from INTEGER,
    valid_through INTEGER,
    manager_identifier TEXT,
    sponsor_identifier TEXT,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX org_identities_co ON org_identities (co_id, id);

CREATE TABLE co_org_identity_links (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_person_id INTEGER NOT NULL REFERENCES co_people (id),
    org_identity_id INTEGER NOT NULL REFERENCES org_identities (id),
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_org_identity_links_co ON co_org_identity_links (co_id, id);
CREATE INDEX co_org_identity_links_co_person ON co_org_identity_links (co_person_id, id);
CREATE INDEX co_org_identity_links_org_identity ON co_org_identity_links (org_identity_id, id);
CREATE UNIQUE INDEX co_org_identity_links_unique ON co_org_identity_links (org_identity_id);

CREATE TABLE co_groups (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    cou_id INTEGER REFERENCES cous (id),
    name TEXT NOT NULL,
    description TEXT,
    introduction TEXT,
    open BOOLEAN NOT NULL,
    status TEXT NOT NULL,
    group_type TEXT NOT NULL,
    auto BOOLEAN NOT NULL,
    nesting_mode_all BOOLEAN NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_groups_co ON co_groups (co_id, id);
CREATE INDEX co_groups_cou ON co_groups (cou_id, id) WHERE cou_id IS NOT NULL;
CREATE UNIQUE INDEX co_groups_unique ON co_groups (co_id, name);

CREATE TABLE co_group_members (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_group_id INTEGER NOT NULL REFERENCES co_groups (id),
    member BOOLEAN NOT NULL,
    owner BOOLEAN NOT NULL,
    valid_from INTEGER,
    valid_through INTEGER,
    co_person_id INTEGER NOT NULL REFERENCES co_people (id),
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_group_members_co ON co_group_members (co_id, id);
CREATE INDEX co_group_members_co_group ON co_group_members (co_group_id, id);
CREATE INDEX co_group_members_co_person ON co_group_members (co_person_id, id);
CREATE UNIQUE INDEX co_group_members_unique ON co_group_members (co_group_id, co_person_id);

CREATE TABLE servers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    description TEXT NOT NULL,
    server_type TEXT NOT NULL,
    status TEXT NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX servers_co ON servers (co_id, id);

CREATE TABLE http_servers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    server_id INTEGER NOT NULL REFERENCES servers (id),
    serverurl TEXT NOT NULL,
    username TEXT,
    password BLOB,
    auth_type TEXT NOT NULL,
    ssl_verify_peer BOOLEAN NOT NULL,
    ssl_verify_host BOOLEAN NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX http_servers_co ON http_servers (co_id, id);
CREATE INDEX http_servers_server ON http_servers (server_id, id);
CREATE UNIQUE INDEX http_servers_unique ON http_servers (server_id);

CREATE TABLE co_provisioning_targets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    description TEXT,
    plugin TEXT NOT NULL,
    provision_co_group_id INTEGER REFERENCES co_groups (id),
    status TEXT NOT NULL,
    retry_interval INTEGER NOT NULL,
    max_retry INTEGER NOT NULL,
    ordr INTEGER,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_provisioning_targets_co ON co_provisioning_targets (co_id, id);
CREATE INDEX co_provisioning_targets_provision_co_group ON co_provisioning_targets (provision_co_group_id, id) WHERE provision_co_group_id IS NOT NULL;

CREATE TABLE co_api_provisioner_targets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_provisioning_target_id INTEGER NOT NULL REFERENCES co_provisioning_targets (id),
    server_id INTEGER NOT NULL REFERENCES servers (id),
    mode TEXT NOT NULL,
    identifier_type TEXT NOT NULL,
    include_attributes BOOLEAN NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_api_provisioner_targets_co ON co_api_provisioner_targets (co_id, id);
CREATE INDEX co_api_provisioner_targets_co_provisioning_target ON co_api_provisioner_targets (co_provisioning_target_id, id);
CREATE INDEX co_api_provisioner_targets_server ON co_api_provisioner_targets (server_id, id);
CREATE UNIQUE INDEX co_api_provisioner_targets_unique ON co_api_provisioner_targets (co_provisioning_target_id);

CREATE TABLE names (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    honorific TEXT,
    given TEXT NOT NULL,
    given_folded TEXT NOT NULL,
    middle TEXT,
    family TEXT,
    family_folded TEXT,
    suffix TEXT,
    type TEXT NOT NULL,
    language TEXT,
    primary_name BOOLEAN NOT NULL,
    co_person_id INTEGER REFERENCES co_people (id),
    org_identity_id INTEGER REFERENCES org_identities (id),
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX names_co ON names (co_id, id);
CREATE INDEX names_given ON names (co_id, given_folded);
CREATE INDEX names_family ON names (co_id, family_folded);
CREATE INDEX names_co_person ON names (co_person_id, id) WHERE co_person_id IS NOT NULL;
CREATE INDEX names_org_identity ON names (org_identity_id, id) WHERE org_identity_id IS NOT NULL;
CREATE UNIQUE INDEX names_primary_co_person ON names (co_person_id) WHERE primary_name AND co_person_id IS NOT NULL;
CREATE UNIQUE INDEX names_primary_org_identity ON names (org_identity_id) WHERE primary_name AND org_identity_id IS NOT NULL;

CREATE TABLE email_addresses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    mail TEXT NOT NULL,
    mail_folded TEXT NOT NULL,
    description TEXT,
    type TEXT NOT NULL,
    verified BOOLEAN NOT NULL,
    co_person_id INTEGER REFERENCES co_people (id),
    org_identity_id INTEGER REFERENCES org_identities (id),
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX email_addresses_co ON email_addresses (co_id, id);
CREATE INDEX email_addresses_mail ON email_addresses (co_id, mail_folded);
CREATE INDEX email_addresses_co_person ON email_addresses (co_person_id, id) WHERE co_person_id IS NOT NULL;
CREATE INDEX email_addresses_org_identity ON email_addresses (org_identity_id, id) WHERE org_identity_id IS NOT NULL;
CREATE INDEX email_addresses_exact ON email_addresses (co_id, mail);

CREATE TABLE identifiers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    identifier TEXT NOT NULL,
    identifier_folded TEXT NOT NULL,
    type TEXT NOT NULL,
    login BOOLEAN NOT NULL,
    status TEXT NOT NULL,
    language TEXT,
    co_provisioning_target_id INTEGER REFERENCES co_provisioning_targets (id),
    co_person_id INTEGER REFERENCES co_people (id),
    org_identity_id INTEGER REFERENCES org_identities (id),
    co_group_id INTEGER REFERENCES co_groups (id),
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX identifiers_co ON identifiers (co_id, id);
CREATE INDEX identifiers_identifier ON identifiers (co_id, identifier_folded);
CREATE INDEX identifiers_co_provisioning_target ON identifiers (co_provisioning_target_id, id) WHERE co_provisioning_target_id IS NOT NULL;
CREATE INDEX identifiers_co_person ON identifiers (co_person_id, id) WHERE co_person_id IS NOT NULL;
CREATE INDEX identifiers_org_identity ON identifiers (org_identity_id, id) WHERE org_identity_id IS NOT NULL;
CREATE INDEX identifiers_co_group ON identifiers (co_group_id, id) WHERE co_group_id IS NOT NULL;
CREATE UNIQUE INDEX identifiers_unique ON identifiers (co_id, type, identifier) WHERE org_identity_id IS NULL;

CREATE TABLE urls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    url TEXT NOT NULL,
    description TEXT,
    type TEXT NOT NULL,
    language TEXT,
    co_person_id INTEGER REFERENCES co_people (id),
    org_identity_id INTEGER REFERENCES org_identities (id),
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX urls_co ON urls (co_id, id);
CREATE INDEX urls_co_person ON urls (co_person_id, id) WHERE co_person_id IS NOT NULL;
CREATE INDEX urls_org_identity ON urls (org_identity_id, id) WHERE org_identity_id IS NOT NULL;

CREATE TABLE addresses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    street TEXT,
    room TEXT,
    locality TEXT,
    state TEXT,
    postal_code TEXT,
    country TEXT,
    description TEXT,
    type TEXT,
    language TEXT,
    co_person_role_id INTEGER REFERENCES co_person_roles (id),
    org_identity_id INTEGER REFERENCES org_identities (id),
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX addresses_co ON addresses (co_id, id);
CREATE INDEX addresses_co_person_role ON addresses (co_person_role_id, id) WHERE co_person_role_id IS NOT NULL;
CREATE INDEX addresses_org_identity ON addresses (org_identity_id, id) WHERE org_identity_id IS NOT NULL;

CREATE TABLE telephone_numbers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    country_code TEXT,
    area_code TEXT,
    number TEXT NOT NULL,
    extension TEXT,
    description TEXT,
    type TEXT,
    co_person_role_id INTEGER REFERENCES co_person_roles (id),
    org_identity_id INTEGER REFERENCES org_identities (id),
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX telephone_numbers_co ON telephone_numbers (co_id, id);
CREATE INDEX telephone_numbers_co_person_role ON telephone_numbers (co_person_role_id, id) WHERE co_person_role_id IS NOT NULL;
CREATE INDEX telephone_numbers_org_identity ON telephone_numbers (org_identity_id, id) WHERE org_identity_id IS NOT NULL;

CREATE TABLE ad_hoc_attributes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    tag TEXT NOT NULL,
    value TEXT,
    co_person_role_id INTEGER REFERENCES co_person_roles (id),
    org_identity_id INTEGER REFERENCES org_identities (id),
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX ad_hoc_attributes_co ON ad_hoc_attributes (co_id, id);
CREATE INDEX ad_hoc_attributes_co_person_role ON ad_hoc_attributes (co_person_role_id, id) WHERE co_person_role_id IS NOT NULL;
CREATE INDEX ad_hoc_attributes_org_identity ON ad_hoc_attributes (org_identity_id, id) WHERE org_identity_id IS NOT NULL;

CREATE TABLE api_users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    privileged BOOLEAN NOT NULL,
    status TEXT NOT NULL,
    username TEXT NOT NULL,
    valid_from INTEGER,
    valid_through INTEGER,
    remote_ip TEXT,
    co_person_id INTEGER REFERENCES co_people (id),
    string_ids BOOLEAN NOT NULL,
    rate_limit INTEGER,
    api_key TEXT,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX api_users_co ON api_users (co_id, id);
CREATE INDEX api_users_co_person ON api_users (co_person_id, id) WHERE co_person_id IS NOT NULL;
CREATE UNIQUE INDEX api_users_unique ON api_users (username);

-- Every revision of every record; the newest has no "until" while the record is there.
CREATE TABLE history (
    resource TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    operation TEXT NOT NULL,
    actor TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER,
    co_id INTEGER NOT NULL,
    co_person_id INTEGER,
    org_identity_id INTEGER,
    co_group_id INTEGER,
    data TEXT NOT NULL,
    PRIMARY KEY (resource, record_id, revision)
);
CREATE INDEX history_co ON history (co_id, since);
CREATE INDEX history_co_person ON history (co_person_id, since) WHERE co_person_id IS NOT NULL;
CREATE INDEX history_org_identity ON history (org_identity_id, since) WHERE org_identity_id IS NOT NULL;
CREATE INDEX history_co_group ON history (co_group_id, since) WHERE co_group_id IS NOT NULL;

-- One row for each target and person: what waits to be told, and what was told last. The person
-- may be gone by then, so it is no foreign key.
CREATE TABLE deliveries (
    co_provisioning_target_id INTEGER NOT NULL REFERENCES co_provisioning_targets (id),
    co_person_id INTEGER NOT NULL,
    co_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    due INTEGER,
    held BOOLEAN NOT NULL,
    since INTEGER,
    sequence INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    refusals INTEGER NOT NULL,
    resting BOOLEAN NOT NULL,
    identifier TEXT NOT NULL,
    obsolete TEXT NOT NULL,
    tried INTEGER,
    told INTEGER,
    answer TEXT NOT NULL,
    PRIMARY KEY (co_provisioning_target_id, co_person_id)
);
CREATE INDEX deliveries_due ON deliveries (co_provisioning_target_id, due) WHERE due IS NOT NULL;
CREATE INDEX deliveries_resting ON deliveries (co_provisioning_target_id, co_person_id) WHERE resting;
CREATE INDEX deliveries_co ON deliveries (co_id);

-- What the program itself keeps: the id of the key that seals secrets.
CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- +goose StatementEnd
