package chatwoot

import (
	"context"
	"math"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

const slasPerPage = 25

type appliedSLAsInput struct {
	pageInput
	spanInput
	Inbox  helpdesk.InboxID     `in:"inbox_id"`
	Team   helpdesk.TeamID      `in:"team_id"`
	Policy helpdesk.SLAPolicyID `in:"sla_policy_id"`
	Agent  helpdesk.AgentID     `in:"assigned_agent_id"`
	Labels []string             `in:"label_list"`
}

// filter is what a report on SLAs is about: the newest first.
func (in appliedSLAsInput) filter() (helpdesk.AppliedSLAFilter, error) {
	span, err := in.span()
	return helpdesk.AppliedSLAFilter{
		From: span.Since, To: span.Until, Inbox: in.Inbox, Team: in.Team, Policy: in.Policy, Agent: in.Agent, Labels: in.Labels, Newest: true,
	}, err
}

// missedSLAView is a conversation in which a promise was not kept.
type missedSLAView struct {
	AppliedSLA   *appliedView          `json:"applied_sla"`
	Conversation missedSLAConversation `json:"conversation"`
	SLAEvents    []slaEventView        `json:"sla_events"`
}

type missedSLAConversation struct {
	ID       helpdesk.DisplayID `json:"id"`
	Contact  missedSLAContact   `json:"contact"`
	Labels   string             `json:"labels"` // separated by ", "
	Assignee *agentView         `json:"assignee,omitempty"`
}

type missedSLAContact struct {
	Name string `json:"name"`
}

type missedSLAs struct {
	Payload []missedSLAView `json:"payload"`
	Meta    struct {
		Count       int `json:"count"`
		CurrentPage int `json:"current_page"`
	} `json:"meta"`
}

func viewMissedSLA(d *helpdesk.ConversationDetail) missedSLAView {
	out := missedSLAView{
		AppliedSLA: viewApplied(d.Promise), SLAEvents: viewMisses(d.Promise),
		Conversation: missedSLAConversation{ID: d.Display, Labels: strings.Join(d.Titles, ", ")},
	}
	if d.Customer != nil {
		out.Conversation.Contact.Name = d.Customer.Name
	}
	if d.Owner != nil {
		owner := viewAgent(d.Owner)
		out.Conversation.Assignee = &owner
	}
	return out
}

// listMissedSLAs is a page of the conversations with a miss.
func listMissedSLAs(ctx context.Context, c *call, in appliedSLAsInput) (missedSLAs, error) {
	out := missedSLAs{}
	f, err := in.filter()
	if err != nil {
		return out, err
	}
	n, err := c.desk.AppliedSLAs.Figures(ctx, f)
	if err != nil {
		return out, err
	}
	f.Missed = true
	rows, err := c.desk.AppliedSLAs.List(ctx, f, in.page(slasPerPage))
	out.Payload = each(rows, viewMissedSLA)
	out.Meta.Count, out.Meta.CurrentPage = n.Missed, max(in.Page, 1)
	return out, err
}

type slaMetrics struct {
	Total   int    `json:"total_applied_slas"`
	Misses  int    `json:"number_of_sla_misses"`
	HitRate string `json:"hit_rate"`
}

func showSLAMetrics(ctx context.Context, c *call, in appliedSLAsInput) (slaMetrics, error) {
	f, err := in.filter()
	if err != nil {
		return slaMetrics{}, err
	}
	n, err := c.desk.AppliedSLAs.Figures(ctx, f)
	return slaMetrics{n.Applied, n.Missed, strconv.FormatFloat(math.Round(n.HitRate()*100)/100, 'f', -1, 64) + "%"}, err
}

// downloadMissedSLAs is every conversation with a miss, up to 10,000.
func downloadMissedSLAs(ctx context.Context, c *call, in appliedSLAsInput) (csvFile, error) {
	f, err := in.filter()
	if err != nil {
		return csvFile{}, err
	}
	f.Missed = true
	out := [][]string{{"Conversation ID", "SLA policy", "Assignee", "Team", "Inbox", "Labels", "Conversation link", "Breached events"}}
	for page := range 10 {
		rows, err := c.desk.AppliedSLAs.List(ctx, f, helpdesk.Page{Limit: helpdesk.MaxPage, Offset: page * helpdesk.MaxPage})
		if err != nil {
			return csvFile{}, err
		}
		out = append(out, each(rows, c.missedSLALine)...)
		if len(rows) < helpdesk.MaxPage {
			break
		}
	}
	return csvFile{out}, nil
}

func (c *call) missedSLALine(d *helpdesk.ConversationDetail) []string {
	line := []string{strconv.FormatInt(int64(d.Display), 10), d.Promise.Terms.Name, "", "", "", strings.Join(d.Titles, ", "), c.conversationLink(d.Account, d.Display), ""}
	if d.Owner != nil {
		line[2] = d.Owner.Name
	}
	if d.Dept != nil {
		line[3] = d.Dept.Name
	}
	if d.Box != nil {
		line[4] = d.Box.Name
	}
	var missed []string
	for _, m := range viewMisses(d.Promise) {
		missed = append(missed, m.Type)
	}
	line[7] = strings.Join(missed, ", ")
	return line
}
