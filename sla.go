package helpdesk

import (
	"context"
	"time"
)

// SLAPolicy says how soon customers are answered. A conversation is measured by
// the one that a person, a rule or a macro gives it; see AppliedSLA.
type SLAPolicy struct {
	Account       AccountID
	ID            SLAPolicyID
	Name          string
	Description   string
	FirstResponse float64 // seconds to the first answer; 0 = any
	NextResponse  float64 // seconds to every later answer; 0 = any
	Resolution    float64 // seconds until it is resolved; 0 = any
	HoursOnly     bool    // counted within business hours alone

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// SLAPolicies is the service for SLA policies.
type SLAPolicies struct{ d *Desk }

// SLAPolicyInput is what a policy is made of; in an update nil leaves a field
// alone.
type SLAPolicyInput struct {
	Name, Description                       *string
	FirstResponse, NextResponse, Resolution *float64 // seconds
	HoursOnly                               *bool
}

func loadSLAPolicy(u *unit, id int64) (*SLAPolicy, error) {
	return u.tx.SLAPolicies().Get(u.ctx, SLAPolicyID(id))
}

// List returns the account's SLA policies, the oldest first.
func (s SLAPolicies) List(ctx context.Context) ([]*SLAPolicy, error) {
	return read(ctx, s.d, func(u *unit) ([]*SLAPolicy, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return all(u.ctx, u.tx.SLAPolicies(), SLAPolicyFilter{})
	})
}

// Get returns one SLA policy.
func (s SLAPolicies) Get(ctx context.Context, id SLAPolicyID) (*SLAPolicy, error) {
	return read(ctx, s.d, func(u *unit) (*SLAPolicy, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return u.tx.SLAPolicies().Get(u.ctx, id)
	})
}

// Create adds an SLA policy.
func (s SLAPolicies) Create(ctx context.Context, in SLAPolicyInput) (*SLAPolicy, error) {
	return change(ctx, s.d, loadSLAPolicy, func(u *unit) (*SLAPolicy, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		v := &SLAPolicy{Account: u.actor.account, CreatedAt: u.now}
		if err := u.applySLAPolicy(v, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.SLAPolicies().Insert(u.ctx, v); err != nil {
			return nil, 0, err
		}
		return v, int64(v.ID), record(u, "sla_policy", int64(v.ID), nil, v)
	})
}

// Update changes an SLA policy.
func (s SLAPolicies) Update(ctx context.Context, id SLAPolicyID, in SLAPolicyInput) (*SLAPolicy, error) {
	return change(ctx, s.d, loadSLAPolicy, func(u *unit) (*SLAPolicy, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		v, err := u.tx.SLAPolicies().Get(u.ctx, id)
		if err != nil {
			return nil, 0, err
		}
		before := *v
		if err := u.applySLAPolicy(v, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.SLAPolicies().Update(u.ctx, v); err != nil {
			return nil, 0, err
		}
		return v, int64(id), record(u, "sla_policy", int64(id), &before, v)
	})
}

const maxThreshold = 366 * 24 * 60 * 60 // seconds

func (u *unit) applySLAPolicy(v *SLAPolicy, in SLAPolicyInput) error {
	p := problems{}
	setText(p, &v.Name, in.Name, "name", 255)
	setText(p, &v.Description, in.Description, "description", 20_000)
	setBool(&v.HoursOnly, in.HoursOnly)
	p.add(v.Name == "", "name", "can't be blank")
	for _, t := range []struct {
		name  string
		field *float64
		given *float64
	}{
		{"first_response_time_threshold", &v.FirstResponse, in.FirstResponse},
		{"next_response_time_threshold", &v.NextResponse, in.NextResponse},
		{"resolution_time_threshold", &v.Resolution, in.Resolution},
	} {
		if t.given != nil {
			*t.field = *t.given
		}
		within := *t.field >= 0 && *t.field <= maxThreshold // not so for NaN
		p.add(!within, t.name, "must be 0 seconds to a year")
	}
	v.UpdatedAt = u.now
	return p.err()
}

// Delete removes an SLA policy.
func (s SLAPolicies) Delete(ctx context.Context, id SLAPolicyID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditSettings); err != nil {
			return err
		}
		v, err := u.tx.SLAPolicies().Get(u.ctx, id)
		if err != nil {
			return err
		}
		if err := u.tx.SLAPolicies().Delete(u.ctx, id); err != nil {
			return err
		}
		return record(u, "sla_policy", int64(id), v, nil)
	})
}
