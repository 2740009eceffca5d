package helpdesk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ViewKind says what a view shows.
type ViewKind string

const (
	ConversationView ViewKind = "conversation"
	ContactView      ViewKind = "contact"
	ReportView       ViewKind = "report"
)

// View is a filter that an agent keeps under a name, for themselves alone.
type View struct {
	Account AccountID
	ID      ViewID
	Owner   AgentID
	Kind    ViewKind
	Name    string
	Query   map[string]any // what the client keeps, as it gave it; up to 64 kB
	Where   *Cond          // the same as a filter, when it is one; nil for reports

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// Views is the service for an agent's own saved views.
type Views struct{ d *Desk }

// ViewInput is what a view is made of; in an update nil leaves a field alone.
// Kind does not change. Query and Where belong together: whoever gives one gives
// both, or a Where alone.
type ViewInput struct {
	Kind  ViewKind // "" on create = ConversationView
	Name  *string
	Query map[string]any
	Where *Cond
}

const (
	maxViews     = 1000 // of one agent
	maxViewQuery = 65536
)

// view loads a view that is the actor's own.
func (u *unit) view(id ViewID) (*View, error) {
	if err := u.mayKeep(); err != nil {
		return nil, err
	}
	v, err := u.tx.Views().Get(u.ctx, id)
	if err == nil && v.Owner != u.self.ID {
		err = notFound("view")
	}
	return orNil(v, err)
}

// mayKeep asks whether the actor is somebody who can have things of their own.
func (u *unit) mayKeep() error {
	if u.self == nil || u.self.Bot {
		return forbidden(EditSelf)
	}
	return u.may(EditSelf)
}

func loadView(u *unit, id int64) (*View, error) { return u.view(ViewID(id)) }

// List returns the actor's views of a kind, oldest first; "" = of all kinds.
func (s Views) List(ctx context.Context, kind ViewKind) ([]*View, error) {
	return read(ctx, s.d, func(u *unit) ([]*View, error) {
		if err := u.mayKeep(); err != nil {
			return nil, err
		}
		return all(u.ctx, u.tx.Views(), ViewFilter{Owner: u.self.ID, Kind: kind})
	})
}

// Get returns one of the actor's views.
func (s Views) Get(ctx context.Context, id ViewID) (*View, error) {
	return read(ctx, s.d, func(u *unit) (*View, error) { return u.view(id) })
}

// Create keeps a view; an agent has up to 1000.
func (s Views) Create(ctx context.Context, in ViewInput) (*View, error) {
	return change(ctx, s.d, loadView, func(u *unit) (*View, int64, error) {
		if err := u.mayKeep(); err != nil {
			return nil, 0, err
		}
		v := &View{Account: u.actor.account, Owner: u.self.ID, Kind: in.Kind, CreatedAt: u.now}
		if v.Kind == "" {
			v.Kind = ConversationView
		}
		n, err := u.tx.Views().Count(u.ctx, ViewFilter{Owner: u.self.ID})
		if err != nil {
			return nil, 0, err
		}
		if n >= maxViews {
			return nil, 0, Errorf(Invalid, "Account Limit reached. The maximum number of allowed custom filters for a user per account is %d.", maxViews)
		}
		if err := u.applyView(v, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Views().Insert(u.ctx, v); err != nil {
			return nil, 0, err
		}
		return v, int64(v.ID), nil
	})
}

// Update changes one of the actor's views.
func (s Views) Update(ctx context.Context, id ViewID, in ViewInput) (*View, error) {
	return change(ctx, s.d, loadView, func(u *unit) (*View, int64, error) {
		v, err := u.view(id)
		if err != nil {
			return nil, 0, err
		}
		if err := u.applyView(v, in); err != nil {
			return nil, 0, err
		}
		return v, int64(id), u.tx.Views().Update(u.ctx, v)
	})
}

// Delete removes one of the actor's views.
func (s Views) Delete(ctx context.Context, id ViewID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if _, err := u.view(id); err != nil {
			return err
		}
		return u.tx.Views().Delete(u.ctx, id)
	})
}

func (u *unit) applyView(v *View, in ViewInput) error {
	p := problems{}
	if in.Name != nil {
		v.Name = strings.TrimSpace(clean(*in.Name))
	}
	p.add(v.Name == "", "name", "can't be blank")
	p.add(tooLong(v.Name, maxField), "name", "is too long (maximum is 255 characters)")
	p.add(!slices.Contains([]ViewKind{ConversationView, ContactView, ReportView}, v.Kind), "filter_type", "must be conversation, contact or report")
	if in.Query != nil || in.Where != nil {
		v.Query, v.Where = cleanMap(in.Query), in.Where
	}
	size, err := json.Marshal(v.Query)
	p.add(err != nil || len(size) > maxViewQuery, "query", fmt.Sprintf("is too long (maximum is %d bytes)", maxViewQuery))
	if err := p.err(); err != nil {
		return err
	}
	about := map[ViewKind]AttributeModel{ConversationView: ConversationAttribute, ContactView: ContactAttribute}[v.Kind]
	if about == "" {
		v.Where = nil
	}
	v.UpdatedAt = u.now
	_, err = u.condition(v.Where, about)
	return err
}
