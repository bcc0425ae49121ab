-- +goose Up
-- +goose StatementBegin

-- The schema of a registry. Later migrations add to it; they never change this file.
--
-- A table of a resource of the REST API has a row per record. The package registry writes these tables, on behalf
-- of the API, the console and the commands, and writes each change to the history in the same transaction. They
-- have in common:
--
--   id        is never used again, not even after a delete.
--   co_id     is the CO that the record belongs to. Whoever may read one CO sees no rows of another.
--   created   and modified are the times of the first and the last change, in microseconds since 1970 (UTC).
--   revision  is 0 when the record is added and one more with each edit.
--   actor     is who made the last change: the name of an API user, a login identifier, or a part of the program.
--   changed   and changed_revision are the time and the revision of the last change of a value that messages to
--             provisioning targets contain; NULL where that was the last change of all.
--   *_folded  is the column beside it in lower case, for searches that ignore case.
--
-- A valid_from or valid_through is in seconds since 1970 (UTC); NULL does not bound the validity. A code, such as
-- that of a status, is stored as the API spells it.
--
-- The indexes that end in _co serve a CO's list, in pages of ascending id; those named after another reference
-- serve the list of the records that refer to one record, and find them when that one is deleted. What an index
-- serves stands beside it. Where two indexes seem equally good, both databases choose the one that was created last,
-- so the order of a table's indexes matters.

-- Collaborations ---------------------------------------------------------------------------------------------

-- A collaborative organization (CO), the tenant.
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
CREATE UNIQUE INDEX cos_unique ON cos (name); -- whether a name is in use

-- A unit of a CO (COU). Units form a tree.
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
CREATE INDEX cous_co ON cous (co_id, id); -- list of a CO
CREATE INDEX cous_parent ON cous (parent_id, id) WHERE parent_id IS NOT NULL; -- children of a unit
CREATE UNIQUE INDEX cous_unique ON cous (co_id, name); -- whether a name is in use

-- People -----------------------------------------------------------------------------------------------------

-- A member of a CO. Triggers add the row of people_search.
CREATE TABLE co_people (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    status TEXT NOT NULL, -- the registry computes it from the statuses of the person's roles, if there are any
    date_of_birth TEXT,
    timezone TEXT,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL,
    changed INTEGER,
    changed_revision INTEGER
);
CREATE INDEX co_people_co ON co_people (co_id, id); -- list of a CO; next people of a full sync

-- A role of a person in the CO or in a unit.
CREATE TABLE co_person_roles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_person_id INTEGER NOT NULL REFERENCES co_people (id),
    cou_id INTEGER REFERENCES cous (id),
    sponsor_co_person_id INTEGER REFERENCES co_people (id),
    manager_co_person_id INTEGER REFERENCES co_people (id),
    affiliation TEXT NOT NULL,
    title TEXT,
    o TEXT,
    ou TEXT,
    valid_from INTEGER,
    valid_through INTEGER,
    ordr INTEGER,
    status TEXT NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL,
    changed INTEGER,
    changed_revision INTEGER
);
CREATE INDEX co_person_roles_co ON co_person_roles (co_id, id); -- list of a CO
CREATE INDEX co_person_roles_sponsor_co_person ON co_person_roles (sponsor_co_person_id, id) WHERE sponsor_co_person_id IS NOT NULL; -- roles that a person sponsors
CREATE INDEX co_person_roles_manager_co_person ON co_person_roles (manager_co_person_id, id) WHERE manager_co_person_id IS NOT NULL; -- roles that a person manages
CREATE INDEX co_person_roles_cou ON co_person_roles (cou_id, id) WHERE cou_id IS NOT NULL; -- roles in a unit
CREATE INDEX co_person_roles_co_person ON co_person_roles (co_person_id, id); -- roles of a person
CREATE INDEX co_person_roles_from ON co_person_roles (valid_from) WHERE valid_from IS NOT NULL; -- validities that the clock begins
CREATE INDEX co_person_roles_through ON co_person_roles (valid_through) WHERE valid_through IS NOT NULL; -- validities that the clock ends
CREATE INDEX co_person_roles_co_from ON co_person_roles (co_id, valid_from) WHERE valid_from IS NOT NULL; -- what begins next in a CO
CREATE INDEX co_person_roles_co_through ON co_person_roles (co_id, valid_through) WHERE valid_through IS NOT NULL; -- what ends next in a CO
CREATE INDEX co_person_roles_counted ON co_person_roles (co_id, cou_id, co_person_id) WHERE cou_id IS NOT NULL; -- number of people in each unit, from the index alone

-- Who a person is at the home organization.
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
CREATE INDEX org_identities_co ON org_identities (co_id, id); -- list of a CO

-- The link of an org identity to the CO person it is of. An org identity has one at most.
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
CREATE INDEX co_org_identity_links_co ON co_org_identity_links (co_id, id); -- list of a CO
CREATE INDEX co_org_identity_links_co_person ON co_org_identity_links (co_person_id, id); -- org identities of a person
CREATE INDEX co_org_identity_links_org_identity ON co_org_identity_links (org_identity_id, id); -- list by org identity
CREATE UNIQUE INDEX co_org_identity_links_unique ON co_org_identity_links (org_identity_id); -- whether an org identity is linked

-- Groups -----------------------------------------------------------------------------------------------------

-- A group of people. The registry adds four groups with each CO and each unit; in those with auto, their members too.
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
    actor TEXT NOT NULL,
    changed INTEGER,
    changed_revision INTEGER
);
CREATE INDEX co_groups_co ON co_groups (co_id, id); -- list of a CO; next groups of a full sync
CREATE INDEX co_groups_cou ON co_groups (cou_id, id) WHERE cou_id IS NOT NULL; -- groups of a unit
CREATE UNIQUE INDEX co_groups_unique ON co_groups (co_id, name); -- whether a name is in use

