package chatwoot

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

const conversationsPerPage = 25

// onConversation is the conversation in the path, by its number.
type onConversation struct {
	Display helpdesk.DisplayID `in:"display_id"`
}

// find loads the conversation in the path.
func (in onConversation) find(ctx context.Context, c *call) (*helpdesk.Conversation, error) {
	return c.desk.Conversations.ByDisplay(ctx, in.Display)
}

type conversationsInput struct {
	pageInput
	Status        string                  `in:"status"`
	AssigneeType  string                  `in:"assignee_type"`
	InboxID       helpdesk.InboxID        `in:"inbox_id"`
	ChannelGroup  helpdesk.ChannelGroupID `in:"channel_group_id"` // an addition
	TeamID        helpdesk.TeamID         `in:"team_id"`
	Labels        []string                `in:"labels"`
	Query         string                  `in:"q"`
	SourceID      string                  `in:"source_id"`
	Type          string                  `in:"conversation_type"`
	SortBy        string                  `in:"sort_by"`
	UpdatedWithin int                     `in:"updated_within"`
}

func (in conversationsInput) filter(c *call) (helpdesk.ConversationFilter, error) {
	f := helpdesk.ConversationFilter{
		Inbox: in.InboxID, Team: in.TeamID, Labels: in.Labels, Source: in.SourceID, Text: in.Query, Sort: conversationSort(in.SortBy),
	}
	if in.ChannelGroup != 0 {
		f.Where = &helpdesk.Cond{Field: "channel_group_id", Op: helpdesk.Equal, Values: []any{int64(in.ChannelGroup)}}
	}
	if in.Query == "" && in.Status != "all" {
		status, err := statusOf(in.Status, helpdesk.Open)
		if err != nil {
			return f, err
		}
		f.Status = []helpdesk.Status{status}
	}
	switch in.AssigneeType {
	case "me":
		f.Assignee = helpdesk.Mine
	case "unassigned":
		f.Assignee = helpdesk.Unassigned
	case "assigned":
		f.Assignee = helpdesk.Assigned
	}
	me := helpdesk.AgentID(0)
	if c.agent != nil {
		me = c.agent.ID
	}
	switch in.Type {
	case "mention":
		f.Mentioned = me
	case "participating":
		f.Participant = me
	case "unattended":
		f.Unattended = true
	}
	if in.UpdatedWithin > 0 {
		f.UpdatedSince = c.e.Now().Add(-time.Duration(in.UpdatedWithin) * time.Second)
	}
	return f, nil
}

// statusOf reads a status, by name or Chatwoot's number; "" = def.
func statusOf(s string, def helpdesk.Status) (helpdesk.Status, error) {
	switch s {
	case "":
		return def, nil
	case "open", "0":
		return helpdesk.Open, nil
	case "resolved", "1":
		return helpdesk.Resolved, nil
	case "pending", "2":
		return helpdesk.Pending, nil
	case "snoozed", "3":
		return helpdesk.Snoozed, nil
	}
	return "", &helpdesk.Error{Code: helpdesk.Invalid, Message: "invalid status", Fields: map[string]string{"status": "must be open, resolved, pending or snoozed"}}
}

// conversationSort reads an order; what is not known is by latest activity.
func conversationSort(s string) helpdesk.ConversationSort {
	switch s {
	case "sort_on_created_at":
		return helpdesk.OldestCreated
	case "sort_on_priority":
		return helpdesk.HighestFirst
	case "sort_on_waiting_since":
		return helpdesk.LongestWait
	}
	switch by := helpdesk.ConversationSort(s); by {
	case helpdesk.OldestActivity, helpdesk.NewestCreated, helpdesk.OldestCreated, helpdesk.HighestFirst, helpdesk.LowestFirst,
		helpdesk.LongestWait, helpdesk.ShortestWait:
		return by
	default:
		return helpdesk.LatestActivity
	}
}

type conversationsView struct {
	Meta    countsView         `json:"meta"`
	Payload []conversationView `json:"payload"`
}

