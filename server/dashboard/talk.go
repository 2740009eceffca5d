package dashboard

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// talkRoutes are what is done to the conversation that is open. Each ends on its
// page again, with the list as it was.
func talkRoutes() []route {
	const at = "/conversations/{display}"
	return []route{
		{"POST " + at + "/messages", "", (*call).postReply},
		{"POST " + at + "/messages/{id}/retry", "", (*call).postRetry},
		{"POST " + at + "/messages/{id}/delete", "", (*call).postDeleteMessage},
		{"POST " + at + "/draft", "", (*call).postDraft},
		{"POST " + at + "/typing", "", (*call).postTyping},
		{"POST " + at + "/schedule", "", (*call).postSchedule},
		{"POST " + at + "/scheduled/{id}/cancel", "", (*call).postCancelScheduled},
		{"POST " + at + "/seen", "", (*call).postSeen},
		{"POST " + at + "/unread", "", onTalk("", func(c *call, d *helpdesk.ConversationDetail, _ input) error {
			_, err := c.desk.Conversations.MarkUnread(c.ctx(), d.ID)
			return err
		})},
		{"POST " + at + "/status", "", onTalk("", (*call).setStatus)},
		{"POST " + at + "/snooze", "", onTalk("", (*call).snooze)},
		{"POST " + at + "/claim", "", onTalk("", (*call).claim)},
		{"POST " + at + "/assign", "", onTalk("", (*call).assign)},
		{"POST " + at + "/team", "", onTalk("", func(c *call, d *helpdesk.ConversationDetail, in input) error {
			_, err := c.desk.Conversations.AssignTeam(c.ctx(), d.ID, helpdesk.TeamID(in.id("team")))
			return err
		})},
		{"POST " + at + "/priority", "", onTalk("", func(c *call, d *helpdesk.ConversationDetail, in input) error {
			_, err := c.desk.Conversations.SetPriority(c.ctx(), d.ID, helpdesk.Priority(in.Get("priority")))
			return err
		})},
		{"POST " + at + "/labels", "", onTalk("", (*call).setLabels)},
		{"POST " + at + "/mute", "", onTalk("", func(c *call, d *helpdesk.ConversationDetail, in input) error {
			_, err := c.desk.Conversations.SetMuted(c.ctx(), d.ID, *in.yes("on"))
			return err
		})},
		{"POST " + at + "/transcript", "", onTalk("talk.transcript_sent", func(c *call, d *helpdesk.ConversationDetail, in input) error {
			return c.desk.Conversations.Transcript(c.ctx(), d.ID, *in.text("email"))
		})},
		{"POST " + at + "/macro", "", onTalk("talk.macro_run", func(c *call, d *helpdesk.ConversationDetail, in input) error {
			return c.desk.Macros.Execute(c.ctx(), helpdesk.MacroID(in.id("macro")), d.Display)
		})},
		{"POST " + at + "/participants", "", onTalk("", func(c *call, d *helpdesk.ConversationDetail, in input) error {
			how := helpdesk.RemoveMembers
			if *in.yes("on") {
				how = helpdesk.AddMembers
			}
			_, err := c.desk.Conversations.SetParticipants(c.ctx(), d.ID, how, helpdesk.AgentID(in.id("agent")))
			return err
		})},
		{"POST " + at + "/attributes", "", onTalk("common.saved", (*call).setAttributes)},
		{"POST " + at + "/notes", "", onTalk("", func(c *call, d *helpdesk.ConversationDetail, in input) error {
			_, err := c.desk.Notes.Create(c.ctx(), d.Contact, *in.area("content"))
			return err
		})},
		{"POST " + at + "/delete", helpdesk.DeleteConversation, (*call).postDeleteConversation},
	}
}

// onTalk does something to the open conversation. What the desk refuses is said
// beside it.
func onTalk(notice string, do func(c *call, d *helpdesk.ConversationDetail, in input) error) func(c *call) error {
	return func(c *call) error {
		in, err := c.input()
		if err != nil {
			return err
		}
		d, err := c.opened()
		if err != nil {
			return err
		}
		if err := do(c, d, in); err != nil {
			return err
		}
		if notice == "" {
			return redirect(c.talkPath(d))
		}
		return c.done(c.talkPath(d), notice)
	}
}

// talkPath is the conversation's page with the list as it was.
func (c *call) talkPath(d *helpdesk.ConversationDetail) string {
	return c.path("/conversations/", str(d.Display), readListQuery(c.r.URL.Query()).String())
}

// Act is for templates: where something is done to the open conversation.
func (p *conversationsPage) Act(parts ...any) string {
	to := p.path("/conversations/", str(p.Open.Display))
	for _, part := range parts {
		to += "/" + text(part)
	}
	return to + p.Query.String()
}

func (c *call) setStatus(d *helpdesk.ConversationDetail, in input) error {
	_, err := c.desk.Conversations.SetStatus(c.ctx(), d.ID, helpdesk.Status(in.Get("status")), time.Time{})
	return err
}

// snoozes are the presets of the menu: until the customer answers, and snoozeTimes.
func snoozes() []string { return []string{"reply", "hour", "tomorrow", "week", "month"} }

