package helpdesk

import (
	"slices"
	"strings"
	"time"
)

// What agents, macros and rules alike do to a conversation that is loaded and
// locked. The caller has asked for the right to it, and saves the conversation.

// setPriority sets or, with "", clears the priority.
func (u *unit) setPriority(c *Conversation, to Priority) {
	if c.Priority == to {
		return
	}
	before, old := c.facts(), c.Priority
	c.Priority = to
	u.emitConversation(ConversationUpdated, c, before, map[string]Change{"priority": changed(old, to)})
	if to == "" {
		u.tell(c, textNoPriority, u.actorName())
	} else {
		u.tell(c, textPriority, u.actorName(), string(to))
	}
}

// setLabels replaces the labels by titles; unknown ones are made ad hoc.
func (u *unit) setLabels(c *Conversation, titles []string) error {
	before := u.cfg.labelTitles(c.Labels)
	ids, err := u.labelIDs(titles)
	if err != nil {
		return err
	}
	if err := u.tx.Conversations().SetLabels(u.ctx, c, ids); err != nil {
		return err
	}
	titles = normalTitles(titles)
	added, removed := without(titles, before), without(before, titles)
	if len(added)+len(removed) == 0 {
		return nil
	}
	u.emitConversation(ConversationUpdated, c, c.facts(), map[string]Change{"labels": changed(before, titles)})
	if len(added) > 0 {
		u.tell(c, textLabelsAdded, u.actorName(), strings.Join(added, ", "))
	}
	if len(removed) > 0 {
		u.tell(c, textLabelsRemoved, u.actorName(), strings.Join(removed, ", "))
	}
	return nil
}

// setAttributes replaces the custom attributes.
func (u *unit) setAttributes(c *Conversation, values map[string]any) error {
	p := problems{}
	u.checkAttributes(p, ConversationAttribute, values)
	if err := p.err(); err != nil {
		return err
	}
	before := c.Attributes
	c.Attributes = values
	u.emitConversation(ConversationUpdated, c, c.facts(), map[string]Change{"custom_attributes": changed(before, c.Attributes)})
	return nil
}

// setMuted blocks or unblocks the conversation's contact; muting resolves the
// conversation.
func (u *unit) setMuted(c *Conversation, muted bool) error {
	contact, err := u.tx.Contacts().Get(u.ctx, c.Contact)
	if err != nil || contact.Blocked == muted {
		return err
	}
	before := *contact
	contact.Blocked, c.Muted = muted, muted
	if err := u.saveContact(&before, contact); err != nil {
		return err
	}
	if !muted {
		u.tell(c, textUnmuted, u.actorName())
		return nil
	}
	u.tell(c, textMuted, u.actorName())
	if c.Status == Resolved {
		return nil
	}
	return u.putStatus(c, Resolved, time.Time{}, textResolved, u.actorName()) // whom nobody listens to need not be filed first
}

// reassign gives a conversation to an agent or to nobody. Without the right to
// assign to others, an agent may still claim what is free and give up what is
// theirs.
func (u *unit) reassign(c *Conversation, a Assignment) error {
	needs := AssignConversation
	if u.self != nil && (a.To == u.self.ID && c.Assignee == 0 || a.To == 0 && c.Assignee == u.self.ID) {
		needs = ClaimConversation
	}
	if err := u.may(needs); err != nil {
		return err
	}
	if a.If != nil && *a.If != c.Assignee {
		return u.taken(c)
	}
	if a.To == 0 {
		u.unassign(c)
		return nil
	}
	return u.assignTo(c, a.To)
}

// checkRequired refuses to have a person resolve a conversation that lacks what
// the account's setting conversation_required_attributes lists; all that is missing
// is named at once. Programs, customers and rules are not asked: they could not
// fill it in. A key that no definition has is not asked for.
func (u *unit) checkRequired(c *Conversation) error {
	keys, _ := u.cfg.account.Settings["conversation_required_attributes"].([]any)
	if len(keys) == 0 || c.Status == Resolved || !u.person(u.actor.ref) || u.actor.ref.Kind == ByContact {
		return nil
	}
	p := problems{}
	for _, def := range u.cfg.attributes {
		if def.Model != ConversationAttribute || !slices.Contains(keys, any(def.Key)) {
			continue
		}
		v := c.Attributes[def.Key]
		s, isText := v.(string)
		p.add(v == nil || isText && strings.TrimSpace(s) == "", def.Key, "is required before a conversation is resolved")
	}
	return p.err()
}
