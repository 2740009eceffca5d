package chatwoot

import (
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

// keptFileView is a file of a canned response, a macro or a rule. Its id counts
// from 1 within what it belongs to; clients name it by blob_id. Only one of the
// owners' ids is there.
type keptFileView struct {
	ID        int                `json:"id"`
	MacroID   helpdesk.MacroID   `json:"macro_id,omitempty"`
	RuleID    helpdesk.RuleID    `json:"automation_rule_id,omitempty"`
	CannedID  helpdesk.CannedID  `json:"canned_response_id,omitempty"`
	FileType  string             `json:"file_type"`
	AccountID helpdesk.AccountID `json:"account_id"`
	FileURL   string             `json:"file_url"`
	BlobID    string             `json:"blob_id"`
	Filename  string             `json:"filename"`
}

// keptFiles shapes the files of a row.
func (c *call) keptFiles(noun web.KeptNoun, id int64, files []helpdesk.KeptFile) []keptFileView {
	out := make([]keptFileView, len(files))
	for i, f := range files {
		out[i] = keptFileView{
			ID: i + 1, FileType: f.ContentType, AccountID: c.actor.Account(), FileURL: c.files.KeptURL(c.actor, noun, id, f),
			BlobID: f.Key, Filename: f.Name,
		}
		switch noun {
		case web.KeptByMacro:
			out[i].MacroID = helpdesk.MacroID(id)
		case web.KeptByRule:
			out[i].RuleID = helpdesk.RuleID(id)
		case web.KeptByCanned:
			out[i].CannedID = helpdesk.CannedID(id)
		case web.KeptByScheduled: // shown within it
		case web.KeptByPortal: // shown by itself, as its logo
		}
	}
	return out
}

type cannedView struct {
	ID          helpdesk.CannedID  `json:"id"`
	AccountID   helpdesk.AccountID `json:"account_id"`
	ShortCode   string             `json:"short_code"`
	Content     string             `json:"content"`
	CreatedAt   iso                `json:"created_at"`
	UpdatedAt   iso                `json:"updated_at"`
	Attachments []keptFileView     `json:"attachments,omitempty"` // an addition
}

func (c *call) viewCanned(r *helpdesk.CannedResponse) cannedView {
	return cannedView{
		r.ID, r.Account, r.ShortCode, r.Content,
		iso{r.CreatedAt},
		iso{r.UpdatedAt},
		c.keptFiles(web.KeptByCanned, int64(r.ID), r.Files),
	}
}

type actionView struct {
	Name   helpdesk.RuleActionName `json:"action_name"`
	Params []any                   `json:"action_params"`
}

func viewAction(a helpdesk.RuleAction) actionView { return actionView{a.Name, list(a.Values)} }

type macroView struct {
	ID         helpdesk.MacroID         `json:"id"`
	Name       string                   `json:"name"`
	Visibility helpdesk.MacroVisibility `json:"visibility"`
	CreatedBy  *agentView               `json:"created_by,omitempty"`
	UpdatedBy  *agentView               `json:"updated_by,omitempty"`
	AccountID  helpdesk.AccountID       `json:"account_id"`
	Actions    []actionView             `json:"actions"`
	Files      []keptFileView           `json:"files,omitempty"`
}

func (c *call) viewMacro(m *helpdesk.Macro, agents map[helpdesk.AgentID]*helpdesk.Agent) macroView {
	return macroView{
		ID: m.ID, Name: m.Name, Visibility: m.Visibility, CreatedBy: agentOrNone(agents[m.CreatedBy]),
		UpdatedBy: agentOrNone(agents[m.UpdatedBy]), AccountID: m.Account, Actions: each(m.Actions, viewAction),
		Files: c.keptFiles(web.KeptByMacro, int64(m.ID), m.Files),
	}
}

func agentOrNone(a *helpdesk.Agent) *agentView {
	if a == nil {
		return nil
	}
	v := viewAgent(a)
	return &v
}

type ruleView struct {
	ID          helpdesk.RuleID    `json:"id"`
	AccountID   helpdesk.AccountID `json:"account_id"`
	Name        string             `json:"name"`
	Description string             `json:"description"`
	EventName   string             `json:"event_name"`
	Conditions  []condition        `json:"conditions"`
	Actions     []actionView       `json:"actions"`
	CreatedOn   epoch              `json:"created_on"`
	Active      bool               `json:"active"`
	Position    int                `json:"position"`                // an addition, as are those below
	Expression  string             `json:"expression,omitempty"`    // in the place of conditions
	LastError   string             `json:"last_error,omitempty"`    // why it could not be evaluated
	After       int                `json:"after_minutes,omitempty"` // of silence
	HoursOnly   bool               `json:"only_during_business_hours,omitempty"`
	Files       []keptFileView     `json:"files,omitempty"`
}

func (c *call) viewRule(r *helpdesk.Rule) ruleView {
	return ruleView{
		ID: r.ID, AccountID: r.Account, Name: r.Name, Description: r.Description, EventName: ruleEventName(r.Event),
		Conditions: viewConditions(r.Cond), Actions: each(r.Actions, viewAction), CreatedOn: epoch{r.CreatedAt}, Active: r.Active,
		Position: r.Position, Expression: r.Expression, LastError: r.LastError,
		After: r.After, HoursOnly: r.HoursOnly, Files: c.keptFiles(web.KeptByRule, int64(r.ID), r.Files),
	}
}

type campaignView struct {
	ID             helpdesk.CampaignNumber `json:"id"`
	Title          string                  `json:"title"`
	Description    string                  `json:"description"`
	AccountID      helpdesk.AccountID      `json:"account_id"`
	Inbox          *inboxView              `json:"inbox,omitempty"`
	Sender         *agentView              `json:"sender,omitempty"`
	Message        string                  `json:"message"`
	TemplateParams *map[string]any         `json:"template_params"` // null without a template
	Status         helpdesk.CampaignStatus `json:"campaign_status"`
	Enabled        bool                    `json:"enabled"`
	Type           helpdesk.CampaignKind   `json:"campaign_type"`
	ScheduledAt    *epoch                  `json:"scheduled_at,omitempty"` // of one-off campaigns, as the audience
	Audience       *[]audienceView         `json:"audience,omitempty"`
	TriggerRules   triggerView             `json:"trigger_rules"`
	HoursOnly      bool                    `json:"trigger_only_during_business_hours"`
	CreatedAt      iso                     `json:"created_at"`
	UpdatedAt      iso                     `json:"updated_at"`
}

type audienceView struct {
	Type string           `json:"type"`
	ID   helpdesk.LabelID `json:"id"`
}

type triggerView struct {
	URL        string `json:"url,omitempty"`
	TimeOnPage *int   `json:"time_on_page,omitempty"`
}

func viewCampaign(v *helpdesk.Campaign, box *helpdesk.Inbox, sender *helpdesk.Agent) campaignView {
	out := campaignView{
		ID: v.Number, Title: v.Title, Description: v.Description, AccountID: v.Account, Sender: agentOrNone(sender),
		Message: v.Message, Status: v.Status, Enabled: v.Enabled, Type: v.Kind,
		HoursOnly: v.HoursOnly, CreatedAt: iso{v.CreatedAt}, UpdatedAt: iso{v.UpdatedAt},
	}
	if v.Template != nil {
		out.TemplateParams = &v.Template
	}
	if box != nil {
		shape := viewInbox(box, "")
		out.Inbox = &shape
	}
	if v.Kind == helpdesk.OneOffCampaign {
		audience := each(v.Audience, func(id helpdesk.LabelID) audienceView { return audienceView{"Label", id} })
		out.ScheduledAt, out.Audience = &epoch{v.ScheduledAt}, &audience
	} else {
		out.TriggerRules = triggerView{v.URL, &v.TimeOnPage}
	}
	return out
}

type policyView struct {
	ID          helpdesk.PolicyID           `json:"id"`
	Name        string                      `json:"name"`
	Description string                      `json:"description"`
	Order       helpdesk.AssignmentOrder    `json:"assignment_order"`
	Expression  string                      `json:"expression"` // an addition, for the order "expression"
	Priority    helpdesk.AssignmentPriority `json:"conversation_priority"`
	FairLimit   int                         `json:"fair_distribution_limit"`
	FairWindow  int                         `json:"fair_distribution_window"`
	Enabled     bool                        `json:"enabled"`
	Inboxes     int                         `json:"assigned_inbox_count"`
	CreatedAt   epoch                       `json:"created_at"`
	UpdatedAt   epoch                       `json:"updated_at"`
}

func viewPolicy(v *helpdesk.AssignmentPolicy, inboxes int) policyView {
	return policyView{
		v.ID, v.Name, v.Description, v.Order, v.Expression, v.Priority, v.FairLimit, v.FairWindow, v.Enabled, inboxes,
		epoch{v.CreatedAt},
		epoch{v.UpdatedAt},
	}
}

type slaView struct {
	ID            helpdesk.SLAPolicyID `json:"id"`
	Name          string               `json:"name"`
	Description   string               `json:"description"`
	FirstResponse *float64             `json:"first_response_time_threshold"`
	NextResponse  *float64             `json:"next_response_time_threshold"`
	HoursOnly     bool                 `json:"only_during_business_hours"`
	Resolution    *float64             `json:"resolution_time_threshold"`
}

func viewSLA(v *helpdesk.SLAPolicy) slaView {
	return slaView{
		ID: v.ID, Name: v.Name, Description: v.Description, FirstResponse: threshold(v.FirstResponse),
		NextResponse: threshold(v.NextResponse), HoursOnly: v.HoursOnly, Resolution: threshold(v.Resolution),
	}
}

// appliedView is a conversation's SLA.
type appliedView struct {
	ID            helpdesk.AppliedSLAID `json:"id"`
	SLA           helpdesk.SLAPolicyID  `json:"sla_id"`
	Status        helpdesk.SLAStatus    `json:"sla_status"`
	CreatedAt     epoch                 `json:"created_at"`
	UpdatedAt     epoch                 `json:"updated_at"`
	Name          string                `json:"sla_name"`
	Description   string                `json:"sla_description"`
	FirstResponse *float64              `json:"sla_first_response_time_threshold"`
	NextResponse  *float64              `json:"sla_next_response_time_threshold"`
	HoursOnly     bool                  `json:"sla_only_during_business_hours"`
	Resolution    *float64              `json:"sla_resolution_time_threshold"`
}

// slaEventView is a promise that was not kept. Its id numbers those of one
// conversation.
type slaEventView struct {
	ID        int    `json:"id"`
	Type      string `json:"event_type"`
	Meta      any    `json:"meta"`
	CreatedAt epoch  `json:"created_at"` // when it was due
	UpdatedAt epoch  `json:"updated_at"`
}

func viewApplied(a *helpdesk.AppliedSLA) *appliedView {
	if a == nil {
		return nil
	}
	t := a.Terms
	return &appliedView{
		a.ID, a.Policy, a.Status,
		epoch{a.CreatedAt},
		epoch{a.UpdatedAt},
		t.Name, t.Description,
		threshold(t.FirstResponse), threshold(t.NextResponse), t.HoursOnly, threshold(t.Resolution),
	}
}

func viewMisses(a *helpdesk.AppliedSLA) []slaEventView {
	if a == nil {
		return nil
	}
	short := map[helpdesk.SLAKind]string{helpdesk.SLAFirstResponse: "frt", helpdesk.SLANextResponse: "nrt", helpdesk.SLAResolution: "rt"}
	out := make([]slaEventView, len(a.State.Misses))
	for i, m := range a.State.Misses {
		out[i] = slaEventView{i + 1, short[m.Kind], map[string]any{}, epoch{m.Due}, epoch{m.Due}}
	}
	return out
}

// threshold is null where there is none.
func threshold(seconds float64) *float64 {
	if seconds == 0 {
		return nil
	}
	return &seconds
}

// readSeconds reads a threshold; null and "" are none.
func readSeconds(v any) (float64, bool) {
	switch v := v.(type) {
	case nil:
		return 0, true
	case float64:
		return v, true
	case string:
		if v = strings.TrimSpace(v); v == "" {
			return 0, true
		}
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil
	default:
		return 0, false
	}
}
