-- +goose Up
-- +goose StatementBegin
-- To goose the file is one statement: its parser is slow, and every test migrates.
-- Times are microseconds since 1970 in UTC; NULL is "never". No foreign keys: what
-- belongs to a row alone is deleted with it by the store, in one place per noun.

-- Tenants.
CREATE TABLE helpdesk_accounts (
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    name                     TEXT NOT NULL,
    locale                   TEXT NOT NULL,
    country                  TEXT NOT NULL,
    domain                   TEXT NOT NULL,
    support_email            TEXT NOT NULL,
    timezone                 TEXT NOT NULL,
    suspended                BOOLEAN NOT NULL,
    open_limit               INTEGER NOT NULL,
    settings                 TEXT,
    attributes               TEXT,
    features                 TEXT,
    config_version           INTEGER NOT NULL,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);

-- Where the ids of people and bots come from, so that either can be an assignee.
CREATE TABLE helpdesk_agent_ids (
    id                       INTEGER PRIMARY KEY AUTOINCREMENT
);

-- People who can sign in; their ids come from helpdesk_agent_ids.
CREATE TABLE helpdesk_users (
    id                       INTEGER PRIMARY KEY,
    email                    TEXT NOT NULL,
    email_fold               TEXT NOT NULL,
    name                     TEXT NOT NULL,
    display_name             TEXT NOT NULL,
    password_hash            TEXT NOT NULL,
    access_token             BLOB,
    pubsub_token             TEXT NOT NULL,
    signature                TEXT NOT NULL,
    avatar                   TEXT NOT NULL DEFAULT '',
    super_admin              BOOLEAN NOT NULL,
    confirmed                BOOLEAN NOT NULL,
    pending_email            TEXT NOT NULL,
    otp_secret               BLOB,
    otp_enabled              BOOLEAN NOT NULL,
    otp_step                 INTEGER NOT NULL,
    backup_codes             TEXT,
    ui_settings              TEXT,
    attributes               TEXT,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_users_email_key ON helpdesk_users (email_fold) WHERE email_fold <> '';

-- Signed-in devices.
CREATE TABLE helpdesk_sessions (
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id                  INTEGER NOT NULL,
    client                   TEXT NOT NULL,
    digest                   BLOB NOT NULL,
    created_at               INTEGER NOT NULL,
    used_at                  INTEGER NOT NULL,
    expires_at               INTEGER
);
CREATE UNIQUE INDEX helpdesk_sessions_user_client_key ON helpdesk_sessions (user_id, client);

-- Devices that want push.
CREATE TABLE helpdesk_push_subscriptions (
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id                  INTEGER NOT NULL,
    kind                     TEXT NOT NULL,
    identifier               TEXT NOT NULL,
    token                    TEXT NOT NULL,
    attributes               TEXT,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_push_subscriptions_identifier_key ON helpdesk_push_subscriptions (identifier);
CREATE INDEX helpdesk_push_subscriptions_user ON helpdesk_push_subscriptions (user_id, id);

-- One-time links that were mailed to people.
CREATE TABLE helpdesk_user_tokens (
    user_id                  INTEGER NOT NULL,
    purpose                  TEXT NOT NULL,
    digest                   BLOB NOT NULL,
    email                    TEXT NOT NULL,
    expires_at               INTEGER NOT NULL,
    PRIMARY KEY (user_id, purpose)
) WITHOUT ROWID;
CREATE UNIQUE INDEX helpdesk_user_tokens_digest_key ON helpdesk_user_tokens (purpose, digest);
CREATE INDEX helpdesk_user_tokens_expires ON helpdesk_user_tokens (expires_at);

-- Programs that run the installation from outside.
CREATE TABLE helpdesk_platform_apps (
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    name                     TEXT NOT NULL,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);

-- What a platform app may reach: what it made, and what it was granted.
CREATE TABLE helpdesk_platform_grants (
    app_id                   INTEGER NOT NULL,
    kind                     TEXT NOT NULL,
    object_id                INTEGER NOT NULL,
    PRIMARY KEY (app_id, kind, object_id)
) WITHOUT ROWID;
CREATE INDEX helpdesk_platform_grants_object ON helpdesk_platform_grants (kind, object_id);

-- Tickets that sign a user in once, by digest.
CREATE TABLE helpdesk_tickets (
    digest                   BLOB NOT NULL,
    user_id                  INTEGER NOT NULL,
    expires_at               INTEGER NOT NULL,
    PRIMARY KEY (digest)
) WITHOUT ROWID;
CREATE INDEX helpdesk_tickets_expires ON helpdesk_tickets (expires_at);

-- The only way from something an outsider holds to an account.
CREATE TABLE helpdesk_routes (
    kind                     TEXT NOT NULL,
    digest                   BLOB NOT NULL,
    account_id               INTEGER NOT NULL,
    object_id                INTEGER NOT NULL,
    PRIMARY KEY (kind, digest)
) WITHOUT ROWID;
CREATE INDEX helpdesk_routes_kind_object ON helpdesk_routes (kind, account_id, object_id);

-- Which process owns what.
CREATE TABLE helpdesk_leases (
    name                     TEXT NOT NULL,
    holder                   TEXT NOT NULL,
    until_at                 INTEGER NOT NULL,
    PRIMARY KEY (name)
) WITHOUT ROWID;

-- Agent bots; their ids come from helpdesk_agent_ids.
CREATE TABLE helpdesk_bots (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY,
    name                     TEXT NOT NULL,
    description              TEXT NOT NULL,
    url                      TEXT NOT NULL,
    program                  TEXT NOT NULL DEFAULT '',
    give_way_after           INTEGER NOT NULL DEFAULT 0,
    avatar_url               TEXT NOT NULL,
    avatar                   TEXT NOT NULL DEFAULT '',
    config                   TEXT,
    access_token             BLOB,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE INDEX helpdesk_bots_id ON helpdesk_bots (account_id, id);

-- Memberships of users and bots in accounts.
CREATE TABLE helpdesk_agents (
    account_id               INTEGER NOT NULL,
    id                       INTEGER NOT NULL,
    bot                      BOOLEAN NOT NULL,
    role                     TEXT NOT NULL,
    custom_role_id           INTEGER NOT NULL,
    availability             TEXT NOT NULL,
    auto_offline             BOOLEAN NOT NULL,
    open_limit               INTEGER NOT NULL,
    hours_enabled            BOOLEAN NOT NULL,
    timezone                 TEXT NOT NULL,
    hours                    TEXT,
    holidays                 TEXT,
    mail_on                  INTEGER NOT NULL,
    push_on                  INTEGER NOT NULL,
    skills                   TEXT,
    inviter_id               INTEGER NOT NULL,
    active_at                INTEGER,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) WITHOUT ROWID;
CREATE INDEX helpdesk_agents_id ON helpdesk_agents (id);

-- Named sets of permissions.
CREATE TABLE helpdesk_custom_roles (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    name                     TEXT NOT NULL,
    description              TEXT NOT NULL,
    permissions              INTEGER NOT NULL,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_custom_roles_id_key ON helpdesk_custom_roles (account_id, id);

-- Which agents are connected.
CREATE TABLE helpdesk_presence (
    account_id               INTEGER NOT NULL,
    agent_id                 INTEGER NOT NULL,
    connected                BOOLEAN NOT NULL,
    heard_at                 INTEGER NOT NULL,
    PRIMARY KEY (account_id, agent_id)
) WITHOUT ROWID;

-- Departments.
CREATE TABLE helpdesk_teams (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    name                     TEXT NOT NULL,
    description              TEXT NOT NULL,
    auto_assign              BOOLEAN NOT NULL,
    hours_enabled            BOOLEAN NOT NULL,
    timezone                 TEXT NOT NULL,
    hours                    TEXT,
    holidays                 TEXT,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_teams_name_key ON helpdesk_teams (account_id, name);
CREATE UNIQUE INDEX helpdesk_teams_id_key ON helpdesk_teams (account_id, id);

CREATE TABLE helpdesk_team_members (
    account_id               INTEGER NOT NULL,
    team_id                  INTEGER NOT NULL,
    agent_id                 INTEGER NOT NULL,
    PRIMARY KEY (account_id, team_id, agent_id)
) WITHOUT ROWID;
CREATE INDEX helpdesk_team_members_agent ON helpdesk_team_members (account_id, agent_id);

-- Addresses customers write to.
CREATE TABLE helpdesk_inboxes (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    name                     TEXT NOT NULL,
    kind                     TEXT NOT NULL,
    settings                 BLOB,
    active                   BOOLEAN NOT NULL,
    active_contact           BOOLEAN NOT NULL,
    auto_assign              BOOLEAN NOT NULL,
    open_limit               INTEGER NOT NULL,
    single                   BOOLEAN NOT NULL,
    greeting_enabled         BOOLEAN NOT NULL,
    greeting                 TEXT NOT NULL,
    csat_enabled             BOOLEAN NOT NULL,
    email_collect            BOOLEAN NOT NULL,
    opt_out_words            BOOLEAN NOT NULL,
    keep_alive               TEXT,
    hours_enabled            BOOLEAN NOT NULL,
    out_of_office            TEXT NOT NULL,
    timezone                 TEXT NOT NULL,
    hours                    TEXT,
    holidays                 TEXT,
    identifier               TEXT NOT NULL,
    avatar                   TEXT NOT NULL DEFAULT '',
    hmac_token               BLOB,
    hmac_mandatory           BOOLEAN NOT NULL,
    webhook_url              TEXT NOT NULL,
    policy_id                INTEGER NOT NULL,
    bot_id                   INTEGER NOT NULL,
    entry_flow_id            INTEGER NOT NULL,
    exit_flow_id             INTEGER NOT NULL,
    revoked_at               INTEGER,
    revoked_reason           TEXT NOT NULL,
    silence_alarm            INTEGER NOT NULL,
    silent_since             INTEGER,
    extra                    TEXT,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_inboxes_id_key ON helpdesk_inboxes (account_id, id);

CREATE TABLE helpdesk_inbox_members (
    account_id               INTEGER NOT NULL,
    inbox_id                 INTEGER NOT NULL,
    agent_id                 INTEGER NOT NULL,
    PRIMARY KEY (account_id, inbox_id, agent_id)
) WITHOUT ROWID;
CREATE INDEX helpdesk_inbox_members_agent ON helpdesk_inbox_members (account_id, agent_id);

-- Whose turn it was in an inbox: the greatest turn was handed a conversation last.
CREATE TABLE helpdesk_inbox_turns (
    account_id               INTEGER NOT NULL,
    inbox_id                 INTEGER NOT NULL,
    agent_id                 INTEGER NOT NULL,
    turn                     INTEGER NOT NULL,
    times                    INTEGER NOT NULL,
    handed_at                INTEGER NOT NULL,
    PRIMARY KEY (account_id, inbox_id, agent_id)
) WITHOUT ROWID;

-- When agents were lately handed something in an inbox, numbered for each, where a policy limits how much.
CREATE TABLE helpdesk_hand_outs (
    account_id               INTEGER NOT NULL,
    inbox_id                 INTEGER NOT NULL,
    agent_id                 INTEGER NOT NULL,
    nth                      INTEGER NOT NULL,
    handed_at                INTEGER NOT NULL,
    PRIMARY KEY (account_id, inbox_id, agent_id, nth)
) WITHOUT ROWID;

-- Versions of business hours, as events measured by them.
CREATE TABLE helpdesk_calendars (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    inbox_id                 INTEGER NOT NULL,
    team_id                  INTEGER NOT NULL,
    timezone                 TEXT NOT NULL,
    hours                    TEXT,
    holidays                 TEXT,
    created_at               INTEGER NOT NULL
);
CREATE INDEX helpdesk_calendars_owner ON helpdesk_calendars (account_id, inbox_id, team_id, id);

-- What channels keep, sealed.
CREATE TABLE helpdesk_channel_state (
    account_id               INTEGER NOT NULL,
    inbox_id                 INTEGER NOT NULL,
    key                      TEXT NOT NULL,
    value                    BLOB,
    PRIMARY KEY (account_id, inbox_id, key)
) WITHOUT ROWID;

-- Tags.
CREATE TABLE helpdesk_labels (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    title                    TEXT NOT NULL,
    title_fold               TEXT NOT NULL,
    description              TEXT NOT NULL,
    color                    TEXT NOT NULL,
    sidebar                  BOOLEAN NOT NULL,
    adhoc                    BOOLEAN NOT NULL,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_labels_title_key ON helpdesk_labels (account_id, title_fold);
CREATE UNIQUE INDEX helpdesk_labels_id_key ON helpdesk_labels (account_id, id);

-- Custom attributes.
CREATE TABLE helpdesk_attribute_definitions (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    model                    TEXT NOT NULL,
    key                      TEXT NOT NULL,
    name                     TEXT NOT NULL,
    description              TEXT NOT NULL,
    type                     TEXT NOT NULL,
    choices                  TEXT,
    pattern                  TEXT NOT NULL,
    hint                     TEXT NOT NULL,
    default_value            TEXT NOT NULL,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_attribute_definitions_model_key_key ON helpdesk_attribute_definitions (account_id, model, key);
CREATE UNIQUE INDEX helpdesk_attribute_definitions_id_key ON helpdesk_attribute_definitions (account_id, id);

-- Filters that people keep.
CREATE TABLE helpdesk_views (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id                 INTEGER NOT NULL,
    kind                     TEXT NOT NULL,
    name                     TEXT NOT NULL,
    query                    TEXT,
    conditions               TEXT,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE INDEX helpdesk_views_owner_kind ON helpdesk_views (account_id, owner_id, kind, id);
CREATE UNIQUE INDEX helpdesk_views_id_key ON helpdesk_views (account_id, id);

-- Work on many things that somebody asked for, and how far it is.
CREATE TABLE helpdesk_tasks (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    kind                     TEXT NOT NULL,
    actor_kind               TEXT NOT NULL,
    actor_id                 INTEGER NOT NULL,
    remote                   TEXT NOT NULL,
    args                     TEXT NOT NULL,
    total                    INTEGER NOT NULL,
    next                     INTEGER NOT NULL,
    done                     INTEGER NOT NULL,
    skipped                  INTEGER NOT NULL,
    failed                   INTEGER NOT NULL,
    failures                 TEXT,
    blob                     TEXT NOT NULL,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    ended_at                 INTEGER,
    version                  INTEGER NOT NULL
);
CREATE INDEX helpdesk_tasks_actor ON helpdesk_tasks (account_id, actor_kind, actor_id, id);
CREATE INDEX helpdesk_tasks_ended ON helpdesk_tasks (account_id, ended_at, id) WHERE ended_at IS NOT NULL;
CREATE INDEX helpdesk_tasks_blob ON helpdesk_tasks (account_id, updated_at, id) WHERE blob <> '';
CREATE UNIQUE INDEX helpdesk_tasks_id_key ON helpdesk_tasks (account_id, id);

-- Items of a task that were refused, with the rest of a run of them.
CREATE TABLE helpdesk_task_refusals (
    account_id               INTEGER NOT NULL,
    task_id                  INTEGER NOT NULL,
    item                     INTEGER NOT NULL,
    items                    INTEGER NOT NULL,
    reason                   TEXT NOT NULL,
    PRIMARY KEY (account_id, task_id, item)
) WITHOUT ROWID;

-- Endpoints that hear of events.
CREATE TABLE helpdesk_webhooks (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    name                     TEXT NOT NULL,
    url                      TEXT NOT NULL,
    events                   TEXT,
    inbox_id                 INTEGER NOT NULL,
    bot_id                   INTEGER NOT NULL,
    implicit                 BOOLEAN NOT NULL,
    secret                   BLOB,
    after_seq                INTEGER NOT NULL,
    failures                 INTEGER NOT NULL,
    paused_until             INTEGER,
    disabled                 BOOLEAN NOT NULL,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE INDEX helpdesk_webhooks_inbox ON helpdesk_webhooks (account_id, inbox_id);
CREATE UNIQUE INDEX helpdesk_webhooks_id_key ON helpdesk_webhooks (account_id, id);

-- Other products an account is set up with.
CREATE TABLE helpdesk_integrations (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    app                      TEXT NOT NULL,
    inbox_id                 INTEGER NOT NULL,
    enabled                  BOOLEAN NOT NULL,
    settings                 BLOB,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_integrations_id_key ON helpdesk_integrations (account_id, id);
CREATE INDEX helpdesk_integrations_inbox ON helpdesk_integrations (account_id, inbox_id);
CREATE UNIQUE INDEX helpdesk_integrations_app_key ON helpdesk_integrations (account_id, app, inbox_id);

-- Pages of other programs, shown beside a conversation.
CREATE TABLE helpdesk_dashboard_apps (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    title                    TEXT NOT NULL,
    frames                   TEXT,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_dashboard_apps_id_key ON helpdesk_dashboard_apps (account_id, id);

-- Events on their way to endpoints.
CREATE TABLE helpdesk_deliveries (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    uid                      TEXT NOT NULL,
    webhook_id               INTEGER NOT NULL,
    seq                      INTEGER NOT NULL,
    kind                     TEXT NOT NULL,
    conversation_id          INTEGER NOT NULL,
    message_id               INTEGER NOT NULL,
    state                    TEXT NOT NULL,
    attempts                 INTEGER NOT NULL,
    body                     BLOB,
    status                   INTEGER NOT NULL,
    response                 TEXT NOT NULL,
    error                    TEXT NOT NULL,
    created_at               INTEGER NOT NULL,
    tried_at                 INTEGER,
    delivered_at             INTEGER
);
CREATE INDEX helpdesk_deliveries_webhook ON helpdesk_deliveries (account_id, webhook_id, id);
CREATE INDEX helpdesk_deliveries_webhook_state_conversation ON helpdesk_deliveries (account_id, webhook_id, state, conversation_id, id);

-- Texts that agents use again and again.
CREATE TABLE helpdesk_canned_responses (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    short_code               TEXT NOT NULL,
    short_code_fold          TEXT NOT NULL,
    content                  TEXT NOT NULL,
    content_fold             TEXT NOT NULL,
    files                    TEXT,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_canned_responses_short_code_key ON helpdesk_canned_responses (account_id, short_code_fold);
CREATE UNIQUE INDEX helpdesk_canned_responses_id_key ON helpdesk_canned_responses (account_id, id);

-- Templates of providers, as the desk last heard of them.
CREATE TABLE helpdesk_message_templates (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    owner                    TEXT NOT NULL,
    external_id              TEXT NOT NULL,
    name                     TEXT NOT NULL,
    language                 TEXT NOT NULL,
    category                 TEXT NOT NULL,
    status                   TEXT NOT NULL,
    quality                  TEXT NOT NULL,
    reason                   TEXT NOT NULL,
    content                  TEXT,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_message_templates_name_key ON helpdesk_message_templates (account_id, owner, name, language);
CREATE UNIQUE INDEX helpdesk_message_templates_id_key ON helpdesk_message_templates (account_id, id);

-- Actions that agents run on conversations.
CREATE TABLE helpdesk_macros (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    name                     TEXT NOT NULL,
    visibility               TEXT NOT NULL,
    actions                  TEXT,
    files                    TEXT,
    created_by               INTEGER NOT NULL,
    updated_by               INTEGER NOT NULL,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_macros_id_key ON helpdesk_macros (account_id, id);
CREATE INDEX helpdesk_macros_created_by ON helpdesk_macros (account_id, created_by);

-- Automation rules.
CREATE TABLE helpdesk_rules (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    name                     TEXT NOT NULL,
    description              TEXT NOT NULL,
    event                    TEXT NOT NULL,
    active                   BOOLEAN NOT NULL,
    position                 INTEGER NOT NULL,
    cond                     TEXT,
    expression               TEXT NOT NULL,
    actions                  TEXT,
    files                    TEXT,
    failures                 INTEGER NOT NULL,
    last_error               TEXT NOT NULL,
    failed_at                INTEGER,
    after_minutes            INTEGER NOT NULL,
    hours_only               BOOLEAN NOT NULL,
    armed_at                 INTEGER,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE INDEX helpdesk_rules_position ON helpdesk_rules (account_id, position, id);

-- Conversations held by steps that people wrote down, and what became of each.
CREATE TABLE helpdesk_flows (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    name                     TEXT NOT NULL,
    description              TEXT NOT NULL,
    active                   BOOLEAN NOT NULL,
    steps                    TEXT,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE INDEX helpdesk_flows_id ON helpdesk_flows (account_id, id);

CREATE TABLE helpdesk_flow_runs (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    flow_id                  INTEGER NOT NULL,
    conversation_id          INTEGER NOT NULL,
    kind                     TEXT NOT NULL,
    steps                    TEXT,
    step                     TEXT NOT NULL,
    waits                    TEXT NOT NULL,
    asked_id                 INTEGER NOT NULL,
    tries                    INTEGER NOT NULL,
    visits                   INTEGER NOT NULL,
    variables                TEXT,
    path                     TEXT,
    deadline                 INTEGER,
    reason                   TEXT NOT NULL,
    started_at               INTEGER NOT NULL,
    ended_at                 INTEGER,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_flow_runs_id_key ON helpdesk_flow_runs (account_id, id);
CREATE INDEX helpdesk_flow_runs_conversation ON helpdesk_flow_runs (account_id, conversation_id, id);
CREATE INDEX helpdesk_flow_runs_flow ON helpdesk_flow_runs (account_id, flow_id, id);
CREATE INDEX helpdesk_flow_runs_running ON helpdesk_flow_runs (account_id, flow_id, id) WHERE ended_at IS NULL;

-- Messages to many people; numbers grow within an account.
CREATE TABLE helpdesk_campaigns (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    number                   INTEGER NOT NULL,
    title                    TEXT NOT NULL,
    description              TEXT NOT NULL,
    message                  TEXT NOT NULL,
    inbox_id                 INTEGER NOT NULL,
    kind                     TEXT NOT NULL,
    status                   TEXT NOT NULL,
    sender_id                INTEGER NOT NULL,
    enabled                  BOOLEAN NOT NULL,
    hours_only               BOOLEAN NOT NULL,
    url                      TEXT NOT NULL,
    time_on_page             INTEGER NOT NULL,
    scheduled_at             INTEGER,
    audience                 TEXT NOT NULL,
    template                 TEXT,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_campaigns_number_key ON helpdesk_campaigns (account_id, number);
CREATE UNIQUE INDEX helpdesk_campaigns_id_key ON helpdesk_campaigns (account_id, id);
CREATE INDEX helpdesk_campaigns_inbox ON helpdesk_campaigns (account_id, inbox_id, id);

CREATE TABLE helpdesk_campaign_numbers (
    account_id               INTEGER PRIMARY KEY,
    last                     INTEGER NOT NULL
);

-- How conversations of inboxes are handed out.
CREATE TABLE helpdesk_assignment_policies (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    name                     TEXT NOT NULL,
    name_fold                TEXT NOT NULL,
    description              TEXT NOT NULL,
    assignment_order         TEXT NOT NULL,
    expression               TEXT NOT NULL,
    priority                 TEXT NOT NULL,
    fair_limit               INTEGER NOT NULL,
    fair_window              INTEGER NOT NULL,
    enabled                  BOOLEAN NOT NULL,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_assignment_policies_name_key ON helpdesk_assignment_policies (account_id, name_fold);
CREATE UNIQUE INDEX helpdesk_assignment_policies_id_key ON helpdesk_assignment_policies (account_id, id);

-- How soon customers are answered.
CREATE TABLE helpdesk_sla_policies (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    name                     TEXT NOT NULL,
    description              TEXT NOT NULL,
    first_response           REAL NOT NULL,
    next_response            REAL NOT NULL,
    resolution               REAL NOT NULL,
    hours_only               BOOLEAN NOT NULL,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_sla_policies_id_key ON helpdesk_sla_policies (account_id, id);

-- Inboxes under one name, for filters, rules and reports.
CREATE TABLE helpdesk_channel_groups (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    name                     TEXT NOT NULL,
    name_fold                TEXT NOT NULL,
    description              TEXT NOT NULL,
    inboxes                  TEXT,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_channel_groups_name_key ON helpdesk_channel_groups (account_id, name_fold);
CREATE UNIQUE INDEX helpdesk_channel_groups_id_key ON helpdesk_channel_groups (account_id, id);

-- Help centres.
CREATE TABLE helpdesk_portals (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    name                     TEXT NOT NULL,
    slug                     TEXT NOT NULL,
    custom_domain            TEXT NOT NULL,
    color                    TEXT NOT NULL,
    header_text              TEXT NOT NULL,
    homepage_link            TEXT NOT NULL,
    page_title               TEXT NOT NULL,
    archived                 BOOLEAN NOT NULL,
    locales                  TEXT,
    locale                   TEXT NOT NULL,
    inbox_id                 INTEGER NOT NULL,
    logo                     TEXT,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_portals_slug_key ON helpdesk_portals (account_id, slug);
CREATE UNIQUE INDEX helpdesk_portals_id_key ON helpdesk_portals (account_id, id);
CREATE INDEX helpdesk_portals_inbox ON helpdesk_portals (account_id, inbox_id);

-- Chapters of help centres.
CREATE TABLE helpdesk_categories (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    portal_id                INTEGER NOT NULL,
    name                     TEXT NOT NULL,
    slug                     TEXT NOT NULL,
    locale                   TEXT NOT NULL,
    description              TEXT NOT NULL,
    icon                     TEXT NOT NULL,
    position                 INTEGER NOT NULL,
    parent_id                INTEGER NOT NULL,
    root_id                  INTEGER NOT NULL,
    related                  TEXT NOT NULL,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_categories_slug_key ON helpdesk_categories (account_id, portal_id, locale, slug);
CREATE UNIQUE INDEX helpdesk_categories_id_key ON helpdesk_categories (account_id, id);
CREATE INDEX helpdesk_categories_position ON helpdesk_categories (account_id, portal_id, position, id);

-- Pages of help centres.
CREATE TABLE helpdesk_articles (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    portal_id                INTEGER NOT NULL,
    category_id              INTEGER NOT NULL,
    title                    TEXT NOT NULL,
    slug                     TEXT NOT NULL,
    description              TEXT NOT NULL,
    content                  TEXT NOT NULL,
    text_fold                TEXT NOT NULL,
    status                   TEXT NOT NULL,
    locale                   TEXT NOT NULL,
    position                 INTEGER NOT NULL,
    views                    INTEGER NOT NULL,
    author_id                INTEGER NOT NULL,
    root_id                  INTEGER NOT NULL,
    meta                     TEXT,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_articles_slug_key ON helpdesk_articles (account_id, portal_id, slug);
CREATE UNIQUE INDEX helpdesk_articles_id_key ON helpdesk_articles (account_id, id);
CREATE INDEX helpdesk_articles_position ON helpdesk_articles (account_id, portal_id, category_id, position, id);
CREATE INDEX helpdesk_articles_updated ON helpdesk_articles (account_id, portal_id, updated_at, id);
CREATE INDEX helpdesk_articles_searched ON helpdesk_articles (account_id, updated_at, id);
CREATE INDEX helpdesk_articles_category ON helpdesk_articles (account_id, category_id);
CREATE INDEX helpdesk_articles_root ON helpdesk_articles (account_id, root_id);

-- Customers.
CREATE TABLE helpdesk_contacts (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    name                     TEXT NOT NULL,
    name_fold                TEXT NOT NULL,
    email                    TEXT NOT NULL,
    email_fold               TEXT NOT NULL,
    phone                    TEXT NOT NULL,
    identifier               TEXT NOT NULL,
    company                  TEXT NOT NULL,
    company_fold             TEXT NOT NULL,
    grams                    TEXT NOT NULL,
    city                     TEXT NOT NULL,
    country                  TEXT NOT NULL,
    avatar_url               TEXT NOT NULL,
    avatar                   TEXT NOT NULL DEFAULT '',
    blocked                  BOOLEAN NOT NULL,
    labels                   TEXT NOT NULL,
    attributes               TEXT,
    extra                    TEXT,
    readings                 TEXT,
    merged_into              INTEGER NOT NULL,
    last_activity_at         INTEGER NOT NULL,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_contacts_email_key ON helpdesk_contacts (account_id, email_fold) WHERE email_fold <> '' AND merged_into = 0;
CREATE UNIQUE INDEX helpdesk_contacts_phone_key ON helpdesk_contacts (account_id, phone) WHERE phone <> '' AND merged_into = 0;
CREATE UNIQUE INDEX helpdesk_contacts_identifier_key ON helpdesk_contacts (account_id, identifier) WHERE identifier <> '' AND merged_into = 0;
CREATE INDEX helpdesk_contacts_name ON helpdesk_contacts (account_id, name_fold, id);
CREATE INDEX helpdesk_contacts_email ON helpdesk_contacts (account_id, email_fold, id);
CREATE INDEX helpdesk_contacts_phone ON helpdesk_contacts (account_id, phone, id);
CREATE INDEX helpdesk_contacts_company ON helpdesk_contacts (account_id, company_fold, id);
CREATE INDEX helpdesk_contacts_city ON helpdesk_contacts (account_id, city, id);
CREATE INDEX helpdesk_contacts_country ON helpdesk_contacts (account_id, country, id);
CREATE INDEX helpdesk_contacts_last_activity ON helpdesk_contacts (account_id, last_activity_at, id);
CREATE INDEX helpdesk_contacts_created ON helpdesk_contacts (account_id, created_at, id);
CREATE UNIQUE INDEX helpdesk_contacts_id_key ON helpdesk_contacts (account_id, id);
-- What contacts are found by: every trigram with its account.
CREATE VIEW helpdesk_contact_tokens AS SELECT t.id, t.account_id || '_' || replace(t.grams, ' ', ' ' || t.account_id || '_') AS tokens
    FROM helpdesk_contacts AS t WHERE t.grams <> '';
CREATE VIRTUAL TABLE helpdesk_contact_search USING fts5 (tokens, content = 'helpdesk_contact_tokens', content_rowid = 'id', detail = none, tokenize = "ascii tokenchars '_'");
INSERT INTO helpdesk_contact_search (helpdesk_contact_search, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER helpdesk_contacts_search_insert AFTER INSERT ON helpdesk_contacts WHEN new.grams <> '' BEGIN
    INSERT INTO helpdesk_contact_search (rowid, tokens) VALUES (new.id, new.account_id || '_' || replace(new.grams, ' ', ' ' || new.account_id || '_'));
END;
CREATE TRIGGER helpdesk_contacts_search_delete AFTER DELETE ON helpdesk_contacts WHEN old.grams <> '' BEGIN
    INSERT INTO helpdesk_contact_search (helpdesk_contact_search, rowid, tokens) VALUES ('delete', old.id, old.account_id || '_' || replace(old.grams, ' ', ' ' || old.account_id || '_'));
END;
CREATE TRIGGER helpdesk_contacts_search_update AFTER UPDATE OF grams ON helpdesk_contacts WHEN new.grams <> old.grams BEGIN
    INSERT INTO helpdesk_contact_search (helpdesk_contact_search, rowid, tokens) SELECT 'delete', old.id, old.account_id || '_' || replace(old.grams, ' ', ' ' || old.account_id || '_') WHERE old.grams <> '';
    INSERT INTO helpdesk_contact_search (rowid, tokens) SELECT new.id, new.account_id || '_' || replace(new.grams, ' ', ' ' || new.account_id || '_') WHERE new.grams <> '';
END;

CREATE TABLE helpdesk_contact_labels (
    account_id               INTEGER NOT NULL,
    contact_id               INTEGER NOT NULL,
    label_id                 INTEGER NOT NULL,
    PRIMARY KEY (account_id, contact_id, label_id)
) WITHOUT ROWID;
CREATE INDEX helpdesk_contact_labels_label_contact ON helpdesk_contact_labels (account_id, label_id, contact_id);

-- What identifies people: the unique key is what keeps one person one contact.
CREATE TABLE helpdesk_contact_identities (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_id               INTEGER NOT NULL,
    kind                     TEXT NOT NULL,
    canonical                TEXT NOT NULL,
    raw                      TEXT NOT NULL,
    attested                 BOOLEAN NOT NULL,
    created_at               INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_contact_identities_kind_canonical_key ON helpdesk_contact_identities (account_id, kind, canonical);
CREATE INDEX helpdesk_contact_identities_contact ON helpdesk_contact_identities (account_id, contact_id);

-- People's addresses in inboxes.
CREATE TABLE helpdesk_contact_inboxes (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_id               INTEGER NOT NULL,
    inbox_id                 INTEGER NOT NULL,
    source                   TEXT NOT NULL,
    main_id                  INTEGER NOT NULL,
    pubsub_token             TEXT NOT NULL,
    verified                 BOOLEAN NOT NULL,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_contact_inboxes_inbox_source_key ON helpdesk_contact_inboxes (account_id, inbox_id, source);
CREATE INDEX helpdesk_contact_inboxes_contact ON helpdesk_contact_inboxes (account_id, contact_id);

CREATE TABLE helpdesk_contact_notes (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_id               INTEGER NOT NULL,
    author_id                INTEGER NOT NULL,
    content                  TEXT NOT NULL,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE INDEX helpdesk_contact_notes_contact ON helpdesk_contact_notes (account_id, contact_id, id);
CREATE UNIQUE INDEX helpdesk_contact_notes_id_key ON helpdesk_contact_notes (account_id, id);

-- What customers said about what may be sent to them. Rows are only added, and go
-- with their contact.
CREATE TABLE helpdesk_consents (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_id               INTEGER NOT NULL,
    category                 TEXT NOT NULL,
    stop                     BOOLEAN NOT NULL,
    source                   TEXT NOT NULL,
    inbox_id                 INTEGER NOT NULL,
    message_id               INTEGER NOT NULL,
    actor_kind               TEXT NOT NULL,
    actor_id                 INTEGER NOT NULL,
    note                     TEXT NOT NULL,
    at                       INTEGER NOT NULL,
    created_at               INTEGER NOT NULL
);
CREATE INDEX helpdesk_consents_contact ON helpdesk_consents (account_id, contact_id, id);
CREATE UNIQUE INDEX helpdesk_consents_id_key ON helpdesk_consents (account_id, id);

-- Which contacts became one, and how to tell them apart again.
CREATE TABLE helpdesk_contact_merges (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    base_id                  INTEGER NOT NULL,
    merged_id                INTEGER NOT NULL,
    base                     TEXT,
    merged                   TEXT,
    moved                    TEXT,
    by_kind                  TEXT NOT NULL,
    by_id                    INTEGER NOT NULL,
    created_at               INTEGER NOT NULL,
    undone_at                INTEGER
);
CREATE INDEX helpdesk_contact_merges_base ON helpdesk_contact_merges (account_id, base_id, id);
CREATE UNIQUE INDEX helpdesk_contact_merges_id_key ON helpdesk_contact_merges (account_id, id);

-- The last number given to a conversation of the account.
CREATE TABLE helpdesk_display_numbers (
    account_id               INTEGER PRIMARY KEY,
    last                     INTEGER NOT NULL
);

CREATE TABLE helpdesk_conversations (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    display_id               INTEGER NOT NULL,
    uuid                     TEXT NOT NULL,
    inbox_id                 INTEGER NOT NULL,
    contact_id               INTEGER NOT NULL,
    contact_inbox_id         INTEGER NOT NULL,
    status                   TEXT NOT NULL,
    snoozed_until            INTEGER,
    priority                 INTEGER NOT NULL,
    assignee_id              INTEGER NOT NULL,
    assignee_bot             BOOLEAN NOT NULL,
    last_assignee_id         INTEGER NOT NULL,
    team_id                  INTEGER NOT NULL,
    labels                   TEXT NOT NULL,
    attributes               TEXT,
    extra                    TEXT,
    readings                 TEXT,
    owner_epoch              INTEGER NOT NULL,
    queued_at                INTEGER,
    unrouted                 INTEGER NOT NULL,
    last_activity_at         INTEGER NOT NULL,
    waiting_since            INTEGER,
    first_reply_at           INTEGER,
    last_public_seq          INTEGER NOT NULL,
    last_message_id          INTEGER NOT NULL,
    last_incoming_id         INTEGER NOT NULL,
    bot_seen_id              INTEGER NOT NULL DEFAULT 0,
    last_in_at               INTEGER,
    last_reply_at            INTEGER,
    last_auto_at             INTEGER,
    greeting_due             BOOLEAN NOT NULL,
    email_asked              BOOLEAN NOT NULL,
    unread                   INTEGER NOT NULL,
    rule_runs                INTEGER NOT NULL,
    keep_alive_at            INTEGER,
    nudged_at                INTEGER,
    flow_run_id              INTEGER NOT NULL,
    sla_policy_id            INTEGER NOT NULL,
    opened_at                INTEGER,
    answered_at              INTEGER,
    silence_at               INTEGER,
    silences                 TEXT,
    agent_seen_at            INTEGER,
    owner_seen_at            INTEGER,
    contact_seen_at          INTEGER,
    merged_into              INTEGER NOT NULL,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_conversations_display_key ON helpdesk_conversations (account_id, display_id);
CREATE INDEX helpdesk_conversations_contact_inbox ON helpdesk_conversations (account_id, contact_inbox_id, id);
CREATE INDEX helpdesk_conversations_contact ON helpdesk_conversations (account_id, contact_id, id);
CREATE INDEX helpdesk_conversations_last_activity ON helpdesk_conversations (account_id, last_activity_at, id);
CREATE INDEX helpdesk_conversations_created ON helpdesk_conversations (account_id, created_at, id);
CREATE INDEX helpdesk_conversations_status_last_activity ON helpdesk_conversations (account_id, status, last_activity_at, id, priority);
CREATE INDEX helpdesk_conversations_inbox_status_last_activity ON helpdesk_conversations (account_id, inbox_id, status, last_activity_at, id, priority);
CREATE INDEX helpdesk_conversations_assignee_status_last_activity ON helpdesk_conversations (account_id, assignee_id, status, last_activity_at, id);
CREATE INDEX helpdesk_conversations_team_status_last_activity ON helpdesk_conversations (account_id, team_id, status, last_activity_at, id);
CREATE INDEX helpdesk_conversations_updated ON helpdesk_conversations (account_id, updated_at, id);
CREATE INDEX helpdesk_conversations_priority_last_activity ON helpdesk_conversations (account_id, priority, last_activity_at, id);
CREATE INDEX helpdesk_conversations_low_last_activity ON helpdesk_conversations (account_id, (CASE WHEN priority = 0 THEN 5 ELSE priority END), last_activity_at DESC, id DESC);
CREATE INDEX helpdesk_conversations_waited ON helpdesk_conversations (account_id, COALESCE(waiting_since, 0), id);
CREATE INDEX helpdesk_conversations_waiting ON helpdesk_conversations (account_id, COALESCE(waiting_since, 9007199254740991), id);
CREATE INDEX helpdesk_conversations_queued ON helpdesk_conversations (account_id, inbox_id, queued_at, id) WHERE queued_at IS NOT NULL AND status = 'open' AND assignee_id = 0;
CREATE INDEX helpdesk_conversations_answered ON helpdesk_conversations (account_id, status, last_activity_at, id) WHERE status = 'open' AND waiting_since IS NULL;

-- Replies that are sent later.
CREATE TABLE helpdesk_applied_slas (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id          INTEGER NOT NULL,
    sla_policy_id            INTEGER NOT NULL,
    terms                    TEXT,
    state                    TEXT,
    status                   TEXT NOT NULL,
    missed                   BOOLEAN NOT NULL,
    timer_at                 INTEGER,
    started_at               INTEGER NOT NULL,
    ended_at                 INTEGER,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_applied_slas_id_key ON helpdesk_applied_slas (account_id, id);
CREATE UNIQUE INDEX helpdesk_applied_slas_conversation_key ON helpdesk_applied_slas (account_id, conversation_id);
CREATE INDEX helpdesk_applied_slas_started ON helpdesk_applied_slas (account_id, started_at, id);

CREATE TABLE helpdesk_scheduled_messages (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id          INTEGER NOT NULL,
    author_kind              TEXT NOT NULL,
    author_id                INTEGER NOT NULL,
    content                  TEXT NOT NULL,
    files                    TEXT,
    send_at                  INTEGER NOT NULL,
    hold_if_answered         BOOLEAN NOT NULL,
    as_of                    INTEGER NOT NULL,
    state                    TEXT NOT NULL,
    reason                   TEXT NOT NULL,
    detail                   TEXT NOT NULL,
    message_id               INTEGER NOT NULL,
    sent_at                  INTEGER,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_scheduled_messages_id_key ON helpdesk_scheduled_messages (account_id, id);
CREATE INDEX helpdesk_scheduled_messages_conversation ON helpdesk_scheduled_messages (account_id, conversation_id, send_at, id);
CREATE INDEX helpdesk_scheduled_messages_send_at ON helpdesk_scheduled_messages (account_id, send_at, id);
CREATE INDEX helpdesk_scheduled_messages_unsent ON helpdesk_scheduled_messages (account_id, send_at, id) WHERE state <> 'sent';

CREATE TABLE helpdesk_conversation_labels (
    account_id               INTEGER NOT NULL,
    conversation_id          INTEGER NOT NULL,
    label_id                 INTEGER NOT NULL,
    PRIMARY KEY (account_id, conversation_id, label_id)
) WITHOUT ROWID;
CREATE INDEX helpdesk_conversation_labels_label_conversation ON helpdesk_conversation_labels (account_id, label_id, conversation_id);

CREATE TABLE helpdesk_conversation_participants (
    account_id               INTEGER NOT NULL,
    conversation_id          INTEGER NOT NULL,
    agent_id                 INTEGER NOT NULL,
    PRIMARY KEY (account_id, conversation_id, agent_id)
) WITHOUT ROWID;
CREATE INDEX helpdesk_conversation_participants_agent_conversation ON helpdesk_conversation_participants (account_id, agent_id, conversation_id);

CREATE TABLE helpdesk_conversation_mentions (
    account_id               INTEGER NOT NULL,
    conversation_id          INTEGER NOT NULL,
    agent_id                 INTEGER NOT NULL,
    mentioned_at             INTEGER NOT NULL,
    PRIMARY KEY (account_id, conversation_id, agent_id)
) WITHOUT ROWID;
CREATE INDEX helpdesk_conversation_mentions_agent_conversation ON helpdesk_conversation_mentions (account_id, agent_id, conversation_id);

-- What agents are told; at most one of each conversation.
CREATE TABLE helpdesk_notifications (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    agent_id                 INTEGER NOT NULL,
    kind                     TEXT NOT NULL,
    conversation_id          INTEGER NOT NULL,
    message_id               INTEGER NOT NULL,
    by_kind                  TEXT NOT NULL,
    by_id                    INTEGER NOT NULL,
    read_at                  INTEGER,
    snoozed_until            INTEGER,
    last_activity_at         INTEGER NOT NULL,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE INDEX helpdesk_notifications_agent_activity ON helpdesk_notifications (account_id, agent_id, last_activity_at, id);
CREATE INDEX helpdesk_notifications_agent_conversation ON helpdesk_notifications (account_id, agent_id, conversation_id);
CREATE INDEX helpdesk_notifications_conversation ON helpdesk_notifications (account_id, conversation_id);
CREATE INDEX helpdesk_notifications_created ON helpdesk_notifications (account_id, created_at, id);
CREATE UNIQUE INDEX helpdesk_notifications_id_key ON helpdesk_notifications (account_id, id);
-- What agents are about to say; one for a conversation.
CREATE TABLE helpdesk_conversation_drafts (
    account_id               INTEGER NOT NULL,
    conversation_id          INTEGER NOT NULL,
    message                  TEXT NOT NULL,
    updated_at               INTEGER NOT NULL,
    PRIMARY KEY (account_id, conversation_id)
) WITHOUT ROWID;

-- How many conversations there are of each kind: all of them under facet 0, those
-- with a label under its id, those of a priority under its rank below zero.
CREATE TABLE helpdesk_conversation_counts (
    account_id               INTEGER NOT NULL,
    facet                    INTEGER NOT NULL,
    inbox_id                 INTEGER NOT NULL,
    status                   TEXT NOT NULL,
    assignee_id              INTEGER NOT NULL,
    team_id                  INTEGER NOT NULL,
    n                        INTEGER NOT NULL,
    PRIMARY KEY (account_id, facet, inbox_id, status, assignee_id, team_id)
) WITHOUT ROWID;

CREATE TABLE helpdesk_messages (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id          INTEGER NOT NULL,
    inbox_id                 INTEGER NOT NULL,
    kind                     TEXT NOT NULL,
    private                  BOOLEAN NOT NULL,
    content                  TEXT NOT NULL,
    words                    TEXT NOT NULL,
    content_type             TEXT NOT NULL,
    content_attrs            TEXT,
    extra                    TEXT,
    sender_kind              TEXT NOT NULL,
    sender_id                INTEGER NOT NULL,
    external_id              TEXT NOT NULL,
    echo_id                  TEXT NOT NULL,
    state                    TEXT NOT NULL,
    fail_reason              TEXT NOT NULL,
    provider_at              INTEGER,
    origin_conversation_id   INTEGER NOT NULL,
    attachments              INTEGER NOT NULL,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_messages_inbox_external_key ON helpdesk_messages (account_id, inbox_id, external_id) WHERE external_id <> '';
CREATE INDEX helpdesk_messages_conversation ON helpdesk_messages (account_id, conversation_id, id);
CREATE INDEX helpdesk_messages_survey ON helpdesk_messages (account_id, conversation_id, id) WHERE content_type = 'input_csat';
CREATE INDEX helpdesk_messages_survey_created ON helpdesk_messages (account_id, created_at) WHERE content_type = 'input_csat';

-- What messages are found by: every word with its account, and the inbox. Triggers keep
-- it exact, whoever writes; the words themselves stay in the row.
CREATE VIEW helpdesk_message_tokens AS SELECT t.id, t.account_id || '_' || replace(t.words, ' ', ' ' || t.account_id || '_') || ' _i' || t.inbox_id AS tokens
    FROM helpdesk_messages AS t WHERE t.words <> '';
CREATE VIRTUAL TABLE helpdesk_message_search USING fts5 (tokens, content = 'helpdesk_message_tokens', content_rowid = 'id', detail = none, tokenize = "ascii tokenchars '_'");
INSERT INTO helpdesk_message_search (helpdesk_message_search, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER helpdesk_messages_search_insert AFTER INSERT ON helpdesk_messages WHEN new.words <> '' BEGIN
    INSERT INTO helpdesk_message_search (rowid, tokens) VALUES (new.id, new.account_id || '_' || replace(new.words, ' ', ' ' || new.account_id || '_') || ' _i' || new.inbox_id);
END;
CREATE TRIGGER helpdesk_messages_search_delete AFTER DELETE ON helpdesk_messages WHEN old.words <> '' BEGIN
    INSERT INTO helpdesk_message_search (helpdesk_message_search, rowid, tokens) VALUES ('delete', old.id, old.account_id || '_' || replace(old.words, ' ', ' ' || old.account_id || '_') || ' _i' || old.inbox_id);
END;
CREATE TRIGGER helpdesk_messages_search_update AFTER UPDATE OF words ON helpdesk_messages WHEN new.words <> old.words BEGIN
    INSERT INTO helpdesk_message_search (helpdesk_message_search, rowid, tokens) SELECT 'delete', old.id, old.account_id || '_' || replace(old.words, ' ', ' ' || old.account_id || '_') || ' _i' || old.inbox_id WHERE old.words <> '';
    INSERT INTO helpdesk_message_search (rowid, tokens) SELECT new.id, new.account_id || '_' || replace(new.words, ' ', ' ' || new.account_id || '_') || ' _i' || new.inbox_id WHERE new.words <> '';
END;
-- The words there are, for the beginnings of words.
CREATE VIRTUAL TABLE helpdesk_message_vocabulary USING fts5vocab (helpdesk_message_search, instance);

CREATE TABLE helpdesk_attachments (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id               INTEGER NOT NULL,
    type                     TEXT NOT NULL,
    name                     TEXT NOT NULL,
    content_type             TEXT NOT NULL,
    size                     INTEGER NOT NULL,
    width                    INTEGER NOT NULL,
    height                   INTEGER NOT NULL,
    blob                     TEXT NOT NULL,
    url                      TEXT NOT NULL,
    ref                      TEXT NOT NULL,
    meta                     TEXT,
    created_at               INTEGER NOT NULL
);
CREATE INDEX helpdesk_attachments_message ON helpdesk_attachments (account_id, message_id, id);

-- How satisfied customers were.
CREATE TABLE helpdesk_survey_responses (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id               INTEGER NOT NULL,
    conversation_id          INTEGER NOT NULL,
    agent_id                 INTEGER NOT NULL,
    rating                   INTEGER NOT NULL,
    feedback                 TEXT NOT NULL,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_survey_responses_message_key ON helpdesk_survey_responses (account_id, message_id);
CREATE INDEX helpdesk_survey_responses_conversation ON helpdesk_survey_responses (account_id, conversation_id);
CREATE INDEX helpdesk_survey_responses_id ON helpdesk_survey_responses (account_id, id);
CREATE INDEX helpdesk_survey_responses_created ON helpdesk_survey_responses (account_id, created_at, id);
-- Files that wait for what will carry them.
CREATE TABLE helpdesk_uploads (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    by_kind                  TEXT NOT NULL,
    by_id                    INTEGER NOT NULL,
    name                     TEXT NOT NULL,
    content_type             TEXT NOT NULL,
    size                     INTEGER NOT NULL,
    checksum                 TEXT NOT NULL,
    width                    INTEGER NOT NULL,
    height                   INTEGER NOT NULL,
    blob                     TEXT NOT NULL,
    held                     BOOLEAN NOT NULL,
    created_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL
);
CREATE INDEX helpdesk_uploads_created ON helpdesk_uploads (account_id, created_at, id) WHERE NOT held;
CREATE UNIQUE INDEX helpdesk_uploads_id_key ON helpdesk_uploads (account_id, id);

-- Tries to send; a row is committed before the provider is called.
CREATE TABLE helpdesk_attempts (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id               INTEGER NOT NULL,
    inbox_id                 INTEGER NOT NULL,
    number                   INTEGER NOT NULL,
    state                    TEXT NOT NULL,
    external_id              TEXT NOT NULL,
    code                     TEXT NOT NULL,
    error                    TEXT NOT NULL,
    started_at               INTEGER NOT NULL,
    ended_at                 INTEGER
);
CREATE UNIQUE INDEX helpdesk_attempts_message_number_key ON helpdesk_attempts (account_id, message_id, number);
CREATE INDEX helpdesk_attempts_inbox_external ON helpdesk_attempts (account_id, inbox_id, external_id) WHERE external_id <> '';

-- Inbound traffic as it came.
CREATE TABLE helpdesk_journal (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    inbox_id                 INTEGER NOT NULL,
    content_type             TEXT NOT NULL,
    body                     BLOB,
    blob                     TEXT NOT NULL,
    header                   TEXT,
    done                     BOOLEAN NOT NULL,
    error                    TEXT NOT NULL,
    received_at              INTEGER NOT NULL,
    done_at                  INTEGER
);
CREATE INDEX helpdesk_journal_received ON helpdesk_journal (account_id, received_at, id);
CREATE INDEX helpdesk_journal_inbox ON helpdesk_journal (account_id, inbox_id, received_at);

-- Whose messages an entry carried.
CREATE TABLE helpdesk_journal_contacts (
    account_id               INTEGER NOT NULL,
    journal_id               INTEGER NOT NULL,
    contact_id               INTEGER NOT NULL,
    PRIMARY KEY (account_id, journal_id, contact_id)
) WITHOUT ROWID;
CREATE INDEX helpdesk_journal_contacts_contact ON helpdesk_journal_contacts (account_id, contact_id);

-- External ids that were received, by digest, and the message that each became part
-- of (0 = it was one of its own); outlives the messages.
CREATE TABLE helpdesk_seen (
    account_id               INTEGER NOT NULL,
    inbox_id                 INTEGER NOT NULL,
    digest                   BLOB NOT NULL,
    seen_at                  INTEGER NOT NULL,
    message_id               INTEGER NOT NULL,
    PRIMARY KEY (account_id, inbox_id, digest)
) WITHOUT ROWID;

-- To whom a business wrote first, within the day that providers count.
CREATE TABLE helpdesk_reached (
    account_id               INTEGER NOT NULL,
    owner                    TEXT NOT NULL,
    contact_id               INTEGER NOT NULL,
    reached_at               INTEGER NOT NULL,
    PRIMARY KEY (account_id, owner, contact_id)
) WITHOUT ROWID;
CREATE INDEX helpdesk_reached_at ON helpdesk_reached (account_id, owner, reached_at);

-- Receipts that came before the id of their message was known.
CREATE TABLE helpdesk_parked (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    inbox_id                 INTEGER NOT NULL,
    external_id              TEXT NOT NULL,
    state                    TEXT NOT NULL,
    code                     TEXT NOT NULL,
    reason                   TEXT NOT NULL,
    at                       INTEGER
);
CREATE INDEX helpdesk_parked_inbox_external ON helpdesk_parked (account_id, inbox_id, external_id, id);

-- Where each account's event log stands; its row is locked from the append to the commit.
CREATE TABLE helpdesk_logs (
    account_id               INTEGER PRIMARY KEY,
    last_seq                 INTEGER NOT NULL,
    epoch                    INTEGER NOT NULL,
    oldest_seq               INTEGER NOT NULL
);

-- What happened: facts only, never personal, never trimmed while reports need them.
CREATE TABLE helpdesk_events (
    account_id               INTEGER NOT NULL,
    seq                      INTEGER NOT NULL,
    kind                     TEXT NOT NULL,
    at                       INTEGER NOT NULL,
    actor_kind               TEXT NOT NULL,
    actor_id                 INTEGER NOT NULL,
    cause                    TEXT,
    conversation_id          INTEGER NOT NULL,
    message_id               INTEGER NOT NULL,
    contact_id               INTEGER NOT NULL,
    subject                  INTEGER NOT NULL,
    agent_id                 INTEGER NOT NULL,
    before                   TEXT,
    after                    TEXT,
    message_kind             TEXT NOT NULL,
    private                  BOOLEAN NOT NULL,
    opens                    BOOLEAN NOT NULL,
    elapsed                  INTEGER NOT NULL,
    business                 INTEGER NOT NULL,
    calendar                 INTEGER NOT NULL,
    PRIMARY KEY (account_id, seq)
) WITHOUT ROWID;
CREATE INDEX helpdesk_events_at_seq ON helpdesk_events (account_id, at, seq);
-- The few that reports count, messages aside.
CREATE INDEX helpdesk_events_measured_at ON helpdesk_events (account_id, at, seq) WHERE kind IN ('conversation.bot_handoff', 'conversation.bot_resolved', 'conversation.created', 'conversation.opened', 'conversation.resolved', 'first_reply.created', 'reply.created');
CREATE INDEX helpdesk_events_conversation ON helpdesk_events (account_id, conversation_id, seq);

-- Values before and after; erasable, and trimmed.
CREATE TABLE helpdesk_event_details (
    account_id               INTEGER NOT NULL,
    seq                      INTEGER NOT NULL,
    at                       INTEGER NOT NULL,
    details                  TEXT,
    PRIMARY KEY (account_id, seq)
) WITHOUT ROWID;
CREATE INDEX helpdesk_event_details_at ON helpdesk_event_details (account_id, at);

-- Outbox, timers and cron.
CREATE TABLE helpdesk_jobs (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    kind                     TEXT NOT NULL,
    key                      TEXT NOT NULL,
    args                     TEXT NOT NULL,
    lane                     INTEGER NOT NULL,
    run_at                   INTEGER NOT NULL,
    order_key                TEXT NOT NULL,
    affinity                 TEXT NOT NULL,
    cause                    TEXT,
    attempt                  INTEGER NOT NULL,
    again                    BOOLEAN NOT NULL,
    lease                    TEXT NOT NULL,
    lease_until              INTEGER,
    dead                     BOOLEAN NOT NULL,
    last_error               TEXT NOT NULL,
    created_at               INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_jobs_kind_key_key ON helpdesk_jobs (account_id, kind, key) WHERE key <> '' AND NOT dead;
CREATE INDEX helpdesk_jobs_lane_run ON helpdesk_jobs (account_id, lane, run_at, id) WHERE NOT dead;
CREATE INDEX helpdesk_jobs_lane_run_where ON helpdesk_jobs (lane, run_at) WHERE NOT dead;
CREATE INDEX helpdesk_jobs_lease ON helpdesk_jobs (lease_until) WHERE lease <> '';
CREATE INDEX helpdesk_jobs_order_key ON helpdesk_jobs (account_id, order_key, id) WHERE order_key <> '' AND NOT dead;
CREATE INDEX helpdesk_jobs_id ON helpdesk_jobs (account_id, id) WHERE dead;

-- Request keys, for 24 hours.
CREATE TABLE helpdesk_idempotency (
    account_id               INTEGER NOT NULL,
    scope                    TEXT NOT NULL,
    key                      TEXT NOT NULL,
    fingerprint              BLOB,
    kind                     TEXT NOT NULL,
    object_id                INTEGER NOT NULL,
    status                   INTEGER NOT NULL,
    content_type             TEXT NOT NULL,
    body                     BLOB,
    at                       INTEGER NOT NULL,
    PRIMARY KEY (account_id, scope, key)
) WITHOUT ROWID;
CREATE INDEX helpdesk_idempotency_at ON helpdesk_idempotency (at);

-- Administrative changes.
CREATE TABLE helpdesk_audit (
    account_id               INTEGER NOT NULL,
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    actor_kind               TEXT NOT NULL,
    actor_id                 INTEGER NOT NULL,
    remote                   TEXT NOT NULL,
    verb                     TEXT NOT NULL,
    noun                     TEXT NOT NULL,
    object_id                INTEGER NOT NULL,
    changes                  TEXT,
    cause                    TEXT,
    at                       INTEGER NOT NULL
);
CREATE UNIQUE INDEX helpdesk_audit_id_key ON helpdesk_audit (account_id, id);

-- Rate limits.
CREATE TABLE helpdesk_token_buckets (
    account_id               INTEGER NOT NULL,
    key                      TEXT NOT NULL,
    tokens                   REAL NOT NULL,
    at                       INTEGER NOT NULL,
    PRIMARY KEY (account_id, key)
) WITHOUT ROWID;
CREATE INDEX helpdesk_token_buckets_at ON helpdesk_token_buckets (at);

-- Who was reached by a campaign: the key is the ledger.
CREATE TABLE helpdesk_campaign_recipients (
    account_id               INTEGER NOT NULL,
    campaign_id              INTEGER NOT NULL,
    contact_id               INTEGER NOT NULL,
    state                    TEXT NOT NULL,
    message_id               INTEGER NOT NULL,
    at                       INTEGER NOT NULL,
    PRIMARY KEY (account_id, campaign_id, contact_id)
) WITHOUT ROWID;

-- What the planner takes the tables that grow to be like: rows, and how many of
-- them share the first column of the index, the first two, and so on. Without
-- that SQLite takes an account to have ten rows, and reads all of its log for the
-- events of one conversation. It is written down, and not measured by ANALYZE, so
-- that plans do not change with the day; "ANALYZE" replaces it by what is true.
ANALYZE sqlite_schema; -- makes the table
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
('helpdesk_deliveries', 'helpdesk_deliveries_webhook', '1000000 10000 1000 1'),
    ('helpdesk_deliveries', 'helpdesk_deliveries_webhook_state_conversation', '1000000 10000 1000 250 20 1'),
    ('helpdesk_contacts', 'helpdesk_contacts_email_key', '100000 1000 1'),
    ('helpdesk_contacts', 'helpdesk_contacts_phone_key', '100000 1000 1'),
    ('helpdesk_contacts', 'helpdesk_contacts_identifier_key', '100000 1000 1'),
    ('helpdesk_contacts', 'helpdesk_contacts_name', '2000000 20000 2 1'),
    ('helpdesk_contacts', 'helpdesk_contacts_email', '2000000 20000 2 1'),
    ('helpdesk_contacts', 'helpdesk_contacts_phone', '2000000 20000 2 1'),
    ('helpdesk_contacts', 'helpdesk_contacts_company', '2000000 20000 20 1'),
    ('helpdesk_contacts', 'helpdesk_contacts_city', '2000000 20000 20 1'),
    ('helpdesk_contacts', 'helpdesk_contacts_country', '2000000 20000 400 1'),
    ('helpdesk_contacts', 'helpdesk_contacts_last_activity', '2000000 20000 2 1'),
    ('helpdesk_contacts', 'helpdesk_contacts_created', '2000000 20000 2 1'),
    ('helpdesk_contacts', 'helpdesk_contacts_id_key', '2000000 20000 1'),
    ('helpdesk_contact_labels', 'helpdesk_contact_labels', '2000000 20000 3 1'),
    ('helpdesk_contact_labels', 'helpdesk_contact_labels_label_contact', '2000000 20000 1000 3'),
    ('helpdesk_contact_identities', 'helpdesk_contact_identities_kind_canonical_key', '2000000 20000 1000 1'),
    ('helpdesk_contact_identities', 'helpdesk_contact_identities_contact', '2000000 20000 3'),
    ('helpdesk_contact_inboxes', 'helpdesk_contact_inboxes_inbox_source_key', '2000000 20000 1000 1'),
    ('helpdesk_contact_inboxes', 'helpdesk_contact_inboxes_contact', '2000000 20000 3'),
    ('helpdesk_contact_notes', 'helpdesk_contact_notes_contact', '500000 5000 3 1'),
    ('helpdesk_contact_notes', 'helpdesk_contact_notes_id_key', '500000 5000 1'),
    ('helpdesk_consents', 'helpdesk_consents_contact', '200000 2000 2 1'),
    ('helpdesk_consents', 'helpdesk_consents_id_key', '200000 2000 1'),
    ('helpdesk_contact_merges', 'helpdesk_contact_merges_base', '10000 100 2 1'),
    ('helpdesk_contact_merges', 'helpdesk_contact_merges_id_key', '10000 100 1'),
    ('helpdesk_conversations', 'helpdesk_conversations_display_key', '2000000 20000 1'),
    ('helpdesk_conversations', 'helpdesk_conversations_contact_inbox', '2000000 20000 2 1'),
    ('helpdesk_conversations', 'helpdesk_conversations_contact', '2000000 20000 3 1'),
    ('helpdesk_conversations', 'helpdesk_conversations_last_activity', '2000000 20000 2 1'),
    ('helpdesk_conversations', 'helpdesk_conversations_created', '2000000 20000 2 1'),
    ('helpdesk_conversations', 'helpdesk_conversations_status_last_activity', '2000000 20000 5000 2 1 1'),
    ('helpdesk_conversations', 'helpdesk_conversations_inbox_status_last_activity', '2000000 20000 1000 250 2 1 1'),
    ('helpdesk_conversations', 'helpdesk_conversations_assignee_status_last_activity', '2000000 20000 400 100 2 1'),
    ('helpdesk_conversations', 'helpdesk_conversations_team_status_last_activity', '2000000 20000 2000 500 2 1'),
    ('helpdesk_conversations', 'helpdesk_conversations_updated', '2000000 20000 2 1'),
    ('helpdesk_conversations', 'helpdesk_conversations_priority_last_activity', '2000000 20000 5000 2 1'),
    ('helpdesk_conversations', 'helpdesk_conversations_low_last_activity', '2000000 20000 20000 2 1'),
    ('helpdesk_conversations', 'helpdesk_conversations_waited', '2000000 20000 20000 1'),
    ('helpdesk_conversations', 'helpdesk_conversations_waiting', '2000000 20000 20000 1'),
    ('helpdesk_conversations', 'helpdesk_conversations_queued', '10000 500 20 2 1'),
    ('helpdesk_conversations', 'helpdesk_conversations_answered', '100000 1000 1000 2 1'),
    ('helpdesk_applied_slas', 'helpdesk_applied_slas_id_key', '1000000 10000 1'),
    ('helpdesk_applied_slas', 'helpdesk_applied_slas_conversation_key', '1000000 10000 1'),
    ('helpdesk_applied_slas', 'helpdesk_applied_slas_started', '1000000 10000 2 1'),
    ('helpdesk_scheduled_messages', 'helpdesk_scheduled_messages_id_key', '100000 1000 1'),
    ('helpdesk_scheduled_messages', 'helpdesk_scheduled_messages_conversation', '100000 1000 5 2 1'),
    ('helpdesk_scheduled_messages', 'helpdesk_scheduled_messages_send_at', '100000 1000 2 1'),
    ('helpdesk_scheduled_messages', 'helpdesk_scheduled_messages_unsent', '1000 10 2 1'),
    ('helpdesk_flow_runs', 'helpdesk_flow_runs_id_key', '1000000 10000 1'),
    ('helpdesk_flow_runs', 'helpdesk_flow_runs_conversation', '1000000 10000 2 1'),
    ('helpdesk_flow_runs', 'helpdesk_flow_runs_flow', '1000000 10000 2000 1'),
    ('helpdesk_flow_runs', 'helpdesk_flow_runs_running', '10000 100 20 1'),
    ('helpdesk_conversation_labels', 'helpdesk_conversation_labels', '10000000 100000 20 1'),
    ('helpdesk_conversation_labels', 'helpdesk_conversation_labels_label_conversation', '10000000 100000 5000 20'),
    ('helpdesk_conversation_participants', 'helpdesk_conversation_participants', '1000000 10000 20 1'),
    ('helpdesk_conversation_participants', 'helpdesk_conversation_participants_agent_conversation', '1000000 10000 200 20'),
    ('helpdesk_conversation_mentions', 'helpdesk_conversation_mentions', '500000 5000 20 1'),
    ('helpdesk_conversation_mentions', 'helpdesk_conversation_mentions_agent_conversation', '500000 5000 100 20'),
    ('helpdesk_notifications', 'helpdesk_notifications_agent_activity', '1000000 10000 200 2 1'),
    ('helpdesk_notifications', 'helpdesk_notifications_agent_conversation', '1000000 10000 200 20'),
    ('helpdesk_notifications', 'helpdesk_notifications_conversation', '1000000 10000 20'),
    ('helpdesk_notifications', 'helpdesk_notifications_created', '1000000 10000 2 1'),
    ('helpdesk_notifications', 'helpdesk_notifications_id_key', '1000000 10000 1'),
    ('helpdesk_messages', 'helpdesk_messages_inbox_external_key', '500000 5000 250 1'),
    ('helpdesk_messages', 'helpdesk_messages_conversation', '10000000 100000 20 1'),
    ('helpdesk_messages', 'helpdesk_messages_survey', '500000 5000 20 1'),
    ('helpdesk_messages', 'helpdesk_messages_survey_created', '500000 5000 2'),
    ('helpdesk_attachments', 'helpdesk_attachments_message', '1000000 10000 2 1'),
    ('helpdesk_survey_responses', 'helpdesk_survey_responses_message_key', '500000 5000 1'),
    ('helpdesk_survey_responses', 'helpdesk_survey_responses_conversation', '500000 5000 20'),
    ('helpdesk_survey_responses', 'helpdesk_survey_responses_id', '500000 5000 1'),
    ('helpdesk_survey_responses', 'helpdesk_survey_responses_created', '500000 5000 2 1'),
    ('helpdesk_uploads', 'helpdesk_uploads_created', '5000 50 2 1'),
    ('helpdesk_uploads', 'helpdesk_uploads_id_key', '100000 1000 1'),
    ('helpdesk_attempts', 'helpdesk_attempts_message_number_key', '5000000 50000 2 1'),
    ('helpdesk_attempts', 'helpdesk_attempts_inbox_external', '250000 2500 125 1'),
    ('helpdesk_journal', 'helpdesk_journal_received', '5000000 50000 2 1'),
    ('helpdesk_journal', 'helpdesk_journal_inbox', '5000000 50000 2500 2'),
    ('helpdesk_journal_contacts', 'helpdesk_journal_contacts', '5000000 50000 2 1'),
    ('helpdesk_journal_contacts', 'helpdesk_journal_contacts_contact', '5000000 50000 3'),
    ('helpdesk_events', 'helpdesk_events', '10000000 100000 1'),
    ('helpdesk_events', 'helpdesk_events_at_seq', '10000000 100000 2 1'),
    ('helpdesk_events', 'helpdesk_events_measured_at', '500000 5000 2 1'),
    ('helpdesk_events', 'helpdesk_events_conversation', '10000000 100000 20 1'),
    ('helpdesk_event_details', 'helpdesk_event_details', '10000000 100000 1'),
    ('helpdesk_event_details', 'helpdesk_event_details_at', '10000000 100000 2'),
    ('helpdesk_jobs', 'helpdesk_jobs_kind_key_key', '5000 50 2 1'),
    ('helpdesk_jobs', 'helpdesk_jobs_lane_run', '5000 50 25 2 1'),
    ('helpdesk_jobs', 'helpdesk_jobs_lane_run_where', '5000 2500 2'),
    ('helpdesk_jobs', 'helpdesk_jobs_lease', '5000 2'),
    ('helpdesk_jobs', 'helpdesk_jobs_order_key', '5000 50 20 1'),
    ('helpdesk_jobs', 'helpdesk_jobs_id', '5000 50 1'),
    ('helpdesk_audit', 'helpdesk_audit_id_key', '100000 1000 1');
ANALYZE sqlite_schema; -- reads it
-- +goose StatementEnd
