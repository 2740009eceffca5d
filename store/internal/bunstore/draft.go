package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// Draft implements helpdesk.ConversationRepo.
func (r *conversations) Draft(ctx context.Context, id helpdesk.ConversationID) (string, error) {
	var message string
	err := r.scan(ctx, &message, "SELECT message FROM @helpdesk_conversation_drafts WHERE account_id = ? AND conversation_id = ?", r.account, id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return message, err
}

// SetDraft implements helpdesk.ConversationRepo.
func (r *conversations) SetDraft(ctx context.Context, id helpdesk.ConversationID, message string, at time.Time) error {
	if message == "" {
		_, err := r.exec(ctx, "DELETE FROM @helpdesk_conversation_drafts WHERE account_id = ? AND conversation_id = ?", r.account, id)
		return err
	}
	n, err := r.exec(ctx, `INSERT INTO @helpdesk_conversation_drafts (account_id, conversation_id, message, updated_at)
		SELECT account_id, id, ?, ? FROM @helpdesk_conversations WHERE account_id = ? AND id = ?
		ON CONFLICT (account_id, conversation_id) DO UPDATE SET message = EXCLUDED.message, updated_at = EXCLUDED.updated_at`, message, micros(at), r.account, id)
	if err == nil && n == 0 {
		err = notFound("conversation")
	}
	return err
}
