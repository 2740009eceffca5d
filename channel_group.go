package helpdesk

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// ChannelGroup is a set of inboxes under one name, such as "Brazil" or "Shops":
// filters and rules ask for it by channel_group_id, and reports count it as the sum
// of its inboxes. An inbox may be in several.
type ChannelGroup struct {
	Account     AccountID
	ID          ChannelGroupID
	Name        string // unique in the account, without case
	Description string
	Inboxes     []InboxID // in order, each once; of what services return, those that the actor sees

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// maxGroupInboxes bounds a group; conditions name its inboxes one by one.
const maxGroupInboxes = 1000

// ChannelGroups is the service for channel groups.
type ChannelGroups struct{ d *Desk }

// ChannelGroupInput is what a channel group is made of; in an update nil leaves a
// field alone.
type ChannelGroupInput struct {
	Name        *string // at most 255 characters
	Description *string // at most 2,000 characters
	Inboxes     []InboxID
}

func loadChannelGroup(u *unit, id int64) (*ChannelGroup, error) {
	return u.tx.ChannelGroups().Get(u.ctx, ChannelGroupID(id))
}

// List returns the account's channel groups, oldest first.
func (s ChannelGroups) List(ctx context.Context) ([]*ChannelGroup, error) {
	return read(ctx, s.d, func(u *unit) ([]*ChannelGroup, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		list, err := all(u.ctx, u.tx.ChannelGroups(), ChannelGroupFilter{})
		for _, g := range list {
			u.trimGroup(g)
		}
		return list, err
	})
}

// Get returns one channel group.
func (s ChannelGroups) Get(ctx context.Context, id ChannelGroupID) (*ChannelGroup, error) {
	return read(ctx, s.d, func(u *unit) (*ChannelGroup, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		g, err := u.tx.ChannelGroups().Get(u.ctx, id)
		if err != nil {
			return nil, err
		}
		u.trimGroup(g)
		return g, nil
	})
}

// trimGroup leaves a group the inboxes that the actor sees.
func (u *unit) trimGroup(g *ChannelGroup) {
	g.Inboxes = slices.DeleteFunc(g.Inboxes, func(id InboxID) bool { return u.mayInbox(id) != nil })
}

// Create adds a channel group.
func (s ChannelGroups) Create(ctx context.Context, in ChannelGroupInput) (*ChannelGroup, error) {
	return change(ctx, s.d, loadChannelGroup, func(u *unit) (*ChannelGroup, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		g := &ChannelGroup{Account: u.actor.account, CreatedAt: u.now}
		if err := u.applyChannelGroup(g, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.ChannelGroups().Insert(u.ctx, g); err != nil {
			return nil, 0, err
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(g.ID)})
		return g, int64(g.ID), record(u, "channel_group", int64(g.ID), nil, g)
	})
}

// Update changes a channel group.
func (s ChannelGroups) Update(ctx context.Context, id ChannelGroupID, in ChannelGroupInput) (*ChannelGroup, error) {
	return change(ctx, s.d, loadChannelGroup, func(u *unit) (*ChannelGroup, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		g, err := u.tx.ChannelGroups().Get(u.ctx, id)
		if err != nil {
			return nil, 0, err
		}
		before := *g
		if err := u.applyChannelGroup(g, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.ChannelGroups().Update(u.ctx, g); err != nil {
			return nil, 0, err
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(id)})
		return g, int64(id), record(u, "channel_group", int64(id), &before, g)
	})
}

func (u *unit) applyChannelGroup(g *ChannelGroup, in ChannelGroupInput) error {
	p := problems{}
	setText(p, &g.Name, in.Name, "name", 255)
	setText(p, &g.Description, in.Description, "description", 2000)
	p.add(g.Name == "", "name", "can't be blank")
	for _, o := range u.cfg.groups {
		p.add(o.ID != g.ID && fold(o.Name) == fold(g.Name), "name", "has already been taken")
	}
	if in.Inboxes != nil {
		g.Inboxes = slices.Compact(slices.Sorted(slices.Values(in.Inboxes)))
		p.add(len(g.Inboxes) > maxGroupInboxes, "inbox_ids", fmt.Sprintf("are too many (maximum is %d)", maxGroupInboxes))
		p.add(slices.ContainsFunc(g.Inboxes, func(id InboxID) bool { return u.cfg.inboxes[id] == nil }), "inbox_ids", "holds one that is no inbox of this account")
	}
	g.UpdatedAt = u.now
	return p.err()
}

// Delete removes a channel group. What still asks for it finds nothing in it.
func (s ChannelGroups) Delete(ctx context.Context, id ChannelGroupID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditSettings); err != nil {
			return err
		}
		g, err := u.tx.ChannelGroups().Get(u.ctx, id)
		if err != nil {
			return err
		}
		if err := u.tx.ChannelGroups().Delete(u.ctx, id); err != nil {
			return err
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(id)})
		return record(u, "channel_group", int64(id), g, nil)
	})
}

// channelGroupField is the condition that asks for the groups of a conversation's
// inbox.
const channelGroupField = "channel_group_id"

// inGroups checks a condition on channel groups. To a store it is one on inboxes;
// rules look into RuleConversation, so that a program outlives its groups' changes.
// A group that is gone holds no inbox, but who writes a rule is told of it.
func (r *resolver) inGroups(c Cond) Cond {
	if r.strict {
		for _, v := range c.Values {
			if id, _ := v.(int64); r.cfg.groups[ChannelGroupID(id)] == nil {
				return r.fault("Invalid value. There is no channel group %d.", id)
			}
		}
	}
	if r.rule != "" {
		return c
	}
	boxes := r.cfg.grouped(c)
	negative := c.Op == NotEqual || c.Op == NotPresent
	switch {
	case len(boxes) > 0 && negative:
		return Cond{Field: "inbox_id", Model: c.Model, Op: NotEqual, Type: RefField, Values: boxes}
	case len(boxes) > 0:
		return Cond{Field: "inbox_id", Model: c.Model, Op: Equal, Type: RefField, Values: boxes}
	case negative:
		return Cond{} // everything
	default:
		return Cond{Not: &Cond{}} // nothing
	}
}

// grouped are the inboxes of the groups that a condition names, or of any, as the
// values of a condition.
func (c *config) grouped(asked Cond) []any {
	of := make(map[int]bool, len(asked.Values))
	for _, v := range asked.Values {
		id, _ := v.(int64)
		of[int(id)] = true
	}
	anyOf := asked.Op == Present || asked.Op == NotPresent
	var out []any
	for _, box := range slices.Sorted(maps.Keys(c.groupsOf)) {
		if anyOf || slices.ContainsFunc(c.groupsOf[box], func(id int) bool { return of[id] }) {
			out = append(out, int64(box))
		}
	}
	return out
}

// deriveGroups tells of each inbox which groups it is in, as rules see them.
func (c *config) deriveGroups() {
	c.groupsOf = make(map[InboxID][]int)
	for _, g := range c.groups {
		for _, box := range g.Inboxes {
			c.groupsOf[box] = append(c.groupsOf[box], int(g.ID))
		}
	}
	for _, ids := range c.groupsOf {
		slices.Sort(ids)
	}
}
