package helpdesk

import (
	"context"
	"slices"
	"strconv"
	"time"
)

func itoa[T ~int64](n T) string { return strconv.FormatInt(int64(n), 10) }

// ConversationsChange is what to do to many conversations; what is left out
// stays as it is.
type ConversationsChange struct {
	Conversations []DisplayID `json:"conversations"`     // up to 5000, by the numbers people call them
	Status        Status      `json:"status,omitempty"`  // "" = as it is
	SnoozedUntil  time.Time   `json:"until,omitzero"`    // with Snoozed; zero = until the customer answers
	Assignee      *AgentID    `json:"assignee,omitzero"` // 0 = nobody
	Team          *TeamID     `json:"team,omitzero"`     // 0 = none
	AddLabels     []string    `json:"add,omitempty"`     // titles; unknown ones are made ad hoc
	RemoveLabels  []string    `json:"remove,omitempty"`
}

// Change starts a task that changes conversations, each under the rules that
// hold when it is its turn. Those the actor does not see by then are skipped.
func (s Conversations) Change(ctx context.Context, in ConversationsChange) (*Task, error) {
	return change(ctx, s.d, loadTask, func(u *unit) (*Task, int64, error) {
		if err := u.may(EditConversation); err != nil {
			return nil, 0, err
		}
		p := problems{}
		p.add(len(in.Conversations) > maxTaskItems, "ids", "are too many (maximum is 5000)")
		p.add(in.Status != "" && !knownStatus(in.Status), "status", "must be open, pending, snoozed or resolved")
		p.add(in.Status == Snoozed && !in.SnoozedUntil.IsZero() && !in.SnoozedUntil.After(u.now), "snoozed_until", "must lie ahead")
		p.add(in.Assignee != nil && *in.Assignee != 0 && u.cfg.agents[*in.Assignee] == nil, "assignee_id", "is not an agent")
		p.add(in.Team != nil && *in.Team != 0 && u.cfg.teams[*in.Team] == nil, "team_id", "is not a team")
		in.AddLabels, in.RemoveLabels = bulkTitles(p, in.AddLabels), bulkTitles(p, in.RemoveLabels)
		if err := p.err(); err != nil {
			return nil, 0, err
		}
		in.Conversations = once(in.Conversations)
		return u.startTask(ChangeConversations, len(in.Conversations), in)
	})
}

// once leaves out what was named before.
func once[T comparable](list []T) []T {
	seen := make(map[T]bool, len(list))
	return slices.DeleteFunc(slices.Clone(list), func(v T) bool {
		was := seen[v]
		seen[v] = true
		return was
	})
}

const maxBulkLabels = 50

func bulkTitles(p problems, titles []string) []string {
	p.add(len(titles) > maxBulkLabels, "labels", "are too many (maximum is 50)")
	for _, t := range titles {
		p.add(tooLong(t, maxField), "labels", "hold a title that is too long (maximum is 255 characters)")
	}
	return normalTitles(titles)
}

// steps of one conversation write up to ten rows.
func (in ConversationsChange) steps() *steps {
	return &steps{
		batch: 10,
		name:  func(i int) int64 { return int64(in.Conversations[i]) },
		do: func(u *unit, i int) (skipped bool, err error) {
			c, err := u.tx.Conversations().ByDisplay(u.ctx, in.Conversations[i])
			if err == nil {
				c, err = u.conversation(ReadConversation, c.ID)
			}
			if err != nil {
				return CodeOf(err) == NotFound, unless(err, NotFound)
			}
			if err := u.may(EditConversation); err != nil {
				return false, err
			}
			if err := u.changeConversation(c, in); err != nil {
				return false, err
			}
			return false, u.saveConversation(c)
		},
	}
}

// unless is err, but for one code.
func unless(err error, code Code) error {
	if CodeOf(err) == code {
		return nil
	}
	return err
}

// changeConversation assigns before it moves the status, so that what is opened
// is not handed to somebody else in between.
func (u *unit) changeConversation(c *Conversation, in ConversationsChange) error {
	if in.Team != nil {
		if err := u.may(AssignConversation); err != nil {
			return err
		}
		if err := u.setTeam(c, *in.Team); err != nil {
			return err
		}
	}
	if in.Assignee != nil {
		if err := u.reassign(c, Assignment{To: *in.Assignee}); err != nil {
			return err
		}
	}
	if in.Status != "" {
		if err := u.changeStatus(c, in.Status, in.SnoozedUntil); err != nil {
			return err
		}
	}
	if titles, ok := relabelled(u.cfg.labelTitles(c.Labels), in.AddLabels, in.RemoveLabels); ok {
		return u.setLabels(c, titles)
	}
	return nil
}

// relabelled is a set of titles with some more and some less; ok = it differs.
func relabelled(now, add, drop []string) (titles []string, ok bool) {
	titles = normalTitles(append(without(now, drop), add...))
	return titles, !slices.Equal(titles, now)
}

// ContactsChange is what to do to many contacts.
type ContactsChange struct {
	Contacts     []ContactID `json:"contacts"` // up to 5000
	AddLabels    []string    `json:"add,omitempty"`
	RemoveLabels []string    `json:"remove,omitempty"`
	Delete       bool        `json:"delete,omitempty"` // with everything that hangs off them
}

// Change starts a task that labels or deletes contacts.
func (s Contacts) Change(ctx context.Context, in ContactsChange) (*Task, error) {
	return change(ctx, s.d, loadTask, func(u *unit) (*Task, int64, error) {
		if err := u.may(in.needs()); err != nil {
			return nil, 0, err
		}
		p := problems{}
		p.add(len(in.Contacts) > maxTaskItems, "ids", "are too many (maximum is 5000)")
		in.AddLabels, in.RemoveLabels = bulkTitles(p, in.AddLabels), bulkTitles(p, in.RemoveLabels)
		if err := p.err(); err != nil {
			return nil, 0, err
		}
		in.Contacts = once(in.Contacts)
		return u.startTask(ChangeContacts, len(in.Contacts), in)
	})
}

func (in ContactsChange) needs() Action {
	if in.Delete {
		return DeleteContact
	}
	return EditContact
}

func (in ContactsChange) steps() *steps {
	batch := 20
	if in.Delete {
		batch = 1 // each takes conversations along
	}
	return &steps{
		batch: batch,
		name:  func(i int) int64 { return int64(in.Contacts[i]) },
		do: func(u *unit, i int) (skipped bool, err error) {
			c, err := u.contact(in.needs(), in.Contacts[i])
			switch {
			case err != nil:
				return CodeOf(err) == NotFound, unless(err, NotFound)
			case in.Delete:
				return false, u.deleteContact(c)
			}
			if titles, ok := relabelled(u.cfg.labelTitles(c.Labels), in.AddLabels, in.RemoveLabels); ok {
				return false, u.relabelContact(c, titles)
			}
			return false, nil
		},
	}
}
