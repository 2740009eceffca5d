package helpdesk

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// AssignmentOrder says who of several free agents gets a conversation.
type AssignmentOrder string

const (
	RoundRobin AssignmentOrder = "round_robin" // whose turn is longest ago
	Balanced   AssignmentOrder = "balanced"    // who owns the fewest open ones of the inbox, then by turn
	Weighed    AssignmentOrder = "expression"  // whom the policy's expression gives most, then by turn
)

// AssignmentPriority says which of several waiting conversations is handed out.
type AssignmentPriority string

const (
	EarliestCreated AssignmentPriority = "earliest_created"
	LongestWaiting  AssignmentPriority = "longest_waiting" // whose last message of any kind is longest ago
)

// AssignmentPolicy says how an inbox's conversations are handed out: to whom of
// those who are free, and which of those that wait goes first. An inbox without
// one, or whose policy is not enabled, hands out by turn, the longest in the queue
// first.
type AssignmentPolicy struct {
	Account     AccountID
	ID          PolicyID
	Name        string // unique in the account, without case
	Description string
	Order       AssignmentOrder
	Expression  string // over RoutingEnv, for Weighed: what an agent weighs
	Priority    AssignmentPriority
	FairLimit   int // how many conversations an agent is handed in an inbox within FairWindow
	FairWindow  int // seconds
	Enabled     bool

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// AssignmentPolicies is the service for assignment policies. An inbox has at
// most one.
type AssignmentPolicies struct{ d *Desk }

// AssignmentPolicyInput is what a policy is made of; in an update nil leaves a
// field alone.
type AssignmentPolicyInput struct {
	Name, Description     *string
	Order                 AssignmentOrder    // "" on create = round_robin
	Expression            *string            // at most 4,000 bytes, under the bounds of rules
	Priority              AssignmentPriority // "" on create = earliest_created
	FairLimit, FairWindow *int               // nil on create = 100 in an hour
	Enabled               *bool              // nil on create = true
}

func loadAssignmentPolicy(u *unit, id int64) (*AssignmentPolicy, error) {
	return u.tx.AssignmentPolicies().Get(u.ctx, PolicyID(id))
}

// List returns the account's policies, and the inboxes of each.
func (s AssignmentPolicies) List(ctx context.Context) (list []*AssignmentPolicy, inboxes map[PolicyID][]InboxID, err error) {
	inboxes = make(map[PolicyID][]InboxID)
	list, err = read(ctx, s.d, func(u *unit) ([]*AssignmentPolicy, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, err
		}
		clear(inboxes)
		for _, box := range u.cfg.inboxes {
			if box.Policy != 0 {
				inboxes[box.Policy] = append(inboxes[box.Policy], box.ID)
			}
		}
		for _, ids := range inboxes {
			slices.Sort(ids)
		}
		return all(u.ctx, u.tx.AssignmentPolicies(), AssignmentPolicyFilter{})
	})
	return list, inboxes, err
}

// Get returns one policy.
func (s AssignmentPolicies) Get(ctx context.Context, id PolicyID) (*AssignmentPolicy, error) {
	return read(ctx, s.d, func(u *unit) (*AssignmentPolicy, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, err
		}
		return u.tx.AssignmentPolicies().Get(u.ctx, id)
	})
}

// Inboxes returns the inboxes of a policy, by name.
func (s AssignmentPolicies) Inboxes(ctx context.Context, id PolicyID) ([]*Inbox, error) {
	return read(ctx, s.d, func(u *unit) ([]*Inbox, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, err
		}
		if _, err := u.tx.AssignmentPolicies().Get(u.ctx, id); err != nil {
			return nil, err
		}
		var out []*Inbox
		for _, box := range u.cfg.inboxes {
			if box.Policy == id {
				out = append(out, copied(box))
			}
		}
		slices.SortFunc(out, func(a, b *Inbox) int {
			return cmp.Or(cmp.Compare(fold(a.Name), fold(b.Name)), cmp.Compare(a.ID, b.ID))
		})
		return out, nil
	})
}

