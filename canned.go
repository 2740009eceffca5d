package helpdesk

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strings"
	"time"
)

// CannedResponse is a text that agents put into messages by its short code. All
// agents of the account share them.
type CannedResponse struct {
	Account   AccountID
	ID        CannedID
	ShortCode string     // unique in the account, without case
	Content   string     // at most 20,000 characters
	Files     []KeptFile // at most 15

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// CannedResponses is the service for texts that agents use again and again.
type CannedResponses struct{ d *Desk }

// CannedInput is what a canned response is made of; in an update nil leaves a
// field alone.
type CannedInput struct {
	ShortCode, Content *string
	Files              FileChange
}

const maxCanned = 20_000 // characters

func loadCanned(u *unit, id int64) (*CannedResponse, error) {
	return u.tx.CannedResponses().Get(u.ctx, CannedID(id))
}

func cannedFiles(c *CannedResponse) []KeptFile { return c.Files }

// List returns canned responses by short code. With a search it returns those
// that hold it: first where the short code begins with it, then where it is in
// the short code, then where it is in the content alone.
func (s CannedResponses) List(ctx context.Context, search string) ([]*CannedResponse, error) {
	return read(ctx, s.d, func(u *unit) ([]*CannedResponse, error) {
		if err := u.may(ReadCanned); err != nil {
			return nil, err
		}
		query := fold(strings.TrimSpace(clean(search)))
		found, err := all(u.ctx, u.tx.CannedResponses(), CannedFilter{Query: query})
		rank := func(c *CannedResponse) int {
			switch at := strings.Index(fold(c.ShortCode), query); {
			case at == 0:
				return 0
			case at > 0:
				return 1
			default:
				return 2
			}
		}
		slices.SortStableFunc(found, func(a, b *CannedResponse) int {
			return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(fold(a.ShortCode), fold(b.ShortCode)))
		})
		return found, err
	})
}

// Get returns one canned response.
func (s CannedResponses) Get(ctx context.Context, id CannedID) (*CannedResponse, error) {
	return read(ctx, s.d, func(u *unit) (*CannedResponse, error) {
		if err := u.may(ReadCanned); err != nil {
			return nil, err
		}
		return u.tx.CannedResponses().Get(u.ctx, id)
	})
}

// OpenFile returns the bytes of a canned response's file. The caller closes it.
func (s CannedResponses) OpenFile(ctx context.Context, id CannedID, key string) (KeptFile, io.ReadSeekCloser, error) {
	c, err := s.Get(ctx, id)
	if err != nil {
		return KeptFile{}, nil, err
	}
	return s.d.e.openKept(ctx, c.Files, key)
}

// Create adds a canned response.
func (s CannedResponses) Create(ctx context.Context, in CannedInput) (*CannedResponse, error) {
	return keeping(ctx, s.d, &in.Files, cannedFiles, func() (*CannedResponse, error) {
		return change(ctx, s.d, loadCanned, func(u *unit) (*CannedResponse, int64, error) {
			if err := u.may(EditCanned); err != nil {
				return nil, 0, err
			}
			c := &CannedResponse{Account: u.actor.account, CreatedAt: u.now}
			if err := u.applyCanned(c, in); err != nil {
				return nil, 0, err
			}
			if err := u.tx.CannedResponses().Insert(u.ctx, c); err != nil {
				return nil, 0, err
			}
			u.emit(&Event{Kind: ConfigChanged, Subject: int64(c.ID)})
			return c, int64(c.ID), record(u, "canned_response", int64(c.ID), nil, c)
		})
	})
}

// Update changes a canned response. Messages that were written with it stay.
func (s CannedResponses) Update(ctx context.Context, id CannedID, in CannedInput) (*CannedResponse, error) {
	return keeping(ctx, s.d, &in.Files, cannedFiles, func() (*CannedResponse, error) {
		return change(ctx, s.d, loadCanned, func(u *unit) (*CannedResponse, int64, error) {
			if err := u.may(EditCanned); err != nil {
				return nil, 0, err
			}
			c, err := u.tx.CannedResponses().Get(u.ctx, id)
			if err != nil {
				return nil, 0, err
			}
			before := *c
			if err := u.applyCanned(c, in); err != nil {
				return nil, 0, err
			}
			if err := u.tx.CannedResponses().Update(u.ctx, c); err != nil {
				return nil, 0, err
			}
			u.emit(&Event{Kind: ConfigChanged, Subject: int64(id)})
			return c, int64(id), record(u, "canned_response", int64(id), &before, c)
		})
	})
}

func (u *unit) applyCanned(c *CannedResponse, in CannedInput) error {
	p := problems{}
	setText(p, &c.ShortCode, in.ShortCode, "short_code", 255)
	setText(p, &c.Content, in.Content, "content", maxCanned)
	p.add(c.ShortCode == "", "short_code", "can't be blank")
	p.add(c.Content == "", "content", "can't be blank")
	c.Files = u.keep(p, c.Files, in.Files)
	c.UpdatedAt = u.now
	if c.ShortCode != "" {
		same, err := u.tx.CannedResponses().List(u.ctx, CannedFilter{ShortCode: c.ShortCode}, Page{Limit: 1})
		if err != nil {
			return err
		}
		p.add(len(same) > 0 && same[0].ID != c.ID, "short_code", "has already been taken")
	}
	return p.err()
}

// Delete removes a canned response with its files.
func (s CannedResponses) Delete(ctx context.Context, id CannedID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditCanned); err != nil {
			return err
		}
		c, err := u.tx.CannedResponses().Get(u.ctx, id)
		if err != nil {
			return err
		}
		if err := u.tx.CannedResponses().Delete(u.ctx, id); err != nil {
			return err
		}
		u.dropKept(c.Files)
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(id)})
		return record(u, "canned_response", int64(id), c, nil)
	})
}
