package chatwoot

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

const auditPerPage = 15

type auditInput struct {
	pageInput
	spanInput
	Noun string           `in:"auditable_type"` // additions: one kind of thing,
	User helpdesk.AgentID `in:"user_id"`        // or what one person did
}

type auditView struct {
	PerPage      int              `json:"per_page"`
	TotalEntries int              `json:"total_entries"`
	CurrentPage  int              `json:"current_page"`
	AuditLogs    []auditEntryView `json:"audit_logs"`
}

type auditEntryView struct {
	ID             helpdesk.AuditID    `json:"id"`
	AuditableID    int64               `json:"auditable_id"`
	AuditableType  string              `json:"auditable_type"`
	Auditable      *struct{}           `json:"auditable"`
	AssociatedID   helpdesk.AccountID  `json:"associated_id"`
	AssociatedType string              `json:"associated_type"`
	UserID         *helpdesk.AgentID   `json:"user_id"`
	UserType       *string             `json:"user_type"`
	Username       *string             `json:"username"`
	Action         string              `json:"action"`
	AuditedChanges map[string]any      `json:"audited_changes"`
	Version        int                 `json:"version"`
	Comment        *string             `json:"comment"`
	RequestUUID    *string             `json:"request_uuid"`
	CreatedAt      epoch               `json:"created_at"`
	RemoteAddress  *string             `json:"remote_address"`
	Cause          []helpdesk.ActorRef `json:"cause,omitempty"` // an addition: who set it off, oldest first
}

func listAudit(ctx context.Context, c *call, in auditInput) (auditView, error) {
	span, err := in.span()
	if err != nil {
		return auditView{}, err
	}
	f := helpdesk.AuditFilter{Span: span, Noun: auditNoun(in.Noun), Agent: in.User}
	rows, n, err := c.desk.Audit.List(ctx, f, in.page(auditPerPage))
	if err != nil {
		return auditView{}, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return auditView{}, err
	}
	return auditView{auditPerPage, n, max(in.Page, 1), each(rows, v.auditEntry)}, nil
}

func (v *views) auditEntry(e *helpdesk.AuditEntry) auditEntryView {
	out := auditEntryView{
		ID: e.ID, AuditableID: e.Object, AuditableType: auditType(e.Noun), AssociatedID: e.Account, AssociatedType: "Account",
		Action: e.Verb, AuditedChanges: make(map[string]any, len(e.Changes)), Version: 1, CreatedAt: epoch{e.At},
		RemoteAddress: text(e.Remote), Cause: e.Cause,
	}
	if e.Verb == "delete" {
		out.Action = "destroy"
	}
	for field, change := range e.Changes {
		switch e.Verb {
		case "create":
			out.AuditedChanges[field] = orNull(change.After)
		case "delete":
			out.AuditedChanges[field] = orNull(change.Before)
		default:
			out.AuditedChanges[field] = [2]json.RawMessage{orNull(change.Before), orNull(change.After)}
		}
	}
	if e.Actor.Kind == helpdesk.ByAgent {
		out.UserID, out.UserType = number(helpdesk.AgentID(e.Actor.ID)), text("User")
		if a := v.agents[helpdesk.AgentID(e.Actor.ID)]; a != nil {
			out.Username = text(a.Email)
		}
	}
	return out
}

// auditTypes are the nouns whose class has another name in Chatwoot.
func auditTypes() map[string]string {
	return map[string]string{"agent": "AccountUser", "attribute": "CustomAttributeDefinition", "role": "CustomRole"}
}

// auditType is the class of a noun: automation_rule is AutomationRule.
func auditType(noun string) string {
	if t := auditTypes()[noun]; t != "" {
		return t
	}
	var out strings.Builder
	for word := range strings.SplitSeq(noun, "_") {
		out.WriteString(sentence(word))
	}
	return out.String()
}

// auditNoun is the noun of a class, or of a noun.
func auditNoun(class string) string {
	for noun, t := range auditTypes() {
		if t == class {
			return noun
		}
	}
	var out strings.Builder
	for i, r := range class {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				out.WriteByte('_')
			}
			r += 'a' - 'A'
		}
		out.WriteRune(r)
	}
	return out.String()
}
