-- +goose Up
-- +goose StatementBegin

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
CREATE INDEX co_group_nestings_co ON co_group_nestings (co_id, id);
CREATE INDEX co_group_nestings_co_group ON co_group_nestings (co_group_id, id);
CREATE INDEX co_group_nestings_target_co_group ON co_group_nestings (target_co_group_id, id);

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
CREATE INDEX co_email_lists_co ON co_email_lists (co_id, id);
CREATE INDEX co_email_lists_admins_co_group ON co_email_lists (admins_co_group_id, id) WHERE admins_co_group_id IS NOT NULL;
CREATE INDEX co_email_lists_members_co_group ON co_email_lists (members_co_group_id, id) WHERE members_co_group_id IS NOT NULL;
CREATE INDEX co_email_lists_moderators_co_group ON co_email_lists (moderators_co_group_id, id) WHERE moderators_co_group_id IS NOT NULL;
CREATE UNIQUE INDEX co_email_lists_unique ON co_email_lists (co_id, name);

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
CREATE INDEX co_departments_co ON co_departments (co_id, id);
CREATE INDEX co_departments_cou ON co_departments (cou_id, id) WHERE cou_id IS NOT NULL;
CREATE INDEX co_departments_leadership_co_group ON co_departments (leadership_co_group_id, id) WHERE leadership_co_group_id IS NOT NULL;
CREATE INDEX co_departments_administrative_co_group ON co_departments (administrative_co_group_id, id) WHERE administrative_co_group_id IS NOT NULL;
CREATE INDEX co_departments_support_co_group ON co_departments (support_co_group_id, id) WHERE support_co_group_id IS NOT NULL;

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
CREATE INDEX organizations_co ON organizations (co_id, id);