-- A nesting: the members of co_group_id are members of target_co_group_id or, with negate, are not.
CREATE TABLE co_group_nestings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_group_id INTEGER NOT NULL REFERENCES co_groups (id),
    target_co_group_id INTEGER NOT NULL REFERENCES co_groups (id),
    negate BOOLEAN NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_group_nestings_co ON co_group_nestings (co_id, id); -- list of a CO; all edges of its graph
CREATE INDEX co_group_nestings_co_group ON co_group_nestings (co_group_id, id); -- groups that a group is nested in
CREATE INDEX co_group_nestings_target_co_group ON co_group_nestings (target_co_group_id, id); -- groups nested in a group

-- A person's membership of a group, ownership of it, or both. The package groups computes the rows of automatic
-- groups, and those with a co_group_nesting_id, which stand beside a row that was added for the person itself.
CREATE TABLE co_group_members (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_group_id INTEGER NOT NULL REFERENCES co_groups (id),
    co_person_id INTEGER NOT NULL REFERENCES co_people (id),
    co_group_nesting_id INTEGER REFERENCES co_group_nestings (id),
    member BOOLEAN NOT NULL,
    owner BOOLEAN NOT NULL,
    valid_from INTEGER,
    valid_through INTEGER,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_group_members_co ON co_group_members (co_id, id); -- list of a CO
CREATE INDEX co_group_members_co_group ON co_group_members (co_group_id, id); -- rows of a group
CREATE INDEX co_group_members_co_person ON co_group_members (co_person_id, id); -- rows of a person
CREATE UNIQUE INDEX co_group_members_unique ON co_group_members (co_group_id, co_person_id) WHERE co_group_nesting_id IS NULL; -- whether a person has a row in a group
CREATE UNIQUE INDEX co_group_members_derived ON co_group_members (co_group_nesting_id, co_person_id) WHERE co_group_nesting_id IS NOT NULL; -- rows that a nesting makes
CREATE INDEX co_group_members_from ON co_group_members (valid_from) WHERE valid_from IS NOT NULL; -- validities that the clock begins
CREATE INDEX co_group_members_through ON co_group_members (valid_through) WHERE valid_through IS NOT NULL; -- validities that the clock ends
CREATE INDEX co_group_members_co_from ON co_group_members (co_id, valid_from) WHERE valid_from IS NOT NULL; -- what begins next in a CO
CREATE INDEX co_group_members_co_through ON co_group_members (co_id, valid_through) WHERE valid_through IS NOT NULL; -- what ends next in a CO
CREATE INDEX co_group_members_owners ON co_group_members (co_group_id, owner, id, co_person_id) WHERE owner; -- owners of a group
CREATE INDEX co_group_members_counted ON co_group_members (co_group_id, co_person_id, member, owner, valid_from, valid_through); -- number of members at a time, from the index alone

-- A mailing list that up to three groups feed.
CREATE TABLE co_email_lists (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    name TEXT NOT NULL,
    description TEXT,
    admins_co_group_id INTEGER REFERENCES co_groups (id),
    members_co_group_id INTEGER REFERENCES co_groups (id),
    moderators_co_group_id INTEGER REFERENCES co_groups (id),
    status TEXT NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_email_lists_co ON co_email_lists (co_id, id); -- list of a CO
CREATE INDEX co_email_lists_admins_co_group ON co_email_lists (admins_co_group_id, id) WHERE admins_co_group_id IS NOT NULL; -- lists that a group administers
CREATE INDEX co_email_lists_members_co_group ON co_email_lists (members_co_group_id, id) WHERE members_co_group_id IS NOT NULL; -- lists of a group's members
CREATE INDEX co_email_lists_moderators_co_group ON co_email_lists (moderators_co_group_id, id) WHERE moderators_co_group_id IS NOT NULL; -- lists that a group moderates
CREATE UNIQUE INDEX co_email_lists_unique ON co_email_lists (co_id, name); -- whether a name is in use

-- Servers and provisioning targets ---------------------------------------------------------------------------

-- An external system that the CO connects to. How to reach it is in the table of its type.
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
CREATE INDEX servers_co ON servers (co_id, id); -- list of a CO

-- How a server is reached by HTTP. The password is sealed with the secret key.
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
CREATE INDEX http_servers_co ON http_servers (co_id, id); -- list of a CO
CREATE INDEX http_servers_server ON http_servers (server_id, id); -- settings of a server
CREATE UNIQUE INDEX http_servers_unique ON http_servers (server_id); -- whether a server has settings

-- How a Kafka cluster is reached. The password is sealed with the secret key.
CREATE TABLE kafka_servers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    server_id INTEGER NOT NULL REFERENCES servers (id),
    brokers TEXT NOT NULL,
    security_protocol TEXT NOT NULL,
    sasl_mechanism TEXT,
    username TEXT,
    password BLOB,
    groupid TEXT,
    topic TEXT,
    batch_size INTEGER,
    partition INTEGER,
    timeout INTEGER,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX kafka_servers_co ON kafka_servers (co_id, id); -- list of a CO
CREATE INDEX kafka_servers_server ON kafka_servers (server_id, id); -- settings of a server
CREATE UNIQUE INDEX kafka_servers_unique ON kafka_servers (server_id); -- whether a server has settings

-- A provisioning target: an external system that receives the CO's changes. The settings of its connector are in
-- the table of its plugin. The store copies three of them into the last columns, which are all that the queue reads.
CREATE TABLE co_provisioning_targets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    description TEXT,
    plugin TEXT NOT NULL,
    provision_co_group_id INTEGER REFERENCES co_groups (id), -- only members of the group are provisioned; NULL: everybody
    status TEXT NOT NULL, -- the mode
    retry_interval INTEGER NOT NULL,
    max_retry INTEGER NOT NULL,
    ordr INTEGER,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL,
    identifier_type TEXT,
    workers INTEGER,
    include_groups BOOLEAN NOT NULL DEFAULT false
);
CREATE INDEX co_provisioning_targets_co ON co_provisioning_targets (co_id, id); -- list of a CO; targets that a change is enqueued for
CREATE INDEX co_provisioning_targets_provision_co_group ON co_provisioning_targets (provision_co_group_id, id) WHERE provision_co_group_id IS NOT NULL; -- targets that receive the members of a group
CREATE INDEX co_provisioning_targets_groups ON co_provisioning_targets (co_id) WHERE include_groups; -- whether a CO has targets that receive groups

-- The settings of a target that is called by HTTP or reached through Kafka.
CREATE TABLE co_api_provisioner_targets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_provisioning_target_id INTEGER NOT NULL REFERENCES co_provisioning_targets (id),
    server_id INTEGER NOT NULL REFERENCES servers (id),
    mode TEXT NOT NULL,
    identifier_type TEXT NOT NULL,
    include_attributes BOOLEAN NOT NULL,
    include_groups BOOLEAN,
    workers INTEGER,
    tombstones BOOLEAN,
    answers_get BOOLEAN,
    signing_secret BLOB, -- sealed with the secret key
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_api_provisioner_targets_co ON co_api_provisioner_targets (co_id, id); -- list of a CO
CREATE INDEX co_api_provisioner_targets_co_provisioning_target ON co_api_provisioner_targets (co_provisioning_target_id, id); -- settings of a target
CREATE INDEX co_api_provisioner_targets_server ON co_api_provisioner_targets (server_id, id); -- targets that use a server
CREATE UNIQUE INDEX co_api_provisioner_targets_unique ON co_api_provisioner_targets (co_provisioning_target_id); -- whether a target has settings

-- Departments and organizations ------------------------------------------------------------------------------

-- A department of a CO, with contact data of its own.
CREATE TABLE co_departments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    cou_id INTEGER REFERENCES cous (id),
    type TEXT,
    name TEXT NOT NULL,
    description TEXT,
    saml_scope TEXT,
    logo_url TEXT,
    introduction TEXT,
    leadership_co_group_id INTEGER REFERENCES co_groups (id),
    administrative_co_group_id INTEGER REFERENCES co_groups (id),
    support_co_group_id INTEGER REFERENCES co_groups (id),
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_departments_co ON co_departments (co_id, id); -- list of a CO
CREATE INDEX co_departments_cou ON co_departments (cou_id, id) WHERE cou_id IS NOT NULL; -- departments of a unit
CREATE INDEX co_departments_leadership_co_group ON co_departments (leadership_co_group_id, id) WHERE leadership_co_group_id IS NOT NULL; -- departments that a group leads
CREATE INDEX co_departments_administrative_co_group ON co_departments (administrative_co_group_id, id) WHERE administrative_co_group_id IS NOT NULL; -- departments that a group administers
CREATE INDEX co_departments_support_co_group ON co_departments (support_co_group_id, id) WHERE support_co_group_id IS NOT NULL; -- departments that a group supports

-- An organization that the CO knows: a university, a company, an agency.
CREATE TABLE organizations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    name TEXT NOT NULL,
    description TEXT,
    type TEXT,
    saml_scope TEXT,
    logo_url TEXT,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX organizations_co ON organizations (co_id, id); -- list of a CO

-- What belongs to people, roles, org identities, departments, organizations and groups ------------------------
-- Of the references to such owners, exactly one has a value.

-- A name of a person or an org identity. One of an owner's names is primary.
CREATE TABLE names (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_person_id INTEGER REFERENCES co_people (id),
    org_identity_id INTEGER REFERENCES org_identities (id),
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
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL,
    changed INTEGER,
    changed_revision INTEGER
);
CREATE INDEX names_co ON names (co_id, id); -- list of a CO
CREATE INDEX names_given ON names (co_id, given_folded); -- search by the start of a given name
CREATE INDEX names_family ON names (co_id, family_folded); -- search by the start of a family name
CREATE INDEX names_co_person ON names (co_person_id, id) WHERE co_person_id IS NOT NULL; -- names of a person
CREATE INDEX names_org_identity ON names (org_identity_id, id) WHERE org_identity_id IS NOT NULL; -- names of an org identity
CREATE UNIQUE INDEX names_primary_co_person ON names (co_person_id) WHERE primary_name AND co_person_id IS NOT NULL; -- primary name of a person
CREATE UNIQUE INDEX names_primary_org_identity ON names (org_identity_id) WHERE primary_name AND org_identity_id IS NOT NULL; -- primary name of an org identity

-- An email address.
CREATE TABLE email_addresses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_person_id INTEGER REFERENCES co_people (id),
    org_identity_id INTEGER REFERENCES org_identities (id),
    co_department_id INTEGER REFERENCES co_departments (id),
    organization_id INTEGER REFERENCES organizations (id),
    mail TEXT NOT NULL,
    mail_folded TEXT NOT NULL,
    description TEXT,
    type TEXT NOT NULL,
    verified BOOLEAN NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL,
    changed INTEGER,
    changed_revision INTEGER
);
CREATE INDEX email_addresses_co ON email_addresses (co_id, id); -- list of a CO
CREATE INDEX email_addresses_mail ON email_addresses (co_id, mail_folded); -- search of a CO by an address or its start
CREATE INDEX email_addresses_co_person ON email_addresses (co_person_id, id) WHERE co_person_id IS NOT NULL; -- addresses of a person
CREATE INDEX email_addresses_org_identity ON email_addresses (org_identity_id, id) WHERE org_identity_id IS NOT NULL; -- addresses of an org identity
CREATE INDEX email_addresses_co_department ON email_addresses (co_department_id, id) WHERE co_department_id IS NOT NULL; -- addresses of a department
CREATE INDEX email_addresses_organization ON email_addresses (organization_id, id) WHERE organization_id IS NOT NULL; -- addresses of an organization
CREATE INDEX email_addresses_folded ON email_addresses (mail_folded); -- search of all COs by an address

