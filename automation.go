package helpdesk

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
)

// Rule is an automation rule: what is done to a conversation when something
// happens to it and its conditions hold. It runs in the commit of what it reacts
// to; see automation_run.go.
type Rule struct {
	Account     AccountID
	ID          RuleID
	Name        string
	Description string
	Event       EventKind // one of RuleEvents or SilenceEvents
	Active      bool
	Position    int // in which order rules of one event run: the least first, then the oldest
	Cond        Cond
	Expression  string // instead of Cond: an expression over RuleEnv, for what a form cannot say
	Actions     []RuleAction
	Files       []KeptFile // what the actions send

	// Failures is how often the conditions could not be evaluated since they were
	// written; at three the rule is switched off, and administrators are told.
	Failures  int
	LastError string
	FailedAt  time.Time // zero = never

	// Of an event of silence; see silence.go.
	After     int       // minutes of it, 1 to 525600
	HoursOnly bool      // counted within business hours alone
	ArmedAt   time.Time // silence is counted from here at the earliest: when it was switched on, or changed

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// RuleEvents are the events that a rule may wait for.
func RuleEvents() []EventKind {
	return []EventKind{ConversationCreated, ConversationUpdated, ConversationOpened, ConversationResolved, MessageCreated}
}

// Rules is the service for automation rules.
type Rules struct{ d *Desk }

// RuleInput is what a rule is made of; in an update nil leaves a field alone.
type RuleInput struct {
	Name, Description *string
	Event             EventKind // "" = as it is
	Active            *bool     // nil on create = true
	Position          *int      // nil on create = behind all others; not negative
	Cond              *Cond     // nil on create = always
	Expression        *string   // instead of Cond; "" takes it away
	After             *int      // minutes of silence, which such an event needs
	HoursOnly         *bool
	Actions           []RuleAction
	Files             FileChange
}

func loadRule(u *unit, id int64) (*Rule, error) { return u.tx.Rules().Get(u.ctx, RuleID(id)) }

func ruleFiles(r *Rule) []KeptFile { return r.Files }

// List returns the account's rules in their order.
func (s Rules) List(ctx context.Context) ([]*Rule, error) {
	return read(ctx, s.d, func(u *unit) ([]*Rule, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, err
		}
		return all(u.ctx, u.tx.Rules(), RuleFilter{})
	})
}

// Get returns one rule.
func (s Rules) Get(ctx context.Context, id RuleID) (*Rule, error) {
	return read(ctx, s.d, func(u *unit) (*Rule, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, err
		}
		return u.tx.Rules().Get(u.ctx, id)
	})
}

// OpenFile returns the bytes of a rule's file. The caller closes it.
func (s Rules) OpenFile(ctx context.Context, id RuleID, key string) (KeptFile, io.ReadSeekCloser, error) {
	r, err := s.Get(ctx, id)
	if err != nil {
		return KeptFile{}, nil, err
	}
	return s.d.e.openKept(ctx, r.Files, key)
}

// Create adds a rule.
func (s Rules) Create(ctx context.Context, in RuleInput) (*Rule, error) {
	return keeping(ctx, s.d, &in.Files, ruleFiles, func() (*Rule, error) {
		return change(ctx, s.d, loadRule, func(u *unit) (*Rule, int64, error) {
			if err := u.may(EditSettings); err != nil {
				return nil, 0, err
			}
			r := &Rule{Account: u.actor.account, Active: true, CreatedAt: u.now}
			if in.Actions == nil {
				in.Actions = []RuleAction{}
			}
			if err := u.placeLast(r, in.Position); err != nil {
				return nil, 0, err
			}
			if err := u.applyRule(r, in); err != nil {
				return nil, 0, err
			}
			if err := u.tx.Rules().Insert(u.ctx, r); err != nil {
				return nil, 0, err
			}
			u.armRule(nil, r)
			return r, int64(r.ID), record(u, "automation_rule", int64(r.ID), nil, r)
		})
	})
}

// placeLast gives a new rule a place behind all others, unless one is asked for.
func (u *unit) placeLast(r *Rule, asked *int) error {
	if asked != nil {
		return nil
	}
	others, err := all(u.ctx, u.tx.Rules(), RuleFilter{})
	for _, o := range others {
		r.Position = max(r.Position, o.Position+1)
	}
	return err
}

