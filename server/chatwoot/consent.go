package chatwoot

import (
	"context"
	"errors"
	"maps"

	"github.com/gohelpdesk/helpdesk"
)

type consentsInput struct {
	contactID
	pageInput
}

// listConsents is a page of a contact's ledger.
func listConsents(ctx context.Context, c *call, in consentsInput) (payload[[]consentView], error) {
	rows, err := c.desk.Contacts.Consents(ctx, in.ID, in.page(helpdesk.DefaultPage))
	if err != nil {
		return payload[[]consentView]{}, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return payload[[]consentView]{}, err
	}
	return wrap(each(rows, v.consent)), nil
}

type consentInput struct {
	contactID
	Category helpdesk.ConsentCategory `in:"category"`
	Stop     *bool                    `in:"stop"` // must be given: nobody stops by leaving it out, or takes it back
	Note     string                   `in:"note"`
	At       *string                  `in:"said_at"`
}

func setConsent(ctx context.Context, c *call, in consentInput) (payload[consentView], error) {
	said, wrong := helpdesk.ConsentInput{Category: in.Category, Note: in.Note}, map[string]string{}
	if in.Stop == nil {
		wrong["stop"] = "must be true or false"
	} else {
		said.Stop = *in.Stop
	}
	if in.At != nil {
		at, err := readTime(*in.At)
		if err != nil {
			wrong["said_at"] = "must be a time"
		}
		said.At = at
	}
	if e, bad := errors.AsType[*helpdesk.Error](said.Check(c.e.Now())); bad && len(wrong) > 0 {
		maps.Copy(wrong, e.Fields)
	}
	if len(wrong) > 0 {
		return payload[consentView]{}, &helpdesk.Error{Code: helpdesk.Invalid, Fields: wrong}
	}
	row, err := c.desk.Contacts.SetConsent(ctx, in.ID, said)
	if err != nil {
		return payload[consentView]{}, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return payload[consentView]{}, err
	}
	return wrap(v.consent(row)), nil
}

// consentView is a line of a contact's ledger.
type consentView struct {
	ID        helpdesk.ConsentID       `json:"id"`
	ContactID helpdesk.ContactID       `json:"contact_id"`
	Category  helpdesk.ConsentCategory `json:"category"`
	Stop      bool                     `json:"stop"`
	Source    helpdesk.ConsentSource   `json:"source"`
	InboxID   *helpdesk.InboxID        `json:"inbox_id"`
	MessageID *helpdesk.MessageID      `json:"message_id"` // may be gone
	Note      string                   `json:"note"`
	User      *agentView               `json:"user,omitempty"` // who recorded it, when that was an agent
	SaidAt    epoch                    `json:"said_at"`
	CreatedAt epoch                    `json:"created_at"`
}

func (v *views) consent(s *helpdesk.Consent) consentView {
	out := consentView{
		ID: s.ID, ContactID: s.Contact, Category: s.Category, Stop: s.Stop, Source: s.Source, InboxID: number(s.Inbox),
		MessageID: number(s.Message), Note: s.Note, SaidAt: epoch{s.At}, CreatedAt: epoch{s.CreatedAt},
	}
	if a := v.agents[helpdesk.AgentID(s.Actor.ID)]; a != nil && s.Actor.Kind == helpdesk.ByAgent {
		user := viewAgent(a)
		out.User = &user
	}
	return out
}