-- An identifier. Within a CO, only org identities may have one that is used already with its type.
CREATE TABLE identifiers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_person_id INTEGER REFERENCES co_people (id),
    org_identity_id INTEGER REFERENCES org_identities (id),
    co_department_id INTEGER REFERENCES co_departments (id),
    organization_id INTEGER REFERENCES organizations (id),
    co_group_id INTEGER REFERENCES co_groups (id),
    co_provisioning_target_id INTEGER REFERENCES co_provisioning_targets (id), -- the target that it comes from; not an owner
    identifier TEXT NOT NULL,
    identifier_folded TEXT NOT NULL,
    type TEXT NOT NULL,
    login BOOLEAN NOT NULL,
    status TEXT NOT NULL,
    language TEXT,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL,
    changed INTEGER,
    changed_revision INTEGER
);
CREATE INDEX identifiers_co ON identifiers (co_id, id); -- list of a CO
CREATE INDEX identifiers_identifier ON identifiers (co_id, identifier_folded); -- search of a CO by an identifier
CREATE INDEX identifiers_co_provisioning_target ON identifiers (co_provisioning_target_id, id) WHERE co_provisioning_target_id IS NOT NULL; -- identifiers from a target
CREATE INDEX identifiers_co_person ON identifiers (co_person_id, id) WHERE co_person_id IS NOT NULL; -- identifiers of a person
CREATE INDEX identifiers_org_identity ON identifiers (org_identity_id, id) WHERE org_identity_id IS NOT NULL; -- identifiers of an org identity
CREATE INDEX identifiers_co_group ON identifiers (co_group_id, id) WHERE co_group_id IS NOT NULL; -- identifiers of a group
CREATE UNIQUE INDEX identifiers_unique ON identifiers (co_id, type, identifier) WHERE org_identity_id IS NULL; -- whether an identifier is in use
CREATE INDEX identifiers_co_department ON identifiers (co_department_id, id) WHERE co_department_id IS NOT NULL; -- identifiers of a department
CREATE INDEX identifiers_organization ON identifiers (organization_id, id) WHERE organization_id IS NOT NULL; -- identifiers of an organization
CREATE INDEX identifiers_folded ON identifiers (identifier_folded); -- logins, and other searches of all COs by an identifier