func listConversations(ctx context.Context, c *call, in conversationsInput) (out data[conversationsView], err error) {
	f, err := in.filter(c)
	if err != nil {
		return out, err
	}
	page := in.page(conversationsPerPage)
	if in.UpdatedWithin > 0 {
		page = helpdesk.Page{Limit: helpdesk.MaxPage}
	}
	found, err := c.desk.Conversations.List(ctx, f, page)
	if err != nil {
		return out, err
	}
	c.cursor = found.Cursor
	v, err := c.views(ctx)
	if err != nil {
		return out, err
	}
	return data[conversationsView]{conversationsView{viewCounts(found.Counts), each(found.Items, v.conversation)}}, nil
}

type countsMeta struct {
	Meta countsView `json:"meta"`
}

func countConversations(ctx context.Context, c *call, in conversationsInput) (countsMeta, error) {
	f, err := in.filter(c)
	if err != nil {
		return countsMeta{}, err
	}
	counts, err := c.desk.Conversations.Counts(ctx, f)
	return countsMeta{viewCounts(counts)}, err
}

// detail reads a conversation with what stands beside it.
func (c *call) detail(ctx context.Context, id helpdesk.ConversationID) (*helpdesk.ConversationDetail, error) {
	found, err := c.desk.Conversations.Detail(ctx, id)
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// conversation shapes a conversation that was found or changed.
func (c *call) conversation(ctx context.Context, row *helpdesk.Conversation, err error) (conversationView, error) {
	if err != nil {
		return conversationView{}, err
	}
	d, err := c.detail(ctx, row.ID)
	if err != nil {
		return conversationView{}, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return conversationView{}, err
	}
	return v.conversation(d), nil
}

func showConversation(ctx context.Context, c *call, in onConversation) (conversationView, error) {
	if err := c.markCursor(ctx); err != nil {
		return conversationView{}, err
	}
	row, err := in.find(ctx, c)
	return c.conversation(ctx, row, err)
}

type newConversation struct {
	Inbox        helpdesk.InboxID   `in:"inbox_id"`
	Contact      helpdesk.ContactID `in:"contact_id"`
	Source       string             `in:"source_id"`
	Extra        map[string]any     `in:"additional_attributes"`
	Attributes   map[string]any     `in:"custom_attributes"`
	Status       string             `in:"status"`
	Assignee     helpdesk.AgentID   `in:"assignee_id"`
	Team         helpdesk.TeamID    `in:"team_id"`
	SnoozedUntil string             `in:"snoozed_until"`
	Message      *messageInput      `in:"message"`
}

func createConversation(ctx context.Context, c *call, in newConversation) (conversationView, error) {
	status, err := statusOf(in.Status, helpdesk.Open)
	if err != nil {
		return conversationView{}, err
	}
	start := helpdesk.NewConversation{
		Inbox: in.Inbox, Contact: in.Contact, Source: in.Source, Status: status, Assignee: in.Assignee, Team: in.Team,
		Start: helpdesk.StartFields{Attributes: in.Attributes, Extra: in.Extra},
	}
	if in.SnoozedUntil != "" {
		if start.SnoozedUntil, err = readTime(in.SnoozedUntil); err != nil {
			return conversationView{}, err
		}
	}
	if in.Message != nil {
		reply, closeFiles, err := in.Message.reply()
		if err != nil {
			return conversationView{}, err
		}
		defer closeFiles()
		start.Message = &reply
	}
	row, err := c.desk.Conversations.Create(ctx, start)
	if told, ok := errors.AsType[*helpdesk.Error](err); ok && told.Fields["source_id"] != "" {
		return conversationView{}, refused(http.StatusUnprocessableEntity, "source_id "+told.Fields["source_id"])
	}
	return c.conversation(ctx, row, err)
}

type conversationChange struct {
	onConversation
	Priority *string               `in:"priority"`
	Language *string               `in:"conversation_language"` // an addition
	SLA      *helpdesk.SLAPolicyID `in:"sla_policy_id"`
}

func updateConversation(ctx context.Context, c *call, in conversationChange) (conversationView, error) {
	row, err := in.find(ctx, c)
	if err == nil && (in.Priority != nil || in.Language != nil || in.SLA != nil) {
		ch := helpdesk.ConversationChange{Language: in.Language, SLA: in.SLA}
		if in.Priority != nil {
			to := priorityOf(*in.Priority)
			ch.Priority = &to
		}
		row, err = c.desk.Conversations.Update(ctx, row.ID, ch)
	}
	return c.conversation(ctx, row, err)
}

// priorityOf reads a priority, by name or Chatwoot's number.
func priorityOf(s string) helpdesk.Priority {
	switch s {
	case "none":
		return ""
	case "0":
		return helpdesk.Low
	case "1":
		return helpdesk.Medium
	case "2":
		return helpdesk.High
	case "3":
		return helpdesk.Urgent
	default:
		return helpdesk.Priority(s)
	}
}

func deleteConversation(ctx context.Context, c *call, in onConversation) (empty, error) {
	row, err := in.find(ctx, c)
	if err != nil {
		return empty{}, err
	}
	return empty{}, c.desk.Conversations.Delete(ctx, row.ID)
}

type statusInput struct {
	onConversation
	Status       string `in:"status"`
	SnoozedUntil string `in:"snoozed_until"`
}

type statusView struct {
	Success        bool               `json:"success"`
	ConversationID helpdesk.DisplayID `json:"conversation_id"`
	CurrentStatus  helpdesk.Status    `json:"current_status"`
	SnoozedUntil   iso                `json:"snoozed_until"`
}

type statusPayload struct {
	Meta    struct{}   `json:"meta"`
	Payload statusView `json:"payload"`
}

func toggleStatus(ctx context.Context, c *call, in statusInput) (statusPayload, error) {
	row, err := in.find(ctx, c)
	if err != nil {
		return statusPayload{}, err
	}
	if in.Status == "" {
		row, err = c.desk.Conversations.Toggle(ctx, row.ID)
	} else {
		row, err = in.set(ctx, c, row.ID)
	}
	if err != nil {
		return statusPayload{}, err
	}
	return statusPayload{Payload: statusView{true, row.Display, row.Status, iso{row.SnoozedUntil}}}, nil
}

func (in statusInput) set(ctx context.Context, c *call, id helpdesk.ConversationID) (*helpdesk.Conversation, error) {
	status, err := statusOf(in.Status, "")
	if err != nil {
		return nil, err
	}
	var until time.Time
	if in.SnoozedUntil != "" {
		if until, err = readTime(in.SnoozedUntil); err != nil {
			return nil, err
		}
	}
	return c.desk.Conversations.SetStatus(ctx, id, status, until)
}

type priorityInput struct {
	onConversation
	Priority *string `in:"priority"`
}

func togglePriority(ctx context.Context, c *call, in priorityInput) (empty, error) {
	row, err := in.find(ctx, c)
	if err != nil {
		return empty{}, err
	}
	to := helpdesk.Priority("")
	if in.Priority != nil {
		to = priorityOf(*in.Priority)
	}
	_, err = c.desk.Conversations.SetPriority(ctx, row.ID, to)
	return empty{}, err
}

type assignInput struct {
	onConversation
	Assignee *helpdesk.AgentID `in:"assignee_id"`
	Team     *helpdesk.TeamID  `in:"team_id"`
	Expected *helpdesk.AgentID `in:"expected_assignee_id"` // an addition: refuse when somebody else owns it by now
}

func assignConversation(ctx context.Context, c *call, in assignInput) (any, error) {
	row, err := in.find(ctx, c)
	switch {
	case err != nil:
		return nil, err
	case in.Assignee != nil:
		row, err = c.desk.Conversations.Assign(ctx, row.ID, helpdesk.Assignment{To: *in.Assignee, If: in.Expected})
		return c.owner(ctx, row, err)
	case in.Team == nil:
		return nil, nil
	}
	if _, err := c.desk.Conversations.AssignTeam(ctx, row.ID, *in.Team); err != nil || *in.Team == 0 {
		return nil, err
	}
	t, err := c.desk.Teams.Get(ctx, *in.Team)
	if err != nil {
		return nil, err
	}
	return rawTeam(t), nil
}

// owner shapes who owns a conversation now; null = nobody.
func (c *call) owner(ctx context.Context, row *helpdesk.Conversation, err error) (any, error) {
	if err != nil || row.Assignee == 0 {
		return nil, err
	}
	a, err := c.desk.Agents.Get(ctx, row.Assignee)
	if err != nil {
		return nil, err
	}
	if !a.Bot {
		return viewAgent(a), nil
	}
	b, err := c.desk.Bots.Get(ctx, a.ID)
	return viewOwner(a, b), err
}

func claimConversation(ctx context.Context, c *call, in onConversation) (any, error) {
	row, err := in.find(ctx, c)
	if err == nil {
		row, err = c.desk.Conversations.Claim(ctx, row.ID)
	}
	return c.owner(ctx, row, err)
}

func listConversationLabels(ctx context.Context, c *call, in onConversation) (payload[[]string], error) {
	row, err := in.find(ctx, c)
	if err != nil {
		return payload[[]string]{}, err
	}
	return c.titles(ctx, row.Labels)
}

type conversationLabels struct {
	onConversation
	Labels []string `in:"labels"`
}

func setConversationLabels(ctx context.Context, c *call, in conversationLabels) (payload[[]string], error) {
	row, err := in.find(ctx, c)
	if err == nil {
		row, err = c.desk.Conversations.SetLabels(ctx, row.ID, in.Labels)
	}
	if err != nil {
		return payload[[]string]{}, err
	}
	return c.titles(ctx, row.Labels)
}

type conversationAttributes struct {
	onConversation
	Attributes map[string]any `in:"custom_attributes"`
}

type attributesView struct {
	Attributes map[string]any `json:"custom_attributes"`
}

func setConversationAttributes(ctx context.Context, c *call, in conversationAttributes) (attributesView, error) {
	row, err := in.find(ctx, c)
	if err == nil {
		row, err = c.desk.Conversations.SetAttributes(ctx, row.ID, object(in.Attributes))
	}
	if err != nil {
		return attributesView{}, err
	}
	return attributesView{object(row.Attributes)}, nil
}

func markSeen(ctx context.Context, c *call, in onConversation) (conversationView, error) {
	row, err := in.find(ctx, c)
	if err == nil {
		row, err = c.desk.Conversations.MarkSeen(ctx, row.ID)
	}
	return c.conversation(ctx, row, err)
}

func markUnread(ctx context.Context, c *call, in onConversation) (conversationView, error) {
	row, err := in.find(ctx, c)
	if err == nil {
		row, err = c.desk.Conversations.MarkUnread(ctx, row.ID)
	}
	return c.conversation(ctx, row, err)
}

func muteConversation(ctx context.Context, c *call, in onConversation) (empty, error) {
	return c.setMuted(ctx, in, true)
}

func unmuteConversation(ctx context.Context, c *call, in onConversation) (empty, error) {
	return c.setMuted(ctx, in, false)
}

func (c *call) setMuted(ctx context.Context, in onConversation, muted bool) (empty, error) {
	row, err := in.find(ctx, c)
	if err == nil {
		_, err = c.desk.Conversations.SetMuted(ctx, row.ID, muted)
	}
	return empty{}, err
}

type typingInput struct {
	onConversation
	Status  string `in:"typing_status"`
	Private bool   `in:"is_private"`
}

func toggleTyping(ctx context.Context, c *call, in typingInput) (empty, error) {
	row, err := in.find(ctx, c)
	if err == nil {
		err = c.desk.Conversations.Typing(ctx, row.ID, in.Status == "on", in.Private)
	}
	return empty{}, err
}

func listParticipants(ctx context.Context, c *call, in onConversation) ([]agentView, error) {
	row, err := in.find(ctx, c)
	if err != nil {
		return nil, err
	}
	agents, err := c.desk.Conversations.Participants(ctx, row.ID)
	return each(agents, viewAgent), err
}
