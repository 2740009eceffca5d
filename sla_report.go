package helpdesk

import "context"

// AppliedSLAs is the service for how SLAs were kept. All of it is for who reads
// reports, and tells of the conversations that they see.
type AppliedSLAs struct{ d *Desk }

// SLAFigures are the sums of a report on SLAs.
type SLAFigures struct {
	Applied int // conversations that were given a policy
	Missed  int // of them, those with a miss
}

// HitRate is how many percent had no miss; 100 of none at all.
func (f SLAFigures) HitRate() float64 {
	if f.Missed == 0 {
		return 100
	}
	return float64(f.Applied-f.Missed) / float64(f.Applied) * 100
}

// List returns conversations with their SLA in Promise, in the filter's order and in
// the same number of statements whatever the page holds. f.Scope is the actor's. An
// inbox that the actor may not see is NotFound.
func (s AppliedSLAs) List(ctx context.Context, f AppliedSLAFilter, p Page) ([]*ConversationDetail, error) {
	return read(ctx, s.d, func(u *unit) ([]*ConversationDetail, error) {
		if err := u.narrowSLAs(&f); err != nil {
			return nil, err
		}
		rows, err := u.tx.AppliedSLAs().List(u.ctx, f, p)
		if err != nil {
			return nil, err
		}
		ids := make([]ConversationID, len(rows))
		for i, a := range rows {
			ids[i] = a.Conversation
		}
		found, err := u.detailsOf(ids)
		out := make([]*ConversationDetail, 0, len(rows))
		for _, id := range ids {
			if d := found[id]; d != nil {
				out = append(out, d)
			}
		}
		return out, err
	})
}

// Figures returns the sums of what List lists, whatever the filter says of misses.
func (s AppliedSLAs) Figures(ctx context.Context, f AppliedSLAFilter) (SLAFigures, error) {
	return read(ctx, s.d, func(u *unit) (out SLAFigures, err error) {
		if err := u.narrowSLAs(&f); err != nil {
			return out, err
		}
		f.Missed = false
		if out.Applied, err = u.tx.AppliedSLAs().Count(u.ctx, f); err != nil {
			return out, err
		}
		f.Missed = true
		out.Missed, err = u.tx.AppliedSLAs().Count(u.ctx, f)
		return out, err
	})
}

// narrowSLAs leaves the conversations that the actor sees.
func (u *unit) narrowSLAs(f *AppliedSLAFilter) error {
	if err := u.may(ReadReports); err != nil {
		return err
	}
	scope := u.scope()
	f.Scope = &scope
	return u.reportsOn(f.Inbox)
}