-- The trigrams of identifiers, for searches by a part. It stores no text, only which row has which trigrams. The
-- CO, in hexadecimal digits, is searched with the part, so that many matches in other COs are not read.
CREATE VIRTUAL TABLE identifiers_search USING fts5 (
    co, part, content = '', contentless_delete = 1, detail = 'none', tokenize = 'trigram case_sensitive 1'
);
-- These triggers keep it.
CREATE TRIGGER identifiers_search_add AFTER INSERT ON identifiers BEGIN
    INSERT INTO identifiers_search (rowid, co, part) VALUES (new.id, printf('%03x', new.co_id), new.identifier_folded);
END;
CREATE TRIGGER identifiers_search_edit AFTER UPDATE ON identifiers
WHEN new.identifier_folded <> old.identifier_folded OR new.co_id <> old.co_id BEGIN
    UPDATE identifiers_search SET co = printf('%03x', new.co_id), part = new.identifier_folded WHERE rowid = old.id;
END;
CREATE TRIGGER identifiers_search_delete AFTER DELETE ON identifiers BEGIN
    DELETE FROM identifiers_search WHERE rowid = old.id;
END;

-- A web address.
CREATE TABLE urls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_person_id INTEGER REFERENCES co_people (id),
    org_identity_id INTEGER REFERENCES org_identities (id),
    co_department_id INTEGER REFERENCES co_departments (id),
    organization_id INTEGER REFERENCES organizations (id),
    url TEXT NOT NULL,
    description TEXT,
    type TEXT NOT NULL,
    language TEXT,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL,
    changed INTEGER,
    changed_revision INTEGER
);
CREATE INDEX urls_co ON urls (co_id, id); -- list of a CO
CREATE INDEX urls_co_person ON urls (co_person_id, id) WHERE co_person_id IS NOT NULL; -- URLs of a person
CREATE INDEX urls_org_identity ON urls (org_identity_id, id) WHERE org_identity_id IS NOT NULL; -- URLs of an org identity
CREATE INDEX urls_co_department ON urls (co_department_id, id) WHERE co_department_id IS NOT NULL; -- URLs of a department
CREATE INDEX urls_organization ON urls (organization_id, id) WHERE organization_id IS NOT NULL; -- URLs of an organization

-- A postal address.
CREATE TABLE addresses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_person_role_id INTEGER REFERENCES co_person_roles (id),
    org_identity_id INTEGER REFERENCES org_identities (id),
    co_department_id INTEGER REFERENCES co_departments (id),
    organization_id INTEGER REFERENCES organizations (id),
    street TEXT,
    room TEXT,
    locality TEXT,
    state TEXT,
    postal_code TEXT,
    country TEXT,
    description TEXT,
    type TEXT,
    language TEXT,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL,
    changed INTEGER,
    changed_revision INTEGER
);
CREATE INDEX addresses_co ON addresses (co_id, id); -- list of a CO
CREATE INDEX addresses_co_person_role ON addresses (co_person_role_id, id) WHERE co_person_role_id IS NOT NULL; -- addresses of a role
CREATE INDEX addresses_org_identity ON addresses (org_identity_id, id) WHERE org_identity_id IS NOT NULL; -- addresses of an org identity
CREATE INDEX addresses_co_department ON addresses (co_department_id, id) WHERE co_department_id IS NOT NULL; -- addresses of a department
CREATE INDEX addresses_organization ON addresses (organization_id, id) WHERE organization_id IS NOT NULL; -- addresses of an organization

