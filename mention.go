package helpdesk

import (
	"regexp"
	"slices"
	"strconv"
)

// mentionLink is how a note mentions somebody: a Markdown link to
// mention://user/7/Ada or mention://team/3/sales, as Chatwoot's composers write.
var mentionLink = regexp.MustCompile(`\(mention://(user|team)/(\d{1,18})/`)

// mention records who a note mentions, teams member by member. Only those who
// may own the conversation count; they take part in it from now on.
func (u *unit) mention(c *Conversation, note *Message) error {
	var who []AgentID
	for _, m := range mentionLink.FindAllStringSubmatch(note.Content, -1) {
		id, err := strconv.ParseInt(m[2], 10, 64)
		if err != nil {
			continue // more digits than an id has
		}
		if m[1] == "team" {
			who = append(who, u.cfg.teamMembers[TeamID(id)]...)
		} else {
			who = append(who, AgentID(id))
		}
	}
	who = slices.DeleteFunc(who, func(id AgentID) bool { return !u.cfg.assignable(c.Inbox, id) })
	slices.Sort(who)
	if who = slices.Compact(who); len(who) == 0 {
		return nil
	}
	if err := u.tx.Conversations().Mention(u.ctx, c.ID, u.now, who...); err != nil {
		return err
	}
	if err := u.takesPart(c, who...); err != nil {
		return err
	}
	f := c.facts()
	for _, id := range who {
		ev := &Event{
			Kind: ConversationMentioned, Conversation: c.ID, Contact: c.Contact, Message: note.ID, MessageKind: note.Kind,
			Private: note.Private, Agent: id, Before: f, After: f,
		}
		u.emit(ev)
		u.notify(ev, c)
	}
	return nil
}
