package helpdesk

import (
	"context"
	"time"
)

// DashboardApp is another program's page that agents see beside a conversation.
type DashboardApp struct {
	Account AccountID
	ID      DashboardAppID
	Title   string
	Frames  []string // addresses of the pages, http or https

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// DashboardApps is the service for pages beside conversations.
type DashboardApps struct{ d *Desk }

// DashboardAppInput is what a page is made of; in an update nil leaves a field
// alone.
type DashboardAppInput struct {
	Title  *string
	Frames []string // 1 to 10 addresses, each up to 2048 characters
}

func loadDashboardApp(u *unit, id int64) (*DashboardApp, error) {
	return u.tx.DashboardApps().Get(u.ctx, DashboardAppID(id))
}

// List returns the account's pages.
func (s DashboardApps) List(ctx context.Context) ([]*DashboardApp, error) {
	return read(ctx, s.d, func(u *unit) ([]*DashboardApp, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return all(u.ctx, u.tx.DashboardApps(), DashboardAppFilter{})
	})
}

// Get returns one page.
func (s DashboardApps) Get(ctx context.Context, id DashboardAppID) (*DashboardApp, error) {
	return read(ctx, s.d, func(u *unit) (*DashboardApp, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return u.tx.DashboardApps().Get(u.ctx, id)
	})
}

// Create adds a page.
func (s DashboardApps) Create(ctx context.Context, in DashboardAppInput) (*DashboardApp, error) {
	return change(ctx, s.d, loadDashboardApp, func(u *unit) (*DashboardApp, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		a := &DashboardApp{Account: u.actor.account, CreatedAt: u.now}
		if err := a.apply(in, u.now); err != nil {
			return nil, 0, err
		}
		if err := u.tx.DashboardApps().Insert(u.ctx, a); err != nil {
			return nil, 0, err
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(a.ID)})
		return a, int64(a.ID), record(u, "dashboard_app", int64(a.ID), nil, a)
	})
}

// Update changes a page.
func (s DashboardApps) Update(ctx context.Context, id DashboardAppID, in DashboardAppInput) (*DashboardApp, error) {
	return change(ctx, s.d, loadDashboardApp, func(u *unit) (*DashboardApp, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		a, err := u.tx.DashboardApps().Get(u.ctx, id)
		if err != nil {
			return nil, 0, err
		}
		before := *a
		if err := a.apply(in, u.now); err != nil {
			return nil, 0, err
		}
		if err := u.tx.DashboardApps().Update(u.ctx, a); err != nil {
			return nil, 0, err
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(id)})
		return a, int64(id), record(u, "dashboard_app", int64(id), &before, a)
	})
}

// Delete removes a page.
func (s DashboardApps) Delete(ctx context.Context, id DashboardAppID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditSettings); err != nil {
			return err
		}
		a, err := u.tx.DashboardApps().Get(u.ctx, id)
		if err != nil {
			return err
		}
		if err := u.tx.DashboardApps().Delete(u.ctx, id); err != nil {
			return err
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(id)})
		return record(u, "dashboard_app", int64(id), a, nil)
	})
}

// maxFrames is how many pages one entry may show.
const maxFrames = 10

func (a *DashboardApp) apply(in DashboardAppInput, now time.Time) error {
	p := problems{}
	setText(p, &a.Title, in.Title, "title", 255)
	p.add(a.Title == "", "title", "can't be blank")
	if in.Frames != nil {
		a.Frames = make([]string, len(in.Frames))
		for i, address := range in.Frames {
			a.Frames[i] = clean(address)
			p.add(!webURL(a.Frames[i]), "content", "must hold http or https addresses")
			p.add(tooLong(a.Frames[i], 2048), "content", "holds an address that is too long (maximum is 2048 characters)")
		}
	}
	p.add(len(a.Frames) == 0, "content", "can't be blank")
	p.add(len(a.Frames) > maxFrames, "content", "holds too many pages (maximum is 10)")
	a.UpdatedAt = now
	return p.err()
}
