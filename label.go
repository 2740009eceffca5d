package helpdesk

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Label is a tag for conversations and contacts.
type Label struct {
	Account     AccountID
	ID          LabelID
	Title       string // lower case, unique in the account
	Description string
	Color       string // #rrggbb
	Sidebar     bool   // listed in the sidebar
	// Adhoc marks a title that somebody put on a conversation without an
	// administrator having defined it. It is hidden from the list of labels.
	Adhoc bool

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// Labels is the service for the account's labels.
type Labels struct{ d *Desk }

// LabelInput is what a label is made of; in an update nil leaves a field alone.
type LabelInput struct {
	Title, Description, Color *string
	Sidebar                   *bool // nil on create = true
}

func loadLabel(u *unit, id int64) (*Label, error) { return u.tx.Labels().Get(u.ctx, LabelID(id)) }

// List returns the labels an administrator defined, by title.
func (s Labels) List(ctx context.Context) ([]*Label, error) {
	return read(ctx, s.d, func(u *unit) ([]*Label, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return all(u.ctx, u.tx.Labels(), LabelFilter{Defined: true})
	})
}

// Get returns one label.
func (s Labels) Get(ctx context.Context, id LabelID) (*Label, error) {
	return read(ctx, s.d, func(u *unit) (*Label, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return u.tx.Labels().Get(u.ctx, id)
	})
}

// Titles turns label ids into titles, in order.
func (s Labels) Titles(ctx context.Context, ids []LabelID) ([]string, error) {
	return read(ctx, s.d, func(u *unit) ([]string, error) { return u.cfg.labelTitles(ids), u.may(ReadSettings) })
}

// Create defines a label. A title that was only ever used ad hoc becomes this
// label, wherever it was put.
func (s Labels) Create(ctx context.Context, in LabelInput) (*Label, error) {
	return change(ctx, s.d, loadLabel, func(u *unit) (*Label, int64, error) {
		if err := u.may(EditLabels); err != nil {
			return nil, 0, err
		}
		l := &Label{Account: u.actor.account, Color: "#1f93ff", Sidebar: true, CreatedAt: u.now}
		if in.Title != nil {
			if known := u.cfg.labelByTitle[normalTitle(*in.Title)]; known != nil && known.Adhoc {
				*l = *known
				l.Adhoc = false
			}
		}
		if err := u.applyLabel(l, in); err != nil {
			return nil, 0, err
		}
		write := u.tx.Labels().Insert
		if l.ID != 0 {
			write = u.tx.Labels().Update
		}
		if err := write(u.ctx, l); err != nil {
			return nil, 0, err
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(l.ID)})
		return l, int64(l.ID), record(u, "label", int64(l.ID), nil, l)
	})
}

// Update changes a label, on everything that carries it.
func (s Labels) Update(ctx context.Context, id LabelID, in LabelInput) (*Label, error) {
	return change(ctx, s.d, loadLabel, func(u *unit) (*Label, int64, error) {
		if err := u.may(EditLabels); err != nil {
			return nil, 0, err
		}
		l, err := u.tx.Labels().Get(u.ctx, id)
		if err != nil {
			return nil, 0, err
		}
		before := *l
		if err := u.applyLabel(l, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Labels().Update(u.ctx, l); err != nil {
			return nil, 0, err
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(id)})
		return l, int64(id), record(u, "label", int64(id), &before, l)
	})
}

func (u *unit) applyLabel(l *Label, in LabelInput) error {
	p := problems{}
	if in.Title != nil {
		l.Title = normalTitle(*in.Title)
	}
	p.add(l.Title == "", "title", "must not be blank")
	p.add(l.Title != "" && !labelTitle.MatchString(l.Title), "title", "may hold letters, digits, hyphens and underscores only")
	if known := u.cfg.labelByTitle[l.Title]; known != nil {
		p.add(known.ID != l.ID, "title", "has already been taken")
	}
	setText(p, &l.Description, in.Description, "description", 2000)
	setText(p, &l.Color, in.Color, "color", 20)
	p.add(!labelColor.MatchString(l.Color), "color", "must be #rrggbb")
	setBool(&l.Sidebar, in.Sidebar)
	l.UpdatedAt = u.now
	return p.err()
}

var (
	labelTitle = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}_-]{1,254}$`)
	labelColor = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
)

// Delete removes a label from everything that carries it.
func (s Labels) Delete(ctx context.Context, id LabelID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditLabels); err != nil {
			return err
		}
		if err := u.tx.Labels().Delete(u.ctx, id); err != nil {
			return err
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(id)})
		return record(u, "label", int64(id), u.cfg.labels[id], nil)
	})
}

func normalTitle(s string) string { return strings.ToLower(strings.TrimSpace(clean(s))) }

// normalTitles is a set of titles: normal, sorted, each once.
func normalTitles(titles []string) []string {
	out := make([]string, 0, len(titles))
	for _, t := range titles {
		if t = normalTitle(t); t != "" {
			out = append(out, t)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// labelIDs finds labels by title. Clients may send titles that nobody defined;
// those become labels too, hidden from the list until an administrator does.
func (u *unit) labelIDs(titles []string) ([]LabelID, error) {
	out := make([]LabelID, 0, len(titles))
	for _, title := range normalTitles(titles) {
		if tooLong(title, 255) {
			return nil, problems{"labels": "hold a title that is too long (maximum is 255 characters)"}.err()
		}
		l := u.cfg.labelByTitle[title]
		if l == nil {
			l = &Label{Account: u.actor.account, Title: title, Color: "#1f93ff", Adhoc: true, CreatedAt: u.now, UpdatedAt: u.now}
			if err := u.tx.Labels().Insert(u.ctx, l); err != nil {
				return nil, err
			}
			u.cfg = u.cfg.withLabel(l)
		}
		out = append(out, l.ID)
	}
	slices.Sort(out)
	return out, nil
}

// withLabel is the snapshot with one more label, for the rest of this unit.
func (c *config) withLabel(l *Label) *config {
	next := *c
	next.labels, next.labelByTitle = maps.Clone(c.labels), maps.Clone(c.labelByTitle)
	next.labels[l.ID], next.labelByTitle[l.Title] = l, l
	return &next
}
