package dashboard

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

func conversationRoutes() []route {
	routes := []route{
		{"GET /conversations", "", (*call).showConversations},
		{"GET /conversations/{display}", "", (*call).showConversations},
		{"POST /conversations/bulk", "", (*call).postBulk},
		{"GET /dashboard", "", func(c *call) error { return redirect(c.path("/conversations")) }},
	}
	return append(append(routes, talkRoutes()...), filterRoutes()...)
}

// rowsPerPage is how many conversations the list shows at first, and adds at once.
const rowsPerPage = 25

// conversationsPage is the list, and the conversation that is open beside it. What
// a region needs is read when it is shown.
type conversationsPage struct {
	*call
	Query  listQuery
	Open   *helpdesk.ConversationDetail // nil = none
	Reply  replyForm                    // what was typed and could not be sent
	Missed []helpdesk.MessageID         // what a reply that is refused did not know of

	list   *helpdesk.ConversationList
	agents map[helpdesk.AgentID]*helpdesk.Agent

	// Read once, though several parts of the page show them.
	templates *[]*helpdesk.MessageTemplate
	assignees *[]chooser
	labels    *[]chooser
}

func (c *call) showConversations() error {
	p, err := c.conversationsPage()
	if err != nil {
		return err
	}
	return p.show(http.StatusOK)
}

// conversationsPage is the page of the request's address.
func (c *call) conversationsPage() (*conversationsPage, error) {
	p := &conversationsPage{call: c, Query: readListQuery(c.r.URL.Query())}
	if c.r.PathValue("display") == "" {
		return p, nil
	}
	var err error
	p.Open, err = c.opened()
	return p, err
}

func (p *conversationsPage) show(status int) error {
	return p.render("conversations/index", status, p)
}

// opened is the conversation of the address.
func (c *call) opened() (*helpdesk.ConversationDetail, error) {
	n, err := c.id("display")
	if err != nil {
		return nil, err
	}
	conv, err := c.desk.Conversations.ByDisplay(c.ctx(), helpdesk.DisplayID(n))
	if err != nil {
		return nil, err
	}
	list, err := c.desk.Conversations.Detail(c.ctx(), conv.ID)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, helpdesk.NotFound
	}
	return list[0], nil
}

// listQuery is which conversations the list shows: what stands behind the ? of the
// page's address.
type listQuery struct {
	Tab        string // "mine", "unassigned", "all"
	Status     string // of a conversation, or "all"
	Sort       string
	Inbox      string
	Team       string
	Label      string
	View       string
	Where      string // a condition in JSON, of a filter that is no view
	Text       string
	Mentioned  bool
	Unattended bool
	After      string // key of the last row that is shown already
}

func readListQuery(q url.Values) listQuery {
	out := listQuery{
		Tab: "mine", Status: "open", Sort: q.Get("sort"), Inbox: q.Get("inbox"), Team: q.Get("team"), Label: q.Get("label"),
		View: q.Get("view"), Where: q.Get("where"), Text: strings.TrimSpace(q.Get("q")), Mentioned: q.Get("mentioned") != "", Unattended: q.Get("unattended") != "",
		After: q.Get("after"),
	}
	if out.Mentioned || out.Unattended || out.View != "" || out.Where != "" {
		out.Tab = "all"
	}
	if out.View != "" || out.Mentioned || out.Where != "" {
		out.Status = "all"
	}
	if tab := q.Get("tab"); slices.Contains(tabs(), tab) {
		out.Tab = tab
	}
	if status := q.Get("status"); slices.Contains(statuses(), status) {
		out.Status = status
	}
	if !slices.Contains(sorts(), out.Sort) {
		out.Sort = ""
	}
	return out
}

func tabs() []string     { return []string{"mine", "unassigned", "all"} }
func statuses() []string { return []string{"open", "pending", "snoozed", "resolved", "all"} }
func sorts() []string {
	return []string{"", "last_activity_at_asc", "created_at_desc", "created_at_asc", "priority_desc", "waiting_since_asc"}
}

// With is for templates: the query with one part changed, as it stands behind the
// path; "" = nothing narrows the list.
func (q listQuery) With(name, value string) string {
	v := url.Values{}
	set := func(k, have string) {
		if k == name {
			have = value
		}
		if have != "" {
			v.Set(k, have)
		}
	}
	set("tab", q.Tab)
	set("status", q.Status)
	set("sort", q.Sort)
	set("inbox", q.Inbox)
	set("team", q.Team)
	set("label", q.Label)
	set("view", q.View)
	set("where", q.Where)
	set("q", q.Text)
	set("mentioned", one(q.Mentioned))
	set("unattended", one(q.Unattended))
	if name == "after" {
		set("after", "")
	}
	return "?" + v.Encode()
}

// String is the query as it is.
func (q listQuery) String() string { return q.With("", "") }

func one(b bool) string {
	if b {
		return "1"
	}
	return ""
}

