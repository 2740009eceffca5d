package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// demoPassword is every demo agent's, unless HELPDESK_ADMIN_PASSWORD says
// otherwise. Everybody can read it here: the demo is for looking, on loopback.
const demoPassword = "Demo-2-demo!"

// demoFor is the script with the operator's own administrator, and the password.
func demoFor(c *config) (demoPlay, string) {
	script := demoScript()
	script.agents[0].email = cmp.Or(c.adminEmail, script.agents[0].email)
	return script, cmp.Or(c.adminPassword, demoPassword)
}

// tellDemo says how to sign in to the demo account, if it is there.
func (d *desk) tellDemo(ctx context.Context, c *config, out io.Writer, base string) error {
	script, password := demoFor(c)
	user, err := d.FindUser(ctx, script.agents[0].email)
	if errors.Is(err, helpdesk.NotFound) {
		_, err = fmt.Fprintln(out, "The database is in use already: no demo account was made.")
		return err
	}
	if err != nil {
		return err
	}
	token, err := d.AccessToken(user)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Demo account:\n  URL        %s\n  E-mail     %s\n  Password   %s\n  API token  %s\n  Sample shop, to play a customer: %s/demo\n", base, user.Email, password, token, base)
	return err
}

// stage is where the demo's script is played: an engine over the same store,
// whose clock goes from some days ago to now.
type stage struct {
	*helpdesk.Engine
	start  time.Time
	now    time.Time
	host   *helpdesk.Desk
	agents map[string]*helpdesk.Desk
	ids    map[string]helpdesk.AgentID
	inbox  map[string]helpdesk.InboxID
	team   map[string]helpdesk.TeamID

	account helpdesk.AccountID
}

// playDemo fills the empty database with an account to look at.
func (d *desk) playDemo(ctx context.Context, c *config) error {
	script, password := demoFor(c)
	s := &stage{
		start: time.Now(), agents: map[string]*helpdesk.Desk{}, ids: map[string]helpdesk.AgentID{},
		inbox: map[string]helpdesk.InboxID{}, team: map[string]helpdesk.TeamID{},
	}
	s.now = s.start.Add(-10 * 24 * time.Hour)
	options := d.options
	options.Now = func() time.Time { return s.now }
	var err error
	if s.Engine, err = helpdesk.New(d.store, options); err != nil {
		return err
	}
	if err := s.people(ctx, script, password); err != nil {
		return err
	}
	if err := s.places(ctx, script); err != nil {
		return err
	}
	for _, t := range script.talks {
		if err := s.play(ctx, script.contacts[t.contact], t); err != nil {
			return fmt.Errorf("%q: %w", t.lines[0].text, err)
		}
	}
	return nil
}

// people makes the account, its administrator and the other agents.
func (s *stage) people(ctx context.Context, script demoPlay, password string) error {
	for i, a := range script.agents {
		person := helpdesk.NewUser{Email: a.email, Name: a.name, Password: password}
		var user *helpdesk.User
		var err error
		if i == 0 {
			var account *helpdesk.Account
			if account, user, err = s.Setup(ctx, "", helpdesk.NewAccount{Name: script.account}, person); err == nil {
				s.account, s.host = account.ID, s.As(s.Host(account.ID))
			}
		} else if user, err = s.CreateUser(ctx, person); err == nil {
			_, err = s.host.Agents.Add(ctx, user.ID, helpdesk.AgentInput{Role: a.role})
		}
		if err != nil {
			return err
		}
		s.ids[a.key], s.agents[a.key] = user.ID, s.As(s.Agent(s.account, user.ID))
	}
	return nil
}

// places makes inboxes, teams and labels; every agent works everywhere.
func (s *stage) places(ctx context.Context, script demoPlay) error {
	var everybody []helpdesk.AgentID
	for _, a := range script.agents {
		everybody = append(everybody, s.ids[a.key])
	}
	for _, name := range script.inboxes {
		in := helpdesk.InboxInput{Kind: "api", Name: &name}
		if name == website {
			in.Kind, in.Settings = "web_widget", json.RawMessage(script.widget)
		}
		box, err := s.host.Inboxes.Create(ctx, in)
		if err != nil {
			return err
		}
		s.inbox[name] = box.ID
		if err := s.host.Inboxes.SetMembers(ctx, box.ID, helpdesk.ReplaceMembers, everybody...); err != nil {
			return err
		}
	}
	for _, t := range script.teams {
		team, err := s.host.Teams.Create(ctx, helpdesk.TeamInput{Name: &t.name, Description: &t.description})
		if err != nil {
			return err
		}
		s.team[t.name] = team.ID
		for _, key := range t.members {
			if _, err := s.host.Teams.SetMembers(ctx, team.ID, helpdesk.AddMembers, s.ids[key]); err != nil {
				return err
			}
		}
	}
	for _, l := range script.labels {
		if _, err := s.host.Labels.Create(ctx, helpdesk.LabelInput{Title: &l.title, Description: &l.description, Color: &l.color}); err != nil {
			return err
		}
	}
	return nil
}

// play lets one conversation happen: the first line opens it, the others follow
// some minutes apart, and it ends as the script says.
func (s *stage) play(ctx context.Context, who demoContact, t demoTalk) error {
	s.now = s.start.Add(-t.ago)
	var id helpdesk.ConversationID
	var contact helpdesk.ContactID
	for i, l := range t.lines {
		if i > 0 {
			s.now = s.now.Add(time.Duration(3+7*i) * time.Minute)
		}
		if l.by != "" {
			if _, err := s.agents[l.by].Messages.Send(ctx, id, helpdesk.Reply{Content: l.text, Private: l.note}); err != nil {
				return err
			}
			continue
		}
		m, err := s.Receive(ctx, s.account, s.inbox[t.inbox], helpdesk.Inbound{
			From:    helpdesk.Person{Source: who.source, Name: who.name, Email: who.email, Phone: who.phone},
			Content: l.text,
		})
		if err != nil {
			return err
		}
		if id == 0 {
			id, contact = m.Conversation, helpdesk.ContactID(m.Sender.ID)
			if err := s.prepare(ctx, id, t); err != nil {
				return err
			}
		}
	}
	change := helpdesk.ContactChange{Company: &who.company, City: &who.city}
	if _, err := s.host.Contacts.Update(ctx, contact, change); err != nil {
		return err
	}
	return s.end(ctx, id, t)
}

// prepare does what an agent does on opening a conversation.
func (s *stage) prepare(ctx context.Context, id helpdesk.ConversationID, t demoTalk) error {
	if len(t.labels) > 0 {
		if _, err := s.host.Conversations.SetLabels(ctx, id, t.labels); err != nil {
			return err
		}
	}
	if t.priority != "" {
		if _, err := s.host.Conversations.SetPriority(ctx, id, t.priority); err != nil {
			return err
		}
	}
	if t.team != "" {
		if _, err := s.host.Conversations.AssignTeam(ctx, id, s.team[t.team]); err != nil {
			return err
		}
	}
	if t.owner == "" {
		return nil
	}
	_, err := s.agents[t.owner].Conversations.Claim(ctx, id)
	return err
}

func (s *stage) end(ctx context.Context, id helpdesk.ConversationID, t demoTalk) error {
	if t.status == "" || t.status == helpdesk.Open {
		return nil
	}
	until := time.Time{}
	if t.status == helpdesk.Snoozed {
		until = s.start.Add(20 * time.Hour)
	}
	by := s.host
	if t.owner != "" {
		by = s.agents[t.owner]
	}
	_, err := by.Conversations.SetStatus(ctx, id, t.status, until)
	return err
}
