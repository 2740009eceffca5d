package chatwoot

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

type bulkInput struct {
	Type         string     `in:"type"`
	IDs          []int64    `in:"ids"`
	Fields       bulkFields `in:"fields"`
	Labels       bulkLabels `in:"labels"`
	SnoozedUntil string     `in:"snoozed_until"`
	Action       string     `in:"action_name"`
}

// bulkFields are what changes; null takes an owner away, and leaves a status as
// it is.
type bulkFields struct {
	Status   string            `in:"status"`
	Assignee *helpdesk.AgentID `in:"assignee_id"`
	Team     *helpdesk.TeamID  `in:"team_id"`
}

type bulkLabels struct {
	Add    []string `in:"add"`
	Remove []string `in:"remove"`
}

func startBulk(ctx context.Context, c *call, in bulkInput) (taskView, error) {
	var t *helpdesk.Task
	var err error
	switch strings.ToLower(in.Type) {
	case "conversation":
		t, err = in.conversations(ctx, c)
	case "contact":
		t, err = c.desk.Contacts.Change(ctx, helpdesk.ContactsChange{
			Contacts: idsOf[helpdesk.ContactID](in.IDs), AddLabels: in.Labels.Add, RemoveLabels: in.Labels.Remove, Delete: in.Action == "delete",
		})
	default:
		return taskView{}, &refusal{http.StatusUnprocessableEntity, succeeded{false}}
	}
	return shown(t, err, c.task)
}

type succeeded struct {
	Success bool `json:"success"`
}

func (in bulkInput) conversations(ctx context.Context, c *call) (*helpdesk.Task, error) {
	status, err := statusOf(in.Fields.Status, "")
	if err != nil {
		return nil, err
	}
	var until time.Time
	if in.SnoozedUntil != "" {
		if until, err = readTime(in.SnoozedUntil); err != nil {
			return nil, err
		}
	}
	return c.desk.Conversations.Change(ctx, helpdesk.ConversationsChange{
		Conversations: idsOf[helpdesk.DisplayID](in.IDs), Status: status, SnoozedUntil: until, Assignee: in.Fields.Assignee, Team: in.Fields.Team,
		AddLabels: in.Labels.Add, RemoveLabels: in.Labels.Remove,
	})
}

func idsOf[ID ~int64](ids []int64) []ID {
	return each(ids, func(id int64) ID { return ID(id) })
}

// taskView is how far work in bulk is.
type taskView struct {
	ID        helpdesk.TaskID        `json:"id"`
	Type      string                 `json:"type"`
	Total     int                    `json:"total"`
	Done      int                    `json:"done"`
	Skipped   int                    `json:"skipped"` // not there, or not for this agent to see
	Failed    int                    `json:"failed"`
	Failures  []helpdesk.TaskFailure `json:"failures"` // the first 100
	CreatedAt iso                    `json:"created_at"`
	EndedAt   iso                    `json:"ended_at"` // null = it goes on
	FileURL   *string                `json:"file_url"` // what an export wrote, or an import refused; null = none, or none any more
	FileUntil iso                    `json:"file_expires_at"`
}

func (c *call) task(t *helpdesk.Task) taskView {
	kinds := map[helpdesk.TaskKind]string{
		helpdesk.ChangeConversations: "Conversation", helpdesk.ChangeContacts: "Contact",
		helpdesk.ImportContacts: "ContactImport", helpdesk.ExportContacts: "ContactExport",
	}
	return taskView{
		t.ID, kinds[t.Kind], t.Total, t.Done, t.Skipped, t.Failed, list(t.Failures),
		iso{t.CreatedAt},
		iso{t.EndedAt},
		text(c.files.TaskURL(c.actor, t)),
		iso{t.FileUntil()},
	}
}

type taskID struct {
	ID helpdesk.TaskID `in:"id"`
}

func showBulk(ctx context.Context, c *call, in taskID) (taskView, error) {
	t, err := c.desk.Tasks.Get(ctx, in.ID)
	return shown(t, err, c.task)
}
