package helpdesk

import (
	"context"
	"strings"
)

// Roles is the service for custom roles.
type Roles struct{ d *Desk }

// RoleInput is what a custom role is made of.
type RoleInput struct {
	Name        string
	Description string
	Permissions Permissions
}

func loadRole(u *unit, id int64) (*CustomRole, error) { return u.tx.Roles().Get(u.ctx, RoleID(id)) }

// List returns the account's custom roles.
func (s Roles) List(ctx context.Context) ([]*CustomRole, error) {
	return read(ctx, s.d, func(u *unit) ([]*CustomRole, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return all(u.ctx, u.tx.Roles(), RoleFilter{})
	})
}

// Get returns one role.
func (s Roles) Get(ctx context.Context, id RoleID) (*CustomRole, error) {
	return read(ctx, s.d, func(u *unit) (*CustomRole, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return u.tx.Roles().Get(u.ctx, id)
	})
}

// Create adds a role.
func (s Roles) Create(ctx context.Context, in RoleInput) (*CustomRole, error) {
	return change(ctx, s.d, loadRole, func(u *unit) (*CustomRole, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		r := &CustomRole{Account: u.actor.account, CreatedAt: u.now}
		if err := u.applyRole(r, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Roles().Insert(u.ctx, r); err != nil {
			return nil, 0, err
		}
		return r, int64(r.ID), record(u, "role", int64(r.ID), nil, r)
	})
}

// Update replaces a role's contents. It works at once for everybody who has it.
func (s Roles) Update(ctx context.Context, id RoleID, in RoleInput) (*CustomRole, error) {
	return change(ctx, s.d, loadRole, func(u *unit) (*CustomRole, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		r, err := u.tx.Roles().Get(u.ctx, id)
		if err != nil {
			return nil, 0, err
		}
		before := *r
		if err := u.applyRole(r, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Roles().Update(u.ctx, r); err != nil {
			return nil, 0, err
		}
		u.roleChanged(id)
		return r, int64(r.ID), record(u, "role", int64(id), &before, r)
	})
}

func (u *unit) applyRole(r *CustomRole, in RoleInput) error {
	r.Name, r.Description = strings.TrimSpace(clean(in.Name)), clean(in.Description)
	r.Permissions, r.UpdatedAt = in.Permissions, u.now
	p := problems{}
	p.add(r.Name == "", "name", "can't be blank")
	p.add(tooLong(r.Name, 255), "name", "is too long (maximum is 255 characters)")
	return p.err()
}

func (u *unit) roleChanged(id RoleID) {
	for _, a := range u.cfg.agents {
		if a.Custom == id {
			u.emit(&Event{Kind: ViewerChanged, Subject: int64(a.ID)})
		}
	}
}

// Delete removes a role; whoever had it sees nothing until given another.
func (s Roles) Delete(ctx context.Context, id RoleID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditSettings); err != nil {
			return err
		}
		if err := u.tx.Roles().Delete(u.ctx, id); err != nil {
			return err
		}
		u.roleChanged(id)
		return record(u, "role", int64(id), u.cfg.roles[id], nil)
	})
}