CREATE TABLE co_services (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    cou_id INTEGER REFERENCES cous (id),
    name TEXT NOT NULL,
    description TEXT,
    short_label TEXT,
    co_group_id INTEGER REFERENCES co_groups (id),
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
CREATE INDEX co_services_co ON co_services (co_id, id);
CREATE INDEX co_services_cou ON co_services (cou_id, id) WHERE cou_id IS NOT NULL;
CREATE INDEX co_services_co_group ON co_services (co_group_id, id) WHERE co_group_id IS NOT NULL;

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
CREATE INDEX kafka_servers_co ON kafka_servers (co_id, id);
CREATE INDEX kafka_servers_server ON kafka_servers (server_id, id);
CREATE UNIQUE INDEX kafka_servers_unique ON kafka_servers (server_id);

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
CREATE INDEX co_extended_types_co ON co_extended_types (co_id, id);
CREATE UNIQUE INDEX co_extended_types_unique ON co_extended_types (co_id, attribute, name);

CREATE TABLE co_terms_and_conditions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    description TEXT NOT NULL,
    url TEXT,
    body TEXT,
    cou_id INTEGER REFERENCES cous (id),
    status TEXT NOT NULL,
    ordr INTEGER,
    agreement_duration INTEGER,
    agree_to_updates BOOLEAN NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_terms_and_conditions_co ON co_terms_and_conditions (co_id, id);
CREATE INDEX co_terms_and_conditions_cou ON co_terms_and_conditions (cou_id, id) WHERE cou_id IS NOT NULL;

CREATE TABLE co_t_and_c_agreements (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    co_terms_and_conditions_id INTEGER NOT NULL REFERENCES co_terms_and_conditions (id),
    agreement_time INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    co_person_id INTEGER NOT NULL REFERENCES co_people (id),
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX co_t_and_c_agreements_co ON co_t_and_c_agreements (co_id, id);
CREATE INDEX co_t_and_c_agreements_co_terms_and_conditions ON co_t_and_c_agreements (co_terms_and_conditions_id, id);
CREATE INDEX co_t_and_c_agreements_co_person ON co_t_and_c_agreements (co_person_id, id);

CREATE TABLE identity_documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
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
    co_person_id INTEGER NOT NULL REFERENCES co_people (id),
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX identity_documents_co ON identity_documents (co_id, id);
CREATE INDEX identity_documents_co_person ON identity_documents (co_person_id, id);

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
CREATE INDEX co_navigation_links_co ON co_navigation_links (co_id, id);

CREATE TABLE co_identifier_assignments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    description TEXT,
    status TEXT NOT NULL,
    context TEXT,
    co_group_id INTEGER REFERENCES co_groups (id),
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
CREATE INDEX co_identifier_assignments_co ON co_identifier_assignments (co_id, id);
CREATE INDEX co_identifier_assignments_co_group ON co_identifier_assignments (co_group_id, id) WHERE co_group_id IS NOT NULL;

CREATE TABLE ssh_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    co_id INTEGER NOT NULL REFERENCES cos (id),
    type TEXT NOT NULL,
    skey TEXT NOT NULL,
    comment TEXT,
    co_person_id INTEGER NOT NULL REFERENCES co_people (id),
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX ssh_keys_co ON ssh_keys (co_id, id);
CREATE INDEX ssh_keys_co_person ON ssh_keys (co_person_id, id);

-- The last number that an identifier assignment gave out, for each text round the number, which is
-- kept as its digest.
CREATE TABLE identifier_numbers (
    co_identifier_assignment_id INTEGER NOT NULL REFERENCES co_identifier_assignments (id) ON DELETE CASCADE,
    affix TEXT NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (co_identifier_assignment_id, affix)
);

-- Departments and organizations have contact data too.
ALTER TABLE email_addresses ADD COLUMN co_department_id INTEGER REFERENCES co_departments (id);
CREATE INDEX email_addresses_co_department ON email_addresses (co_department_id, id) WHERE co_department_id IS NOT NULL;
ALTER TABLE email_addresses ADD COLUMN organization_id INTEGER REFERENCES organizations (id);
CREATE INDEX email_addresses_organization ON email_addresses (organization_id, id) WHERE organization_id IS NOT NULL;
ALTER TABLE identifiers ADD COLUMN co_department_id INTEGER REFERENCES co_departments (id);
CREATE INDEX identifiers_co_department ON identifiers (co_department_id, id) WHERE co_department_id IS NOT NULL;
ALTER TABLE identifiers ADD COLUMN organization_id INTEGER REFERENCES organizations (id);
CREATE INDEX identifiers_organization ON identifiers (organization_id, id) WHERE organization_id IS NOT NULL;
ALTER TABLE urls ADD COLUMN co_department_id INTEGER REFERENCES co_departments (id);
CREATE INDEX urls_co_department ON urls (co_department_id, id) WHERE co_department_id IS NOT NULL;
ALTER TABLE urls ADD COLUMN organization_id INTEGER REFERENCES organizations (id);
CREATE INDEX urls_organization ON urls (organization_id, id) WHERE organization_id IS NOT NULL;
ALTER TABLE addresses ADD COLUMN co_department_id INTEGER REFERENCES co_departments (id);
CREATE INDEX addresses_co_department ON addresses (co_department_id, id) WHERE co_department_id IS NOT NULL;
ALTER TABLE addresses ADD COLUMN organization_id INTEGER REFERENCES organizations (id);
CREATE INDEX addresses_organization ON addresses (organization_id, id) WHERE organization_id IS NOT NULL;
ALTER TABLE telephone_numbers ADD COLUMN co_department_id INTEGER REFERENCES co_departments (id);
CREATE INDEX telephone_numbers_co_department ON telephone_numbers (co_department_id, id) WHERE co_department_id IS NOT NULL;
ALTER TABLE telephone_numbers ADD COLUMN organization_id INTEGER REFERENCES organizations (id);
CREATE INDEX telephone_numbers_organization ON telephone_numbers (organization_id, id) WHERE organization_id IS NOT NULL;
ALTER TABLE ad_hoc_attributes ADD COLUMN co_department_id INTEGER REFERENCES co_departments (id);
CREATE INDEX ad_hoc_attributes_co_department ON ad_hoc_attributes (co_department_id, id) WHERE co_department_id IS NOT NULL;
ALTER TABLE ad_hoc_attributes ADD COLUMN organization_id INTEGER REFERENCES organizations (id);
CREATE INDEX ad_hoc_attributes_organization ON ad_hoc_attributes (organization_id, id) WHERE organization_id IS NOT NULL;

-- A membership that a nesting makes stands beside a row of the person's own.
ALTER TABLE co_group_members ADD COLUMN co_group_nesting_id INTEGER REFERENCES co_group_nestings (id);
DROP INDEX co_group_members_unique;
CREATE UNIQUE INDEX co_group_members_unique ON co_group_members (co_group_id, co_person_id) WHERE co_group_nesting_id IS NULL;
CREATE UNIQUE INDEX co_group_members_derived ON co_group_members (co_group_nesting_id, co_person_id) WHERE co_group_nesting_id IS NOT NULL;

-- What begins and ends by the clock.
CREATE INDEX co_group_members_from ON co_group_members (valid_from) WHERE valid_from IS NOT NULL;
CREATE INDEX co_group_members_through ON co_group_members (valid_through) WHERE valid_through IS NOT NULL;
CREATE INDEX co_person_roles_from ON co_person_roles (valid_from) WHERE valid_from IS NOT NULL;
CREATE INDEX co_person_roles_through ON co_person_roles (valid_through) WHERE valid_through IS NOT NULL;

-- What a request with an Idempotency-Key made, for a day.
CREATE TABLE idempotency_keys (
    username TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (username, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created);

-- The folded text finds an exact one too.
DROP INDEX email_addresses_exact;

-- The COs that are there get the types that a CO starts with.
INSERT INTO co_extended_types (co_id, attribute, name, display_name, status, created, modified, revision, actor)
SELECT c.id, t.attribute, t.name, t.name, 'Active', c.created, c.created, 0, 'operator'
FROM cos c CROSS JOIN (
    SELECT 'CoPersonRole.affiliation' AS attribute, 'faculty' AS name
    UNION ALL SELECT 'CoPersonRole.affiliation', 'student'
    UNION ALL SELECT 'CoPersonRole.affiliation', 'staff'
    UNION ALL SELECT 'CoPersonRole.affiliation', 'alum'
    UNION ALL SELECT 'CoPersonRole.affiliation', 'member'
    UNION ALL SELECT 'CoPersonRole.affiliation', 'affiliate'
    UNION ALL SELECT 'CoPersonRole.affiliation', 'employee'
    UNION ALL SELECT 'CoPersonRole.affiliation', 'librarywalkin'
    UNION ALL SELECT 'CoDepartment.type', 'vo'
    UNION ALL SELECT 'CoDepartment.type', 'researchinstitute'
    UNION ALL SELECT 'CoDepartment.type', 'department'
    UNION ALL SELECT 'Organization.type', 'edu'
    UNION ALL SELECT 'Organization.type', 'com'
    UNION ALL SELECT 'Organization.type', 'gov'
    UNION ALL SELECT 'Identifier.type', 'sor-affiliate'
    UNION ALL SELECT 'Identifier.type', 'badge'
    UNION ALL SELECT 'Identifier.type', 'enterprise'
    UNION ALL SELECT 'Identifier.type', 'entityid'
    UNION ALL SELECT 'Identifier.type', 'eppn'
    UNION ALL SELECT 'Identifier.type', 'eptid'
    UNION ALL SELECT 'Identifier.type', 'epuid'
    UNION ALL SELECT 'Identifier.type', 'sor-guest'
    UNION ALL SELECT 'Identifier.type', 'sor-hr'
    UNION ALL SELECT 'Identifier.type', 'mail'
    UNION ALL SELECT 'Identifier.type', 'name'
    UNION ALL SELECT 'Identifier.type', 'national'
    UNION ALL SELECT 'Identifier.type', 'network'
    UNION ALL SELECT 'Identifier.type', 'oidcsub'
    UNION ALL SELECT 'Identifier.type', 'openid'
    UNION ALL SELECT 'Identifier.type', 'orcid'
    UNION ALL SELECT 'Identifier.type', 'provisioningtarget'
    UNION ALL SELECT 'Identifier.type', 'reference'
    UNION ALL SELECT 'Identifier.type', 'pairwiseid'
    UNION ALL SELECT 'Identifier.type', 'subjectid'
    UNION ALL SELECT 'Identifier.type', 'sorid'
    UNION ALL SELECT 'Identifier.type', 'sor-student'
    UNION ALL SELECT 'Identifier.type', 'uid'
    UNION ALL SELECT 'Name.type', 'alternate'
    UNION ALL SELECT 'Name.type', 'author'
    UNION ALL SELECT 'Name.type', 'fka'
    UNION ALL SELECT 'Name.type', 'official'
    UNION ALL SELECT 'Name.type', 'preferred'
    UNION ALL SELECT 'EmailAddress.type', 'delivery'
    UNION ALL SELECT 'EmailAddress.type', 'forwarding'
    UNION ALL SELECT 'EmailAddress.type', 'list'
    UNION ALL SELECT 'EmailAddress.type', 'official'
    UNION ALL SELECT 'EmailAddress.type', 'personal'
    UNION ALL SELECT 'EmailAddress.type', 'preferred'
    UNION ALL SELECT 'EmailAddress.type', 'recovery'
    UNION ALL SELECT 'Url.type', 'official'
    UNION ALL SELECT 'Url.type', 'personal'
    UNION ALL SELECT 'Address.type', 'campus'
    UNION ALL SELECT 'Address.type', 'home'
    UNION ALL SELECT 'Address.type', 'office'
    UNION ALL SELECT 'Address.type', 'postal'
    UNION ALL SELECT 'TelephoneNumber.type', 'campus'
    UNION ALL SELECT 'TelephoneNumber.type', 'fax'
    UNION ALL SELECT 'TelephoneNumber.type', 'home'
    UNION ALL SELECT 'TelephoneNumber.type', 'mobile'
    UNION ALL SELECT 'TelephoneNumber.type', 'office'
) t;
INSERT INTO history (resource, record_id, revision, operation, actor, since, until, co_id, data)
SELECT 'CoExtendedType', t.id, 0, 'add', t.actor, t.created, NULL, t.co_id,
    json_object('CoId', t.co_id, 'Attribute', t.attribute, 'Name', t.name, 'DisplayName', t.display_name, 'Status', t.status)
FROM co_extended_types t;

-- +goose StatementEnd
