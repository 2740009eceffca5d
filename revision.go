package helpdesk

import (
	"cmp"
	"context"
	"fmt"
	"hash"
	"hash/fnv"
	"maps"
	"slices"
)

// Revisions are numbers that change when what they stand for does, so that a
// client knows when its copy is stale. 0 = there is none of it.
type Revisions struct {
	Labels  uint64
	Inboxes uint64 // and who belongs to them
	Teams   uint64 // and who belongs to them
}

// Revisions returns the account's revisions, as of now.
func (s Accounts) Revisions(ctx context.Context) (Revisions, error) {
	return read(ctx, s.d, func(u *unit) (Revisions, error) {
		if err := u.may(ReadSettings); err != nil {
			return Revisions{}, err
		}
		return Revisions{
			Labels:  revision(u.cfg.labels, func(l *Label) int64 { return l.Version }, nil),
			Inboxes: revision(u.cfg.inboxes, func(b *Inbox) int64 { return b.Version }, u.cfg.inboxMembers),
			Teams:   revision(u.cfg.teams, func(t *Team) int64 { return t.Version }, u.cfg.teamMembers),
		}, nil
	})
}

// revision digests which rows there are, in which version, and their members.
func revision[ID cmp.Ordered, T any](rows map[ID]*T, version func(*T) int64, members map[ID][]AgentID) uint64 {
	if len(rows) == 0 {
		return 0
	}
	h := fnv.New64a()
	for _, id := range slices.Sorted(maps.Keys(rows)) {
		digestRow(h, id, version(rows[id]), members[id])
	}
	return max(h.Sum64(), 1)
}

func digestRow[ID any](h hash.Hash, id ID, version int64, members []AgentID) {
	_, _ = fmt.Fprintln(h, id, version, members) // a hash never fails
}