-- A telephone number.
CREATE TABLE telephone_numbers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_person_role_id INTEGER REFERENCES co_person_roles (id),
    org_identity_id INTEGER REFERENCES org_identities (id),
    co_department_id INTEGER REFERENCES co_departments (id),
    organization_id INTEGER REFERENCES organizations (id),
    country_code TEXT,
    area_code TEXT,
    number TEXT NOT NULL,
    extension TEXT,
    description TEXT,
    type TEXT,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL,
    changed INTEGER,
    changed_revision INTEGER
);
CREATE INDEX telephone_numbers_co ON telephone_numbers (co_id, id); -- list of a CO
CREATE INDEX telephone_numbers_co_person_role ON telephone_numbers (co_person_role_id, id) WHERE co_person_role_id IS NOT NULL; -- numbers of a role
CREATE INDEX telephone_numbers_org_identity ON telephone_numbers (org_identity_id, id) WHERE org_identity_id IS NOT NULL; -- numbers of an org identity
CREATE INDEX telephone_numbers_co_department ON telephone_numbers (co_department_id, id) WHERE co_department_id IS NOT NULL; -- numbers of a department
CREATE INDEX telephone_numbers_organization ON telephone_numbers (organization_id, id) WHERE organization_id IS NOT NULL; -- numbers of an organization

-- A tag with a value, freely chosen.
CREATE TABLE ad_hoc_attributes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_person_role_id INTEGER REFERENCES co_person_roles (id),
    org_identity_id INTEGER REFERENCES org_identities (id),
    co_department_id INTEGER REFERENCES co_departments (id),
    organization_id INTEGER REFERENCES organizations (id),
    tag TEXT NOT NULL,
    value TEXT,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX ad_hoc_attributes_co ON ad_hoc_attributes (co_id, id); -- list of a CO
CREATE INDEX ad_hoc_attributes_co_person_role ON ad_hoc_attributes (co_person_role_id, id) WHERE co_person_role_id IS NOT NULL; -- attributes of a role
CREATE INDEX ad_hoc_attributes_org_identity ON ad_hoc_attributes (org_identity_id, id) WHERE org_identity_id IS NOT NULL; -- attributes of an org identity
CREATE INDEX ad_hoc_attributes_co_department ON ad_hoc_attributes (co_department_id, id) WHERE co_department_id IS NOT NULL; -- attributes of a department
CREATE INDEX ad_hoc_attributes_organization ON ad_hoc_attributes (organization_id, id) WHERE organization_id IS NOT NULL; -- attributes of an organization

-- A person's public key for SSH.
CREATE TABLE ssh_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_person_id INTEGER NOT NULL REFERENCES co_people (id),
    type TEXT NOT NULL,
    skey TEXT NOT NULL,
    comment TEXT,
    ssh_key_authenticator_id INTEGER, -- a number that a client keeps with the key; it refers to no row
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX ssh_keys_co ON ssh_keys (co_id, id); -- list of a CO
CREATE INDEX ssh_keys_co_person ON ssh_keys (co_person_id, id); -- keys of a person

-- A document that shows who a person is.
CREATE TABLE identity_documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_person_id INTEGER NOT NULL REFERENCES co_people (id),
    document_type TEXT NOT NULL,
    document_subtype TEXT,
    issuing_authority TEXT,
    subject TEXT,
    document_identifier TEXT,
    valid_from INTEGER,
    valid_through INTEGER,
    verification_method TEXT,
    verifier_identifier TEXT,
    verifier_comment TEXT,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX identity_documents_co ON identity_documents (co_id, id); -- list of a CO
CREATE INDEX identity_documents_co_person ON identity_documents (co_person_id, id); -- documents of a person

-- What a CO configures ---------------------------------------------------------------------------------------

-- A user of the REST API. api_key is the digest of the key, which the registry generates and shows once.
CREATE TABLE api_users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_person_id INTEGER REFERENCES co_people (id), -- the person whose rights it has; NULL: its own
    username TEXT NOT NULL,
    api_key TEXT,
    privileged BOOLEAN NOT NULL,
    status TEXT NOT NULL,
    valid_from INTEGER,
    valid_through INTEGER,
    remote_ip TEXT,
    string_ids BOOLEAN NOT NULL,
    rate_limit INTEGER,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX api_users_co ON api_users (co_id, id); -- list of a CO
CREATE INDEX api_users_co_person ON api_users (co_person_id, id) WHERE co_person_id IS NOT NULL; -- API users of a person
CREATE UNIQUE INDEX api_users_unique ON api_users (username); -- whether a name is in use; each request's credentials