// snooze puts the conversation off: until a preset, or the moment that was chosen.
func (c *call) snooze(d *helpdesk.ConversationDetail, in input) error {
	chosen := in.Get("until")
	if chosen == "reply" {
		chosen = ""
	}
	until, err := c.snoozeUntil(chosen)
	if err != nil {
		return err
	}
	_, err = c.desk.Conversations.Snooze(c.ctx(), d.ID, until)
	return err
}

// readMoment reads what a field of day and time sent, or an exact time.
func (c *call) readMoment(name, s string) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		return at, nil
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", s, c.zone)
	if err != nil {
		return at, bad(map[string]string{name: "is not a date and a time"})
	}
	return at, nil
}

// claim takes the conversation, unless somebody took it meanwhile.
func (c *call) claim(d *helpdesk.ConversationDetail, _ input) error {
	_, err := c.desk.Conversations.Claim(c.ctx(), d.ID)
	return err
}

// assign gives the conversation to somebody, as long as its owner is still who the
// page showed.
func (c *call) assign(d *helpdesk.ConversationDetail, in input) error {
	a := helpdesk.Assignment{To: helpdesk.AgentID(in.id("agent"))}
	if in.Has("if") {
		was := helpdesk.AgentID(in.id("if"))
		a.If = &was
	}
	_, err := c.desk.Conversations.Assign(c.ctx(), d.ID, a)
	return err
}

// setLabels adds or takes away one label, or sets them all.
func (c *call) setLabels(d *helpdesk.ConversationDetail, in input) error {
	titles := in.Values["labels"]
	if one := in.Get("label"); one != "" {
		titles = nil
		for _, t := range d.Titles {
			if t != one {
				titles = append(titles, t)
			}
		}
		if *in.yes("on") {
			titles = append(titles, one)
		}
	}
	_, err := c.desk.Conversations.SetLabels(c.ctx(), d.ID, titles)
	return err
}

// setAttributes stores the custom attributes that were sent; an empty one goes.
func (c *call) setAttributes(d *helpdesk.ConversationDetail, in input) error {
	values := map[string]any{}
	for name, sent := range in.Values {
		if key, ok := strings.CutPrefix(name, "attr."); ok {
			values[key] = strings.TrimSpace(sent[len(sent)-1])
			if values[key] == "" {
				values[key] = nil
			}
		}
	}
	_, err := c.desk.Conversations.SetAttributes(c.ctx(), d.ID, values)
	return err
}

// postSeen says that the agent has the conversation on their screen.
func (c *call) postSeen() error {
	d, err := c.opened()
	if err == nil && d.Unread > 0 {
		_, err = c.desk.Conversations.MarkSeen(c.ctx(), d.ID)
	}
	if err == nil {
		err = c.desk.Notifications.ReadAll(c.ctx(), d.ID)
	}
	if err == nil {
		c.w.WriteHeader(http.StatusNoContent)
	}
	return err
}

func (c *call) postTyping() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	d, err := c.opened()
	if err != nil {
		return err
	}
	if err := c.desk.Conversations.Typing(c.ctx(), d.ID, *in.yes("on"), *in.yes("private")); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (c *call) postDraft() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	d, err := c.opened()
	if err != nil {
		return err
	}
	if err := c.desk.Conversations.SetDraft(c.ctx(), d.ID, *in.area("content")); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// ofTalk is a message of the open conversation.
func (c *call) ofTalk() (*helpdesk.ConversationDetail, *helpdesk.Message, error) {
	d, err := c.opened()
	if err != nil {
		return nil, nil, err
	}
	id, err := c.id("id")
	if err != nil {
		return nil, nil, err
	}
	m, err := c.desk.Messages.Get(c.ctx(), helpdesk.MessageID(id))
	if err == nil && m.Conversation != d.ID {
		err = helpdesk.NotFound
	}
	return d, m, err
}

func (c *call) postRetry() error {
	d, m, err := c.ofTalk()
	if err != nil {
		return err
	}
	if _, err := c.desk.Messages.Retry(c.ctx(), m.ID); err != nil {
		return err
	}
	return redirect(c.talkPath(d))
}

func (c *call) postDeleteMessage() error {
	d, m, err := c.ofTalk()
	if err != nil {
		return err
	}
	if _, err := c.desk.Messages.Delete(c.ctx(), m.ID); err != nil {
		return err
	}
	return redirect(c.talkPath(d))
}

func (c *call) postDeleteConversation() error {
	d, err := c.opened()
	if err != nil {
		return err
	}
	if err := c.desk.Conversations.Delete(c.ctx(), d.ID); err != nil {
		return err
	}
	return c.done(c.path("/conversations", readListQuery(c.r.URL.Query()).String()), "common.deleted")
}

func (c *call) postCancelScheduled() error {
	d, err := c.opened()
	if err != nil {
		return err
	}
	id, err := c.id("id")
	if err != nil {
		return err
	}
	if err := c.desk.ScheduledMessages.Cancel(c.ctx(), helpdesk.ScheduledID(id)); err != nil && !errors.Is(err, helpdesk.Conflict) {
		return err
	}
	return redirect(c.talkPath(d))
}
