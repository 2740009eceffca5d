package chatwoot

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

// Scheduled messages are an addition: Chatwoot has none.

type scheduledInput struct {
	Content *string `in:"content"`
	SendAt  *string `in:"send_at"`
	Hold    *bool   `in:"hold_if_answered"`
	filesInput
}

// input is the engine's form of it. The caller calls close once it is stored.
func (in scheduledInput) input() (out helpdesk.ScheduledInput, closeFiles func(), err error) {
	out.Content, out.HoldIfAnswered = in.Content, in.Hold
	if in.SendAt != nil {
		at, err := readTime(*in.SendAt)
		if err != nil {
			return out, nil, err
		}
		out.SendAt = &at
	}
	out.Files, closeFiles, err = in.change()
	return out, closeFiles, err
}

type scheduledID struct {
	ID helpdesk.ScheduledID `in:"id"`
}

type newScheduled struct {
	onConversation
	scheduledInput
}

type scheduledChange struct {
	scheduledID
	scheduledInput
}

type scheduledPage struct {
	pageInput
	State helpdesk.ScheduledState `in:"state"`
}

// filter asks for one state, or without one for all that is not sent.
func (in scheduledPage) filter() helpdesk.ScheduledFilter {
	return helpdesk.ScheduledFilter{State: in.State, Unsent: in.State == ""}
}

type scheduledOf struct {
	onConversation
	scheduledPage
}

type scheduledView struct {
	ID             helpdesk.ScheduledID    `json:"id"`
	ConversationID helpdesk.DisplayID      `json:"conversation_id"`
	Content        string                  `json:"content"`
	SendAt         epoch                   `json:"send_at"`
	HoldIfAnswered bool                    `json:"hold_if_answered"`
	State          helpdesk.ScheduledState `json:"state"`
	Reason         helpdesk.SendBlock      `json:"reason"`
	Detail         string                  `json:"detail"`
	AuthorType     helpdesk.ActorKind      `json:"author_type"`
	AuthorID       int64                   `json:"author_id"`
	MessageID      *helpdesk.MessageID     `json:"message_id"`
	SentAt         *epoch                  `json:"sent_at"`
	CreatedAt      epoch                   `json:"created_at"`
	UpdatedAt      epoch                   `json:"updated_at"`
	Attachments    []keptFileView          `json:"attachments"`
}

// scheduled shapes messages, with the numbers of their conversations.
func (c *call) scheduled(ctx context.Context, rows ...*helpdesk.ScheduledMessage) ([]scheduledView, error) {
	if len(rows) == 0 {
		return []scheduledView{}, nil
	}
	of := each(rows, func(m *helpdesk.ScheduledMessage) helpdesk.ConversationID { return m.Conversation })
	found, err := c.desk.Conversations.List(ctx, helpdesk.ConversationFilter{IDs: of}, helpdesk.Page{Limit: len(of)})
	if err != nil {
		return nil, err
	}
	numbers := make(map[helpdesk.ConversationID]helpdesk.DisplayID, len(found.Items))
	for _, d := range found.Items {
		numbers[d.ID] = d.Display
	}
	return each(rows, func(m *helpdesk.ScheduledMessage) scheduledView { return c.viewScheduled(m, numbers[m.Conversation]) }), nil
}

func (c *call) viewScheduled(m *helpdesk.ScheduledMessage, number helpdesk.DisplayID) scheduledView {
	out := scheduledView{
		ID: m.ID, ConversationID: number, Content: m.Content, SendAt: epoch{m.SendAt}, HoldIfAnswered: m.HoldIfAnswered,
		State: m.State, Reason: m.Reason, Detail: m.Detail, AuthorType: m.Author.Kind, AuthorID: m.Author.ID,
		CreatedAt: epoch{m.CreatedAt}, UpdatedAt: epoch{m.UpdatedAt}, Attachments: c.keptFiles(web.KeptByScheduled, int64(m.ID), m.Files),
	}
	if m.Message != 0 {
		out.MessageID, out.SentAt = &m.Message, &epoch{m.SentAt}
	}
	return out
}

func (c *call) oneScheduled(ctx context.Context, m *helpdesk.ScheduledMessage, err error) (payload[scheduledView], error) {
	if err != nil {
		return payload[scheduledView]{}, err
	}
	out, err := c.scheduled(ctx, m)
	if err != nil {
		return payload[scheduledView]{}, err
	}
	return wrap(out[0]), nil
}

func (c *call) listScheduled(ctx context.Context, f helpdesk.ScheduledFilter, p helpdesk.Page) (payload[[]scheduledView], error) {
	found, err := c.desk.ScheduledMessages.List(ctx, f, p)
	if err != nil {
		return payload[[]scheduledView]{}, err
	}
	out, err := c.scheduled(ctx, found...)
	return wrap(out), err
}

func listScheduled(ctx context.Context, c *call, in scheduledPage) (payload[[]scheduledView], error) {
	return c.listScheduled(ctx, in.filter(), in.page(25))
}

func listConversationScheduled(ctx context.Context, c *call, in scheduledOf) (payload[[]scheduledView], error) {
	row, err := in.find(ctx, c)
	if err != nil {
		return payload[[]scheduledView]{}, err
	}
	f := in.filter()
	f.Conversation = row.ID
	return c.listScheduled(ctx, f, in.page(25))
}

func createScheduled(ctx context.Context, c *call, in newScheduled) (payload[scheduledView], error) {
	row, err := in.find(ctx, c)
	if err != nil {
		return payload[scheduledView]{}, err
	}
	input, closeFiles, err := in.input()
	if err != nil {
		return payload[scheduledView]{}, err
	}
	defer closeFiles()
	m, err := c.desk.ScheduledMessages.Create(ctx, row.ID, input)
	return c.oneScheduled(ctx, m, err)
}

func showScheduled(ctx context.Context, c *call, in scheduledID) (payload[scheduledView], error) {
	m, err := c.desk.ScheduledMessages.Get(ctx, in.ID)
	return c.oneScheduled(ctx, m, err)
}

func updateScheduled(ctx context.Context, c *call, in scheduledChange) (payload[scheduledView], error) {
	input, closeFiles, err := in.input()
	if err != nil {
		return payload[scheduledView]{}, err
	}
	defer closeFiles()
	m, err := c.desk.ScheduledMessages.Update(ctx, in.ID, input)
	return c.oneScheduled(ctx, m, err)
}

func cancelScheduled(ctx context.Context, c *call, in scheduledID) (empty, error) {
	return empty{}, c.desk.ScheduledMessages.Cancel(ctx, in.ID)
}
