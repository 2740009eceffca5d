package dashboard

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// commandTalk collects what can be done with one conversation.
type commandTalk struct {
	*call
	d     *helpdesk.ConversationDetail
	items []commandItem
}

// commandActions are what fits the open conversation as it is.
func (c *call) commandActions(id helpdesk.ConversationID) (commandGroup, error) {
	found, err := c.desk.Conversations.Detail(c.ctx(), id)
	if err != nil || len(found) == 0 {
		return commandGroup{}, err
	}
	t := &commandTalk{call: c, d: found[0]}
	t.status()
	t.snooze()
	t.priority()
	for _, part := range []func() error{t.agents, t.teams, t.labels, t.macros} {
		if err := part(); err != nil {
			return commandGroup{}, err
		}
	}
	t.transcript()
	t.mute()
	return commandGroup{Key: "actions", Title: c.T("command.actions", "n", str(t.d.Display)), Items: t.items}, nil
}

// do adds an action: fields are names and values by turns.
func (t *commandTalk) do(i commandItem, verb string, fields ...string) {
	i.Post, i.Fields = t.path("/conversations/", str(t.d.Display), "/", verb), url.Values{}
	for n := 0; n+1 < len(fields); n += 2 {
		i.Fields.Set(fields[n], fields[n+1])
	}
	if i.In != "" {
		i.InText = t.T("command." + i.In)
	}
	t.items = append(t.items, i)
}

func (t *commandTalk) level(name, icon, key string) {
	t.items = append(t.items, commandItem{Text: t.T("command." + name), Icon: icon, Level: name, Key: key})
}

func (t *commandTalk) status() {
	if t.d.Status != helpdesk.Resolved {
		t.do(commandItem{Text: t.T("command.resolve"), Icon: "check", Key: "resolve"}, "status", "status", string(helpdesk.Resolved))
	}
	if t.d.Status != helpdesk.Open {
		t.do(commandItem{Text: t.T("command.reopen"), Icon: "retry"}, "status", "status", string(helpdesk.Open))
	}
	if t.d.Status == helpdesk.Open {
		t.do(commandItem{Text: t.T("command.to_pending"), Icon: "clock"}, "status", "status", string(helpdesk.Pending))
	}
}

func (t *commandTalk) snooze() {
	t.level("snooze", "snooze", "snooze")
	t.do(commandItem{Text: t.T("snooze.reply"), Icon: "reply", In: "snooze"}, "snooze", "until", "")
	for _, s := range t.snoozeTimes() {
		t.do(commandItem{Text: t.T("snooze." + s.Key), Sub: t.moment(s.At).Full, Icon: "snooze", In: "snooze"}, "snooze", "until", s.At.Format(time.RFC3339))
	}
	t.do(commandItem{Text: t.T("snooze.other"), Icon: "calendar", In: "snooze", Ask: "datetime-local", Field: "until"}, "snooze")
}

func (t *commandTalk) priority() {
	t.level("priority", "flag", "")
	for _, p := range []helpdesk.Priority{helpdesk.Urgent, helpdesk.High, helpdesk.Medium, helpdesk.Low, ""} {
		key := "command.priority_" + cmp.Or(string(p), "none")
		t.do(commandItem{Text: t.T(key), Icon: "flag", In: "priority", On: t.d.Priority == p}, "priority", "priority", string(p))
	}
}

func (t *commandTalk) agents() error {
	members, err := t.desk.Agents.List(t.ctx(), helpdesk.AgentFilter{Inbox: t.d.Inbox, Persons: true})
	if err != nil {
		return err
	}
	admins, err := t.desk.Agents.List(t.ctx(), helpdesk.AgentFilter{Admins: true, Persons: true})
	if err != nil {
		return err
	}
	for _, a := range admins {
		if !slices.ContainsFunc(members, func(m *helpdesk.Agent) bool { return m.ID == a.ID }) {
			members = append(members, a)
		}
	}
	slices.SortStableFunc(members, func(a, b *helpdesk.Agent) int {
		if (a.ID == t.self.ID) != (b.ID == t.self.ID) {
			if a.ID == t.self.ID {
				return -1
			}
			return 1
		}
		return strings.Compare(agentName(a), agentName(b))
	})
	t.level("assign", "person", "")
	for _, a := range members {
		who := face(agentName(a), a.Avatar)
		who.Online = string(a.Effective())
		name := who.Name
		if a.ID == t.self.ID {
			name = t.T("command.me", "name", name)
		}
		t.do(commandItem{Text: name, Face: &who, In: "assign", On: t.d.Assignee == a.ID && !t.d.AssigneeBot}, "assign", "agent", str(a.ID))
	}
	t.do(commandItem{Text: t.T("command.nobody"), Icon: "x", In: "assign", On: t.d.Assignee == 0}, "assign", "agent", "0")
	return nil
}

func (t *commandTalk) teams() error {
	teams, err := t.desk.Teams.List(t.ctx())
	if err != nil || len(teams) == 0 {
		return err
	}
	t.level("team", "people", "")
	for _, team := range teams {
		t.do(commandItem{Text: team.Name, Icon: "people", In: "team", On: t.d.Team == team.ID}, "team", "team", str(team.ID))
	}
	t.do(commandItem{Text: t.T("command.no_team"), Icon: "x", In: "team", On: t.d.Team == 0}, "team", "team", "0")
	return nil
}

func (t *commandTalk) labels() error {
	labels, err := t.desk.Labels.List(t.ctx())
	if err != nil || len(labels) == 0 {
		return err
	}
	t.level("label", "tag", "")
	for _, l := range labels {
		on := slices.Contains(t.d.Titles, l.Title)
		t.do(commandItem{Text: l.Title, Color: l.Color, In: "label", On: on}, "labels", "label", l.Title, "on", map[bool]string{true: "false", false: "true"}[on])
	}
	return nil
}

func (t *commandTalk) macros() error {
	macros, err := t.desk.Macros.List(t.ctx())
	if err != nil || len(macros) == 0 {
		return err
	}
	t.level("macro", "bolt", "")
	for _, m := range macros {
		t.do(commandItem{Text: m.Name, Icon: "bolt", In: "macro"}, "macro", "macro", str(m.ID))
	}
	return nil
}

func (t *commandTalk) transcript() {
	t.level("transcript", "mail", "")
	known := []string{t.self.Email}
	if t.d.Customer != nil {
		known = append([]string{t.d.Customer.Email}, known...)
	}
	if t.d.Owner != nil {
		known = append(known, t.d.Owner.Email)
	}
	for i, email := range known {
		if email != "" && !slices.Contains(known[:i], email) {
			t.do(commandItem{Text: email, Icon: "mail", In: "transcript"}, "transcript", "email", email)
		}
	}
	t.do(commandItem{Text: t.T("command.other_address"), Icon: "pencil", In: "transcript", Ask: "email", Field: "email"}, "transcript")
}

func (t *commandTalk) mute() {
	text, sub, on := "command.mute", "talk.mute", "true"
	if t.d.Muted {
		text, sub, on = "command.unmute", "talk.unmute", "false"
	}
	t.do(commandItem{Text: t.T(text), Sub: t.T(sub), Icon: "mute"}, "mute", "on", on)
}