// filter is the query as the desk takes it.
func (p *conversationsPage) filter() (helpdesk.ConversationFilter, error) {
	q := p.Query
	f := helpdesk.ConversationFilter{
		Inbox: helpdesk.InboxID(number(q.Inbox)), Team: helpdesk.TeamID(number(q.Team)), Unattended: q.Unattended,
		Sort: helpdesk.ConversationSort(q.Sort), Person: q.Text,
	}
	if q.Status != "all" {
		f.Status = []helpdesk.Status{helpdesk.Status(q.Status)}
	}
	if q.Label != "" {
		f.Labels = []string{q.Label}
	}
	if q.Mentioned {
		f.Mentioned = p.self.ID
	}
	if q.View != "" {
		v, err := p.desk.Views.Get(p.ctx(), helpdesk.ViewID(number(q.View)))
		if err != nil {
			return f, err
		}
		f.Where = v.Where
	}
	own, err := condOf(q.Where)
	f.Where = bothConds(f.Where, own)
	return f, err
}

func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64) // what is no number chose nothing
	return n
}

// found is the list's page, read once.
func (p *conversationsPage) found() (*helpdesk.ConversationList, error) {
	if p.list != nil {
		return p.list, nil
	}
	f, err := p.filter()
	if err != nil {
		return nil, err
	}
	switch p.Query.Tab {
	case "mine":
		f.Assignee, f.AssigneeID = helpdesk.Mine, p.self.ID
	case "unassigned":
		f.Assignee = helpdesk.Unassigned
	}
	p.list, err = p.desk.Conversations.List(p.ctx(), f, helpdesk.Page{Limit: rowsPerPage, After: p.Query.After})
	return p.list, err
}

// listTab is a heading of the list with how many stand below it.
type listTab struct {
	Name, To, Count string
	Current         bool
}

// Tabs is for templates.
func (p *conversationsPage) Tabs() ([]listTab, error) {
	list, err := p.found()
	if err != nil {
		return nil, err
	}
	n := list.Counts
	all := str(n.All)
	if n.More {
		all += "+"
	}
	counts := map[string]string{"mine": str(n.Mine), "unassigned": str(n.Unassigned), "all": all}
	var out []listTab
	for _, tab := range tabs() {
		out = append(out, listTab{p.T("conversations.tab_" + tab), p.here(p.Query.With("tab", tab)), counts[tab], tab == p.Query.Tab})
	}
	return out, nil
}

// here is the page's own path with another query.
func (p *conversationsPage) here(query string) string {
	if p.Open != nil {
		return p.path("/conversations/", str(p.Open.Display), query)
	}
	return p.path("/conversations", query)
}

// Here is for templates.
func (p *conversationsPage) Here(name, value string) string { return p.here(p.Query.With(name, value)) }

// listRow is a conversation as the list shows it.
type listRow struct {
	Display  helpdesk.DisplayID
	To       string
	Who      person
	Channel  string // icon of its inbox
	Inbox    string
	Said     string
	Icon     string // before what was said: "reply", "lock"
	When     moment
	Unread   string
	Current  bool
	Owner    *person
	Labels   []labelChip
	Priority string
	Status   string // when it is not open
	Late     string // what is promised and near or missed
}

type labelChip struct{ Title, Color string }

// Rows is for templates.
func (p *conversationsPage) Rows() ([]listRow, error) {
	list, err := p.found()
	if err != nil {
		return nil, err
	}
	colors, err := p.labelColors()
	if err != nil {
		return nil, err
	}
	out := make([]listRow, 0, len(list.Items))
	for _, d := range list.Items {
		out = append(out, p.row(d, colors))
	}
	return out, nil
}

func (p *conversationsPage) row(d *helpdesk.ConversationDetail, colors map[string]string) listRow {
	r := listRow{
		Display: d.Display, To: p.path("/conversations/", str(d.Display), p.Query.String()), Who: p.contactFace(d.Customer),
		When: p.moment(d.LastActivity), Current: p.Open != nil && p.Open.ID == d.ID, Priority: string(d.Priority),
	}
	if d.Box != nil {
		r.Inbox, r.Channel = d.Box.Name, channelIcon(d.Box.Kind)
	}
	if d.Unread > 0 {
		r.Unread = str(min(d.Unread, 99))
	}
	if d.Status != helpdesk.Open {
		r.Status = string(d.Status)
	}
	if d.Owner != nil {
		f := face(agentName(d.Owner), d.Owner.Avatar)
		r.Owner = &f
	}
	for _, title := range d.Titles {
		r.Labels = append(r.Labels, labelChip{title, colors[title]})
	}
	last := d.LastTalk
	if last == nil {
		last = d.Last
	}
	if last != nil {
		r.Said = p.summary(last)
		switch {
		case last.Private:
			r.Icon = "lock"
		case last.Kind == helpdesk.Outgoing:
			r.Icon = "reply"
		}
	}
	return r
}