-- An application that the CO offers its members.
CREATE TABLE co_services (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    cou_id INTEGER REFERENCES cous (id),
    co_group_id INTEGER REFERENCES co_groups (id),
    name TEXT NOT NULL,
    description TEXT,
    short_label TEXT,
    service_url TEXT,
    service_label TEXT,
    contact_email TEXT,
    logo_url TEXT,
    entitlement_uri TEXT,
    visibility TEXT NOT NULL,
    identifier_type TEXT,
    status TEXT NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_services_co ON co_services (co_id, id); -- list of a CO
CREATE INDEX co_services_cou ON co_services (cou_id, id) WHERE cou_id IS NOT NULL; -- services of a unit
CREATE INDEX co_services_co_group ON co_services (co_group_id, id) WHERE co_group_id IS NOT NULL; -- services of a group

-- A permitted value of a type field in a CO. The registry adds the defaults with the CO.
CREATE TABLE co_extended_types (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    attribute TEXT NOT NULL,
    name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    edupersonaffiliation TEXT,
    status TEXT NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_extended_types_co ON co_extended_types (co_id, id); -- list of a CO
CREATE UNIQUE INDEX co_extended_types_unique ON co_extended_types (co_id, attribute, name); -- whether a value is permitted

-- Terms that members of a CO or a unit agree to.
CREATE TABLE co_terms_and_conditions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    cou_id INTEGER REFERENCES cous (id),
    description TEXT NOT NULL,
    url TEXT,
    body TEXT,
    status TEXT NOT NULL,
    ordr INTEGER,
    agreement_duration INTEGER,
    agree_to_updates BOOLEAN NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_terms_and_conditions_co ON co_terms_and_conditions (co_id, id); -- list of a CO
CREATE INDEX co_terms_and_conditions_cou ON co_terms_and_conditions (cou_id, id) WHERE cou_id IS NOT NULL; -- terms of a unit

-- A person's agreement to terms. It is never edited.
CREATE TABLE co_t_and_c_agreements (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_terms_and_conditions_id INTEGER NOT NULL REFERENCES co_terms_and_conditions (id),
    co_person_id INTEGER NOT NULL REFERENCES co_people (id),
    agreement_time INTEGER,
    identifier TEXT,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_t_and_c_agreements_co ON co_t_and_c_agreements (co_id, id); -- list of a CO
CREATE INDEX co_t_and_c_agreements_co_terms_and_conditions ON co_t_and_c_agreements (co_terms_and_conditions_id, id); -- agreements to terms
CREATE INDEX co_t_and_c_agreements_co_person ON co_t_and_c_agreements (co_person_id, id); -- agreements of a person

-- A link that a CO shows its members.
CREATE TABLE co_navigation_links (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    description TEXT,
    title TEXT NOT NULL,
    url TEXT,
    ordr INTEGER,
    location TEXT NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_navigation_links_co ON co_navigation_links (co_id, id); -- list of a CO

-- A rule by which a CO assigns identifiers.
CREATE TABLE co_identifier_assignments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_group_id INTEGER REFERENCES co_groups (id),
    description TEXT,
    status TEXT NOT NULL,
    context TEXT,
    identifier_type TEXT NOT NULL,
    email_type TEXT,
    login BOOLEAN NOT NULL,
    algorithm TEXT NOT NULL,
    format TEXT,
    permitted TEXT,
    minimum_length INTEGER,
    minimum INTEGER,
    maximum INTEGER,
    ordr INTEGER,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_identifier_assignments_co ON co_identifier_assignments (co_id, id); -- list of a CO
CREATE INDEX co_identifier_assignments_co_group ON co_identifier_assignments (co_group_id, id) WHERE co_group_id IS NOT NULL; -- rules for the members of a group

-- The last number that an assignment gave out, for each text around the number. affix is a digest of that text,
-- which may contain a person's name and outlives the person. The store writes a row with each number.
CREATE TABLE identifier_numbers (
    co_identifier_assignment_id INTEGER NOT NULL REFERENCES co_identifier_assignments (id) ON DELETE CASCADE,
    affix TEXT NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (co_identifier_assignment_id, affix)
);

-- The history ------------------------------------------------------------------------------------------------

-- A revision of a record, its delete, or a note about it. The store writes a row with each change of a table of a
-- resource, and keeps it when the record is deleted. Erasing a person removes the values from data.
CREATE TABLE history (
    id INTEGER PRIMARY KEY,
    resource TEXT NOT NULL, -- the resource's name, such as CoPerson
    record_id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    operation TEXT NOT NULL,
    actor TEXT NOT NULL,
    since INTEGER NOT NULL, -- when the change was made
    until INTEGER, -- when the next change was made; NULL: the revision is the record as it is now
    co_id INTEGER NOT NULL,
    co_person_id INTEGER,
    org_identity_id INTEGER,
    co_group_id INTEGER,
    data TEXT NOT NULL -- the values, by field; no secrets
);
CREATE UNIQUE INDEX history_revision ON history (resource, record_id, revision); -- revisions of a record, and records as of a time
CREATE INDEX history_co ON history (co_id, id); -- list of a CO
CREATE INDEX history_co_person ON history (co_person_id, id) WHERE co_person_id IS NOT NULL; -- history of a person
CREATE INDEX history_org_identity ON history (org_identity_id, id) WHERE org_identity_id IS NOT NULL; -- history of an org identity
CREATE INDEX history_co_group ON history (co_group_id, id) WHERE co_group_id IS NOT NULL; -- list of a group
CREATE INDEX history_deleted ON history (resource, since) WHERE operation = 'delete'; -- records deleted since a time
CREATE INDEX history_members ON history (co_group_id, record_id) WHERE resource = 'CoGroupMember'; -- members of a group as of a time
-- The console shows the history in order of time, which that of the ids is not where a clock was set back. Most rows
-- are adds, which need no index.
CREATE INDEX history_actor ON history (co_id, actor, since, id); -- what an actor did
CREATE INDEX history_resource ON history (co_id, resource, since, id); -- changes of a resource's records
CREATE INDEX history_operation ON history (co_id, operation, since, id) WHERE operation <> 'add'; -- edits, deletes, notes
CREATE INDEX history_since ON history (co_id, since, id); -- all of a CO
CREATE INDEX history_co_group_since ON history (co_group_id, since, id) WHERE co_group_id IS NOT NULL; -- all of a group

-- How many more people of a CO have a status at the end of a day (since 1970, UTC) than at its start. A trigger adds
-- rows with each change, so that changes do not wait for each other; the program's clock adds up those of one day.
CREATE TABLE status_changes (
    id INTEGER PRIMARY KEY,
    co_id INTEGER NOT NULL,
    day INTEGER NOT NULL,
    status TEXT NOT NULL,
    change INTEGER NOT NULL
);
CREATE INDEX status_changes_co ON status_changes (co_id, day, status, change); -- the chart of a CO, from the index alone

-- An add counts 1 for its status, a delete -1, and an edit 1 for the new status and -1 for the old one.
CREATE TRIGGER status_changes_add AFTER INSERT ON history
WHEN new.resource = 'CoPerson' AND new.operation IN ('add', 'edit', 'delete') BEGIN
    INSERT INTO status_changes (co_id, day, status, change)
    SELECT new.co_id, new.since / 86400000000, x.status, x.change
    FROM (SELECT json_extract(new.data, '$.Status') AS status, CASE new.operation WHEN 'delete' THEN -1 ELSE 1 END AS change
        UNION ALL SELECT json_extract(h.data, '$.Status'), -1 FROM history h
        WHERE new.operation = 'edit' AND h.resource = 'CoPerson' AND h.record_id = new.record_id AND h.revision = new.revision - 1) x
    WHERE x.status IS NOT NULL;
END;

-- The search of people ---------------------------------------------------------------------------------------

-- What a person is searched and listed by. sort is the family and given name of the primary name, words the words of
-- all names, email addresses and identifiers; both are normalized. Each word is after two spaces, so that its start
-- has trigrams of its own. The triggers of co_people keep the rows; at the end of a transaction the package search
-- writes the texts of the people in people_search_changed.
CREATE TABLE people_search (
    id INTEGER PRIMARY KEY, -- that of the row of co_people
    co_id INTEGER NOT NULL,
    status TEXT NOT NULL,
    sort TEXT NOT NULL,
    words TEXT NOT NULL
);
CREATE INDEX people_search_sort ON people_search (co_id, sort, id); -- people of a CO by name, page by page
CREATE INDEX people_search_status ON people_search (co_id, status, sort, id); -- the same with a status; number of people by status

-- The trigrams of words, as those of identifiers_search, for people by parts of words.
CREATE VIRTUAL TABLE people_search_words USING fts5 (
    co, words, content = '', contentless_delete = 1, detail = 'none', tokenize = 'trigram case_sensitive 1'
);
-- These triggers keep it.
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

-- The ids of the people whose names, email addresses or identifiers the transaction changed. Triggers add them, each
-- once, because a person's texts are made from all that the person has. It is empty between transactions.
CREATE TABLE people_search_changed (id INTEGER PRIMARY KEY);

-- The texts of people_search as they should be. comity_plain is the program's function Normalize, which it adds to
-- its connections: no accents, lower case, compatible characters replaced by the usual ones.
CREATE VIEW people_words AS
SELECT q.id, q.co_id, q.status, comity_plain(q.sort) AS sort, replace(comity_plain(q.words), ' ', '  ') AS words
FROM (SELECT p.id, p.co_id, p.status,
    coalesce((SELECT coalesce(n.family || ' ', '') || n.given FROM names n WHERE n.co_person_id = p.id AND n.primary_name), '') AS sort,
    coalesce((SELECT group_concat(' ' || n.given || coalesce(' ' || n.middle, '') || coalesce(' ' || n.family, ''), '') FROM names n WHERE n.co_person_id = p.id), '')
        || coalesce((SELECT group_concat(' ' || e.mail, '') FROM email_addresses e WHERE e.co_person_id = p.id), '')
        || coalesce((SELECT group_concat(' ' || i.identifier, '') FROM identifiers i WHERE i.co_person_id = p.id), '') AS words
    FROM co_people p) q;

-- A person's row is there as long as the person; its texts come with the names.
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

-- A change of a name, an email address or an identifier is one of its person, and of the one that it moved from.
CREATE TRIGGER people_search_name_add AFTER INSERT ON names
WHEN new.co_person_id IS NOT NULL BEGIN
    INSERT OR IGNORE INTO people_search_changed (id) VALUES (new.co_person_id);
END;
CREATE TRIGGER people_search_name_edit AFTER UPDATE ON names BEGIN
    INSERT OR IGNORE INTO people_search_changed (id) SELECT old.co_person_id WHERE old.co_person_id IS NOT NULL;
    INSERT OR IGNORE INTO people_search_changed (id) SELECT new.co_person_id WHERE new.co_person_id IS NOT NULL;
END;
CREATE TRIGGER people_search_name_delete AFTER DELETE ON names
WHEN old.co_person_id IS NOT NULL BEGIN
    INSERT OR IGNORE INTO people_search_changed (id) VALUES (old.co_person_id);
END;
CREATE TRIGGER people_search_email_address_add AFTER INSERT ON email_addresses
WHEN new.co_person_id IS NOT NULL BEGIN
    INSERT OR IGNORE INTO people_search_changed (id) VALUES (new.co_person_id);
END;
CREATE TRIGGER people_search_email_address_edit AFTER UPDATE ON email_addresses BEGIN
    INSERT OR IGNORE INTO people_search_changed (id) SELECT old.co_person_id WHERE old.co_person_id IS NOT NULL;
    INSERT OR IGNORE INTO people_search_changed (id) SELECT new.co_person_id WHERE new.co_person_id IS NOT NULL;
END;
CREATE TRIGGER people_search_email_address_delete AFTER DELETE ON email_addresses
WHEN old.co_person_id IS NOT NULL BEGIN
    INSERT OR IGNORE INTO people_search_changed (id) VALUES (old.co_person_id);
END;
CREATE TRIGGER people_search_identifier_add AFTER INSERT ON identifiers
WHEN new.co_person_id IS NOT NULL BEGIN
    INSERT OR IGNORE INTO people_search_changed (id) VALUES (new.co_person_id);
END;
CREATE TRIGGER people_search_identifier_edit AFTER UPDATE ON identifiers BEGIN
    INSERT OR IGNORE INTO people_search_changed (id) SELECT old.co_person_id WHERE old.co_person_id IS NOT NULL;
    INSERT OR IGNORE INTO people_search_changed (id) SELECT new.co_person_id WHERE new.co_person_id IS NOT NULL;
END;
CREATE TRIGGER people_search_identifier_delete AFTER DELETE ON identifiers
WHEN old.co_person_id IS NOT NULL BEGIN
    INSERT OR IGNORE INTO people_search_changed (id) VALUES (old.co_person_id);
END;

-- The queue of deliveries ------------------------------------------------------------------------------------
-- Its times are in microseconds since 1970 (UTC).

-- What a target is to learn about a subject, and what it learned last. The package queue writes it: a change of the
-- registry enqueues a delivery in its own transaction, and the dispatcher of the target claims it and stores the
-- outcome. A row stays after the delivery. The subject may be deleted by then, so its id is no foreign key.
CREATE TABLE deliveries (
    co_provisioning_target_id INTEGER NOT NULL REFERENCES co_provisioning_targets (id),
    kind INTEGER NOT NULL DEFAULT 0, -- of the subject: 0 a person, 1 a group
    subject_id INTEGER NOT NULL,
    co_id INTEGER NOT NULL,
    version INTEGER NOT NULL, -- one more with each change of the subject
    due INTEGER, -- when it is to be attempted or, while claimed, when the lease ends; NULL: nothing is pending
    claimed BOOLEAN NOT NULL, -- it is in flight
    since INTEGER, -- the time of the first change that is pending
    sequence INTEGER NOT NULL, -- one more with each claim; messages carry it
    attempts INTEGER NOT NULL, -- failures since the last success
    refusals INTEGER NOT NULL, -- those of them where the receiver refused the message
    dead_lettered BOOLEAN NOT NULL, -- not attempted again until the subject changes or somebody asks for it
    left_out BOOLEAN NOT NULL DEFAULT false, -- dead-lettered for want of an identifier to be sent under, which is no failure
    identifier TEXT NOT NULL, -- what the target has the subject under; '' for nothing
    obsolete TEXT NOT NULL, -- the identifiers that the target is still to delete, as a JSON array
    attempted INTEGER, -- the time of the last attempt
    delivered INTEGER, -- the time of the last success
    answer TEXT NOT NULL, -- the receiver's last answer, in words
    sent BLOB, -- the message that the target was last sent, compressed
    state BLOB, -- what the connector keeps of the subject, such as the id that the target gave the record
    PRIMARY KEY (co_provisioning_target_id, kind, subject_id)
);
CREATE INDEX deliveries_co ON deliveries (co_id); -- deliveries of a CO that is deleted
CREATE INDEX deliveries_due ON deliveries (co_provisioning_target_id, due, claimed, since) WHERE due IS NOT NULL; -- claims, and the number of pending deliveries from the index alone
CREATE INDEX deliveries_dead_lettered ON deliveries (co_provisioning_target_id, left_out, kind, subject_id) WHERE dead_lettered; -- failed deliveries of a target, and their number
-- Claims whose lease is over: few rows, whatever is pending. The condition on due, which each claimed row meets, keeps
-- the index from serving statements that find a row by its key.
CREATE INDEX deliveries_claimed ON deliveries (due) WHERE claimed AND due IS NOT NULL;

-- What the dispatcher of a target knows of its receiver. The package queue writes it: the dispatcher's breaker, and
-- a count of the edits that close it.
CREATE TABLE target_states (
    co_provisioning_target_id INTEGER PRIMARY KEY,
    failing TEXT NOT NULL, -- the subjects whose message failed since the receiver last answered, as a JSON array
    opened INTEGER, -- when the breaker opened; NULL while it is closed
    probe INTEGER, -- when the next message is sent to find out whether the receiver is reachable again
    probes INTEGER NOT NULL, -- how many of these failed
    succeeded INTEGER, -- when the receiver last accepted a message
    edits INTEGER NOT NULL DEFAULT 0 -- how many times the target, its settings or its server were edited
);

-- The last full sync of a target. The package queue writes it: from the start, with each claim of subjects, to the end.
CREATE TABLE full_syncs (
    co_provisioning_target_id INTEGER PRIMARY KEY,
    only_changed BOOLEAN NOT NULL, -- subjects whose message equals the last one are skipped
    last_kind INTEGER NOT NULL DEFAULT 0, -- with last_subject_id, the last subject that was claimed
    last_subject_id INTEGER NOT NULL,
    total INTEGER NOT NULL, -- the number of subjects at the start
    claimed INTEGER NOT NULL, -- the number of those claimed so far
    began INTEGER NOT NULL,
    ended INTEGER, -- NULL while it is under way
    stopped BOOLEAN NOT NULL -- it was ended before it was complete
);

-- What the program itself keeps ------------------------------------------------------------------------------

-- The rest of a change of many rows that is carried out in portions, such as the delete of a large group. The
-- registry adds a row with the first portion, edits it with each, and deletes it with the last.
CREATE TABLE long_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL,
    task TEXT NOT NULL,
    resource TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    after_id INTEGER NOT NULL, -- the last person that is done, in order of id
    actor TEXT NOT NULL
);
CREATE INDEX long_changes_deletes ON long_changes (co_id, resource, record_id) WHERE task = 'delete'; -- whether a record is being deleted

-- An idempotency key of an API user, with the digest of the request and the record that it added. The registry adds
-- a row with such a request and deletes it after a day.
CREATE TABLE idempotency_keys (
    username TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    record_id INTEGER NOT NULL, -- 0 until the record is added
    created INTEGER NOT NULL,
    PRIMARY KEY (username, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created); -- keys that are to be deleted

-- A session of the console, under the digest of its token. Signing in adds it, requests set seen, signing out or its
-- age deletes it.
CREATE TABLE sessions (
    digest TEXT NOT NULL PRIMARY KEY,
    who TEXT NOT NULL, -- an API user or a login identifier
    key_digest TEXT NOT NULL, -- the digest of the API user's key at the time; '' for a login identifier
    people TEXT NOT NULL DEFAULT '', -- the ids of the people whom the login identifier has been, ascending, with commas between
    created INTEGER NOT NULL,
    seen INTEGER NOT NULL
);
CREATE INDEX sessions_who ON sessions (who); -- all sessions of somebody

-- A link that signs an API user in once, under the digest of its token. A command adds it, its use or age deletes it.
CREATE TABLE sign_in_links (
    digest TEXT NOT NULL PRIMARY KEY,
    who TEXT NOT NULL,
    expires INTEGER NOT NULL
);

-- A value that the program keeps, by name: the id of the secret key, the time of the last backup, and the time up to
-- which validities that begin or end by the clock are processed.
CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- One row that the health check writes to find out whether the database can be written. Nothing reads it.
CREATE TABLE probe (
    id INTEGER PRIMARY KEY,
    filling TEXT NOT NULL
);
INSERT INTO probe (id, filling) VALUES (1, '');

-- +goose StatementEnd