// Create adds a policy.
func (s AssignmentPolicies) Create(ctx context.Context, in AssignmentPolicyInput) (*AssignmentPolicy, error) {
	return change(ctx, s.d, loadAssignmentPolicy, func(u *unit) (*AssignmentPolicy, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		v := &AssignmentPolicy{
			Account: u.actor.account, Order: RoundRobin, Priority: EarliestCreated, FairLimit: 100, FairWindow: 3600,
			Enabled: true, CreatedAt: u.now,
		}
		if err := u.applyAssignmentPolicy(v, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.AssignmentPolicies().Insert(u.ctx, v); err != nil {
			return nil, 0, err
		}
		return v, int64(v.ID), record(u, "assignment_policy", int64(v.ID), nil, v)
	})
}

// Update changes a policy.
func (s AssignmentPolicies) Update(ctx context.Context, id PolicyID, in AssignmentPolicyInput) (*AssignmentPolicy, error) {
	return change(ctx, s.d, loadAssignmentPolicy, func(u *unit) (*AssignmentPolicy, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		v, err := u.tx.AssignmentPolicies().Get(u.ctx, id)
		if err != nil {
			return nil, 0, err
		}
		before := *v
		if err := u.applyAssignmentPolicy(v, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.AssignmentPolicies().Update(u.ctx, v); err != nil {
			return nil, 0, err
		}
		if err := u.policyMoved(id); err != nil {
			return nil, 0, err
		}
		return v, int64(id), record(u, "assignment_policy", int64(id), &before, v)
	})
}

func (u *unit) applyAssignmentPolicy(v *AssignmentPolicy, in AssignmentPolicyInput) error {
	p := problems{}
	setText(p, &v.Name, in.Name, "name", 255)
	setText(p, &v.Description, in.Description, "description", 20_000)
	v.Order, v.Priority = cmp.Or(in.Order, v.Order), cmp.Or(in.Priority, v.Priority)
	if in.FairLimit != nil {
		v.FairLimit = *in.FairLimit
	}
	if in.FairWindow != nil {
		v.FairWindow = *in.FairWindow
	}
	setBool(&v.Enabled, in.Enabled)
	p.add(v.Name == "", "name", "can't be blank")
	if in.Expression != nil {
		v.Expression = strings.TrimSpace(clean(*in.Expression))
	}
	p.add(!slices.Contains([]AssignmentOrder{RoundRobin, Balanced, Weighed}, v.Order), "assignment_order", "must be round_robin, balanced or expression")
	p.add(v.weighs() && v.Expression == "", "expression", "can't be blank")
	if v.Expression != "" {
		if _, err := guardedWeight(v.Expression); err != nil {
			p.add(true, "expression", err.Error())
		}
	}
	p.add(v.Priority != EarliestCreated && v.Priority != LongestWaiting, "conversation_priority", "must be earliest_created or longest_waiting")
	p.add(v.FairLimit < 1 || v.FairLimit > 1_000_000, "fair_distribution_limit", "must be 1 to 1000000")
	p.add(v.FairWindow < 1 || v.FairWindow > 366*24*60*60, "fair_distribution_window", "must be 1 second to a year")
	v.UpdatedAt = u.now
	if v.Name != "" {
		same, err := u.tx.AssignmentPolicies().List(u.ctx, AssignmentPolicyFilter{Name: v.Name}, Page{Limit: 1})
		if err != nil {
			return err
		}
		p.add(len(same) > 0 && same[0].ID != v.ID, "name", "has already been taken")
	}
	return p.err()
}

// Delete removes a policy, also from its inboxes.
func (s AssignmentPolicies) Delete(ctx context.Context, id PolicyID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditSettings); err != nil {
			return err
		}
		v, err := u.tx.AssignmentPolicies().Get(u.ctx, id)
		if err != nil {
			return err
		}
		if err := u.policyMoved(id); err != nil {
			return err
		}
		if err := u.tx.AssignmentPolicies().Delete(u.ctx, id); err != nil {
			return err
		}
		if err := u.reload(); err != nil {
			return err
		}
		return record(u, "assignment_policy", int64(id), v, nil)
	})
}

// Of returns the policy of an inbox; NotFound when it has none.
func (s AssignmentPolicies) Of(ctx context.Context, inbox InboxID) (*AssignmentPolicy, error) {
	return read(ctx, s.d, func(u *unit) (*AssignmentPolicy, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, err
		}
		box := u.cfg.inboxes[inbox]
		if box == nil {
			return nil, notFound("inbox")
		}
		if box.Policy == 0 {
			return nil, notFound("assignment policy")
		}
		return u.tx.AssignmentPolicies().Get(u.ctx, box.Policy)
	})
}

// Attach gives an inbox a policy in place of the one it had.
func (s AssignmentPolicies) Attach(ctx context.Context, inbox InboxID, id PolicyID) (*AssignmentPolicy, error) {
	return change(ctx, s.d, loadAssignmentPolicy, func(u *unit) (*AssignmentPolicy, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		v, err := u.tx.AssignmentPolicies().Get(u.ctx, id)
		if err != nil {
			return nil, 0, err
		}
		was, err := u.setPolicy(inbox, id)
		if err != nil {
			return nil, 0, err
		}
		return v, int64(id), u.audit("update", "inbox", int64(inbox), map[string]Change{"policy": changed(was, id)})
	})
}

// Detach leaves an inbox without a policy.
func (s AssignmentPolicies) Detach(ctx context.Context, inbox InboxID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditSettings); err != nil {
			return err
		}
		was, err := u.setPolicy(inbox, 0)
		if err != nil {
			return err
		}
		return u.audit("update", "inbox", int64(inbox), map[string]Change{"policy": changed(was, PolicyID(0))})
	})
}

// setPolicy gives an inbox a policy, and returns the one it had.
func (u *unit) setPolicy(inbox InboxID, id PolicyID) (PolicyID, error) {
	box, err := u.tx.Inboxes().Get(u.ctx, inbox)
	if err != nil {
		return 0, err
	}
	if box.Policy == 0 && id == 0 {
		return 0, notFound("assignment policy")
	}
	was := box.Policy
	box.Policy, box.UpdatedAt = id, u.now
	if err := u.tx.Inboxes().Update(u.ctx, box); err != nil {
		return 0, err
	}
	u.drainLater(inbox)
	return was, u.reload()
}

// policyMoved hands out what a policy may have held back.
func (u *unit) policyMoved(id PolicyID) error {
	for _, box := range u.cfg.inboxes {
		if box.Policy == id {
			u.drainLater(box.ID)
		}
	}
	return u.reload()
}

// window is how long a hand-out counts.
func (v *AssignmentPolicy) window() time.Duration { return time.Duration(v.FairWindow) * time.Second }