// summary is what a message says in one line.
func (c *call) summary(m *helpdesk.Message) string {
	text := strings.Join(strings.Fields(m.Content), " ")
	if deleted(m) {
		return c.T("conversations.deleted")
	}
	if text == "" && len(m.Attachments) > 0 {
		return c.T("conversations.attachment_" + attachmentKind(m.Attachments[0]))
	}
	if r := []rune(text); len(r) > 140 {
		text = string(r[:140]) + "…"
	}
	return text
}

// More is for templates: where the next rows are; "" = there are none.
func (p *conversationsPage) More() (string, error) {
	list, err := p.found()
	if err != nil || len(list.Items) < rowsPerPage {
		return "", err
	}
	f := helpdesk.ConversationFilter{Sort: helpdesk.ConversationSort(p.Query.Sort)}
	key := f.Key(list.Items[len(list.Items)-1].Conversation)
	return p.here(p.Query.String() + "&after=" + url.QueryEscape(key)), nil
}

// ListTitle is for templates: what the list is narrowed to.
func (p *conversationsPage) ListTitle() (string, error) {
	q, ctx := p.Query, p.ctx()
	switch {
	case q.Mentioned:
		return p.T("frame.mentions"), nil
	case q.Unattended:
		return p.T("frame.unattended"), nil
	case q.View != "":
		v, err := p.desk.Views.Get(ctx, helpdesk.ViewID(number(q.View)))
		return named(v, err, func() string { return v.Name })
	case q.Team != "":
		v, err := p.desk.Teams.Get(ctx, helpdesk.TeamID(number(q.Team)))
		return named(v, err, func() string { return v.Name })
	case q.Inbox != "":
		v, err := p.desk.Inboxes.Get(ctx, helpdesk.InboxID(number(q.Inbox)))
		return named(v, err, func() string { return v.Name })
	case q.Label != "":
		return "#" + q.Label, nil
	}
	return p.T("frame.conversations"), nil
}

func named[T any](_ *T, err error, name func() string) (string, error) {
	if err != nil {
		return "", err
	}
	return name(), nil
}

// Statuses and Sorts are for templates: what the list may be narrowed to and
// ordered by.
func (p *conversationsPage) Statuses() []string { return statuses() }

// Sorts likewise.
func (p *conversationsPage) Sorts() []string { return sorts() }

// labelColors are the account's labels by title.
func (c *call) labelColors() (map[string]string, error) {
	labels, err := c.desk.Labels.List(c.ctx())
	out := make(map[string]string, len(labels))
	for _, l := range labels {
		out[l.Title] = l.Color
	}
	return out, err
}

// contactFace is a customer as pages show them.
func (c *call) contactFace(p *helpdesk.Contact) person {
	if p == nil {
		return face(c.contactName(p), "")
	}
	f := face(c.contactName(p), p.Avatar)
	if p.Connected {
		f.Online = "online"
	}
	return f
}

// postBulk does one thing to the chosen conversations.
func (c *call) postBulk() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	change := helpdesk.ConversationsChange{Conversations: ids[helpdesk.DisplayID](in, "chosen")}
	switch verb, value, _ := strings.Cut(in.Get("do"), ":"); verb {
	case "status":
		change.Status = helpdesk.Status(value)
	case "agent":
		id := helpdesk.AgentID(number(value))
		change.Assignee = &id
	case "team":
		id := helpdesk.TeamID(number(value))
		change.Team = &id
	case "label":
		change.AddLabels = []string{value}
	case "unlabel":
		change.RemoveLabels = []string{value}
	}
	if _, err := c.desk.Conversations.Change(c.ctx(), change); err != nil {
		return err
	}
	return c.done(c.path("/conversations", readListQuery(c.r.URL.Query()).String()), "conversations.bulk_begun")
}

// queryPart is a part of the query as a form carries it along.
type queryPart struct{ Name, Value string }

// Parts is for templates: what a search of the list keeps.
func (q listQuery) Parts() map[string]*queryPart {
	out := map[string]*queryPart{}
	for name, value := range map[string]string{
		"tab": q.Tab, "status": q.Status, "sort": q.Sort, "inbox": q.Inbox, "team": q.Team, "label": q.Label, "view": q.View, "where": q.Where,
	} {
		if value != "" {
			out[name] = &queryPart{name, value}
		}
	}
	return out
}

// AllLabels is for templates.
func (p *conversationsPage) AllLabels() ([]*helpdesk.Label, error) {
	return p.desk.Labels.List(p.ctx())
}

// MissedSaid is for templates: what was said since the composer was opened.
func (p *conversationsPage) MissedSaid() ([]quote, error) {
	list, err := p.desk.Messages.List(p.ctx(), helpdesk.MessageFilter{Conversation: p.Open.ID, IDs: p.Missed}, helpdesk.Page{Limit: 20})
	if err != nil {
		return nil, err
	}
	var out []quote
	for _, m := range list {
		who, err := p.author(m)
		if err != nil {
			return nil, err
		}
		out = append(out, quote{m.ID, who.Name, p.summary(m)})
	}
	return out, nil
}
