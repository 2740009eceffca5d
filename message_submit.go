package helpdesk

import "context"

// SubmitValues records what the customer filled into a form-like message.
func (s Messages) SubmitValues(ctx context.Context, id MessageID, values any) (*Message, error) {
	return change(ctx, s.d, loadMessage, func(u *unit) (*Message, int64, error) {
		m, c, err := u.messageAnd(id)
		if err != nil {
			return nil, 0, err
		}
		if err := u.mayConversation(TypeConversation, c); err != nil {
			return nil, 0, err
		}
		if m.Private || m.Kind == Activity || m.Kind == Incoming {
			return nil, 0, notFound("message")
		}
		bot := u.botOf(c) != nil
		if bot {
			if c, err = u.tx.Conversations().Lock(u.ctx, c.ID); err != nil {
				return nil, 0, err
			}
		}
		values := cleanValue(values)
		m.ContentAttrs = merge(m.ContentAttrs, map[string]any{"submitted_values": values})
		m.UpdatedAt = u.now
		if err := u.tx.Messages().Update(u.ctx, m); err != nil {
			return nil, 0, err
		}
		u.emitMessage(MessageUpdated, c, m, map[string]Change{"submitted_values": changed(nil, values)})
		if bot {
			err = u.picked(c, m)
		}
		if err == nil {
			err = u.submitFlow(c.ID, m, values)
		}
		return m, int64(m.ID), err
	})
}