// Update changes a rule.
func (s Rules) Update(ctx context.Context, id RuleID, in RuleInput) (*Rule, error) {
	return keeping(ctx, s.d, &in.Files, ruleFiles, func() (*Rule, error) {
		return change(ctx, s.d, loadRule, func(u *unit) (*Rule, int64, error) {
			if err := u.may(EditSettings); err != nil {
				return nil, 0, err
			}
			r, err := u.tx.Rules().Get(u.ctx, id)
			if err != nil {
				return nil, 0, err
			}
			before := *r
			if err := u.applyRule(r, in); err != nil {
				return nil, 0, err
			}
			if err := u.tx.Rules().Update(u.ctx, r); err != nil {
				return nil, 0, err
			}
			u.armRule(&before, r)
			return r, int64(id), record(u, "automation_rule", int64(id), &before, r)
		})
	})
}

func (u *unit) applyRule(r *Rule, in RuleInput) error {
	p, before := problems{}, *r
	setText(p, &r.Name, in.Name, "name", 255)
	setText(p, &r.Description, in.Description, "description", 20_000)
	if in.Event != "" {
		r.Event = in.Event
	}
	if in.Position != nil {
		r.Position = *in.Position
	}
	setBool(&r.Active, in.Active)
	p.add(r.Name == "", "name", "can't be blank")
	p.add(!slices.Contains(append(RuleEvents(), SilenceEvents()...), r.Event), "event_name", "is not an event that rules can wait for")
	p.add(r.Position < 0 || r.Position > 1_000_000, "position", "must be 0 to 1000000")
	u.applySilence(p, &before, r, in)
	if in.Cond != nil {
		r.Cond = cleanCond(*in.Cond, maxCondDepth)
	}
	if in.Expression != nil {
		r.Expression = strings.TrimSpace(clean(*in.Expression))
	}
	if in.Cond != nil || in.Expression != nil || in.Event != "" || in.Active != nil && *in.Active {
		u.checkRuleCond(p, r.Event, r.Cond)
		u.checkExpression(p, r)
		r.Failures, r.LastError, r.FailedAt = 0, "", time.Time{}
	}
	r.Files = u.keep(p, r.Files, in.Files)
	u.setActions(p, &r.Actions, in.Actions, r.Files)
	r.UpdatedAt = u.now
	return p.err()
}

// Clone adds a copy of a rule, behind all others and switched off, so that it
// can be changed before it does anything.
func (s Rules) Clone(ctx context.Context, id RuleID) (*Rule, error) {
	source, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	copies, err := s.copyFiles(ctx, source.Files)
	if err != nil {
		return nil, err
	}
	f := FileChange{stored: copies}
	return keeping(ctx, s.d, &f, ruleFiles, func() (*Rule, error) {
		return change(ctx, s.d, loadRule, func(u *unit) (*Rule, int64, error) {
			if err := u.may(EditSettings); err != nil {
				return nil, 0, err
			}
			r := *source
			r.Active, r.Position, r.CreatedAt, r.UpdatedAt, r.Files = false, 0, u.now, u.now, f.stored
			r.Actions = renamedFiles(source.Actions, source.Files, f.stored)
			if err := u.placeLast(&r, nil); err != nil {
				return nil, 0, err
			}
			if err := u.tx.Rules().Insert(u.ctx, &r); err != nil {
				return nil, 0, err
			}
			return &r, int64(r.ID), record(u, "automation_rule", int64(r.ID), nil, &r)
		})
	})
}

// copyFiles gives a clone files of its own, in the order of the original's.
func (s Rules) copyFiles(ctx context.Context, files []KeptFile) ([]KeptFile, error) {
	var f FileChange
	for _, file := range files {
		_, content, err := s.d.e.openKept(ctx, files, file.Key)
		if err != nil {
			return nil, err
		}
		defer content.Close()
		f.Add = append(f.Add, File{Name: file.Name, ContentType: file.ContentType, Data: content})
	}
	err := f.store(ctx, s.d.e)
	if err != nil {
		return nil, errors.Join(err, f.forget(ctx, s.d.e, nil))
	}
	return f.stored, nil
}

// renamedFiles are actions that send the copies instead of the originals.
func renamedFiles(actions []RuleAction, from, to []KeptFile) []RuleAction {
	out := slices.Clone(actions)
	for i, a := range out {
		at := slices.IndexFunc(from, func(f KeptFile) bool { return a.Name == DoSendAttachment && f.Key == a.text() })
		if at >= 0 {
			out[i].Values = []any{to[at].Key}
		}
	}
	return out
}

// Delete removes a rule with its files.
func (s Rules) Delete(ctx context.Context, id RuleID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditSettings); err != nil {
			return err
		}
		r, err := u.tx.Rules().Get(u.ctx, id)
		if err != nil {
			return err
		}
		if err := u.tx.Rules().Delete(u.ctx, id); err != nil {
			return err
		}
		u.dropKept(r.Files)
		return record(u, "automation_rule", int64(id), r, nil)
	})
}
