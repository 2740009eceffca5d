-- Adds :n messages to an account that seed.sql has filled with :conversations: each
-- of a dozen words, of which some are in every third message and some are rare.
INSERT INTO helpdesk_messages (account_id, id, conversation_id, inbox_id, kind, private, content, words, content_type, content_attrs,
    extra, sender_kind, sender_id, external_id, echo_id, state, fail_reason, provider_at, origin_conversation_id, attachments, created_at,
    updated_at, version)
WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < :n),
m(i, words) AS (SELECT i, 'hello where is my order ' || i || CASE WHEN i % 3 = 0 THEN ' it was to arrive yesterday' ELSE ' it never came' END ||
    ' word' || i % 100 || ' part' || i % 1000 || ' rare' || i % 20011 * 7919 % 20011 FROM s)
SELECT :account, :base + :conversations + i, :base + 1 + i % :conversations, :inbox + (i % :conversations + 1) % :inboxes, 'incoming', FALSE, words, words, 'text', NULL,
    NULL, 'contact', 1, 'again-' || i, '', 'sent', '', :now + i, 0, 0, :now + i, :now + i, 1 FROM m;

ANALYZE;
