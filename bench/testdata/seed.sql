-- Fills an account with :n conversations of as many contacts, a message in each,
-- on either database. Spread like a desk's: a third open, the rest done, over
-- the given inboxes and agents; a third of the open ones are nobody's. A quarter
-- each has no team or one of the first three, a fifth each one of the priorities, in
-- every inbox alike; a seventh carries the first label, and 25 of all the second.
INSERT INTO helpdesk_contacts (account_id, id, name, name_fold, email, email_fold, phone, identifier, company, company_fold, grams, city, country,
    avatar_url, blocked, labels, attributes, extra, readings, merged_into, last_activity_at, created_at, updated_at, version)
WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < :n)
SELECT :account, :base + i, 'Person ' || i, 'person ' || i, 'p' || i || '@people.test', 'p' || i || '@people.test', '', '', '', '', 'eop erson opl per peo ple rso son tes est', '', 'BR',
    '', FALSE, '', NULL, NULL, NULL, 0, :now + i, :now + i, :now + i, 1 FROM s;

INSERT INTO helpdesk_contact_inboxes (account_id, id, contact_id, inbox_id, source, main_id, pubsub_token, verified, created_at, updated_at, version)
WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < :n)
SELECT :account, :base + i, :base + i, :inbox + i % :inboxes, 'source-' || i, 0, 'token-' || i, FALSE, :now + i, :now + i, 1 FROM s;

INSERT INTO helpdesk_conversations (account_id, id, display_id, uuid, inbox_id, contact_id, contact_inbox_id, status, snoozed_until, priority,
    assignee_id, assignee_bot, last_assignee_id, team_id, labels, attributes, extra, readings, owner_epoch, queued_at, unrouted, last_activity_at, waiting_since,
    first_reply_at, last_public_seq, last_message_id, last_incoming_id, last_in_at, last_reply_at, last_auto_at, greeting_due, email_asked, unread, rule_runs, flow_run_id, sla_policy_id, agent_seen_at, owner_seen_at, contact_seen_at,
    merged_into, created_at, updated_at, version)
WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < :n)
SELECT :account, :base + i, :base + i, 'uuid-' || i, :inbox + i % :inboxes, :base + i, :base + i,
    CASE WHEN i % 3 = 0 THEN 'open' ELSE 'resolved' END, NULL, (i / 10) % 5,
    CASE WHEN i % 9 = 0 THEN 0 ELSE :agent + (i / 3) % :agents END, FALSE, 0, (i / 50) % 4, CASE WHEN i % 7 = 3 THEN ',1,' ELSE '' END || CASE WHEN i % (:n / 75 * 3) = 0 THEN ',2,' ELSE '' END, NULL, NULL, NULL, 0, NULL, 0, :now + i,
    CASE WHEN i % 3 = 0 THEN :now + i END, NULL, :base + i, :base + i, :base + i, :now + i, NULL, NULL, FALSE, FALSE, 1, 0, 0, 0, NULL, NULL, NULL,
    0, :now + i, :now + i, 1 FROM s;

INSERT INTO helpdesk_conversation_labels (account_id, conversation_id, label_id)
WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < :n)
SELECT :account, :base + i, 1 FROM s WHERE i % 7 = 3;

INSERT INTO helpdesk_conversation_labels (account_id, conversation_id, label_id)
WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < :n)
SELECT :account, :base + i, 2 FROM s WHERE i % (:n / 75 * 3) = 0;

INSERT INTO helpdesk_messages (account_id, id, conversation_id, inbox_id, kind, private, content, words, content_type, content_attrs,
    extra, sender_kind, sender_id, external_id, echo_id, state, fail_reason, provider_at, origin_conversation_id, attachments, created_at,
    updated_at, version)
WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < :n)
SELECT :account, :base + i, :base + i, :inbox + i % :inboxes, 'incoming', FALSE, 'Hello ' || i, 'hello ' || i, 'text', NULL,
    NULL, 'contact', :base + i, 'external-' || i, '', 'sent', '', :now + i, 0, 0, :now + i, :now + i, 1 FROM s;

INSERT INTO helpdesk_conversation_counts (account_id, facet, inbox_id, status, assignee_id, team_id, n)
SELECT account_id, facet, inbox_id, status, assignee_id, team_id, count(*) FROM (
    SELECT account_id, 0 AS facet, inbox_id, status, assignee_id, team_id FROM helpdesk_conversations
    UNION ALL SELECT account_id, -priority, inbox_id, status, assignee_id, team_id FROM helpdesk_conversations WHERE priority > 0
    UNION ALL SELECT c.account_id, x.label_id, c.inbox_id, c.status, c.assignee_id, c.team_id FROM helpdesk_conversations AS c
        JOIN helpdesk_conversation_labels AS x ON x.account_id = c.account_id AND x.conversation_id = c.id
) AS k WHERE account_id = :account
GROUP BY account_id, facet, inbox_id, status, assignee_id, team_id;

ANALYZE;
