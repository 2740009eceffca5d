package chatwoot

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

// The three ways in which Chatwoot writes a time.
type (
	epoch struct{ time.Time } // seconds; 0 when there is none
	iso   struct{ time.Time } // UTC with three decimals; null when there is none
	stamp struct{ time.Time } // seconds with six decimals
)

func (t epoch) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("0"), nil
	}
	return strconv.AppendInt(nil, t.Unix(), 10), nil
}

func (t iso) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(t.UTC().Format("2006-01-02T15:04:05.000Z"))
}

func (t stamp) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("0"), nil
	}
	return strconv.AppendFloat(nil, float64(t.UnixMicro())/1e6, 'f', 6, 64), nil
}

// object is a map that is never null.
func object(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

// list is a slice that is never null.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// text is null when empty.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// number is null when zero.
func number[T ~int64](n T) *T {
	if n == 0 {
		return nil
	}
	return &n
}

// payload is the envelope of most lists.
type payload[T any] struct {
	Payload T `json:"payload"`
}

func wrap[T any](v T) payload[T] { return payload[T]{v} }

// each shapes a list; it is never null.
func each[T, V any](rows []T, view func(T) V) []V {
	out := make([]V, len(rows))
	for i, row := range rows {
		out[i] = view(row)
	}
	return out
}

// views shapes what the engine returns, for one viewer. The people who may have
// written something are read once a request, not once a row.
type views struct {
	files   web.Files
	actor   helpdesk.Actor
	account helpdesk.AccountID
	agents  map[helpdesk.AgentID]*helpdesk.Agent
	teams   map[helpdesk.TeamID]bool // the viewer's own
}

// newViews reads what every conversation and message needs to be shown.
// Customers may not list agents, whose names they see all the same: desk is one
// that may.
func newViews(ctx context.Context, files web.Files, actor helpdesk.Actor, desk *helpdesk.Desk) (*views, error) {
	v := &views{files: files, actor: actor, account: actor.Account(), agents: make(map[helpdesk.AgentID]*helpdesk.Agent)}
	agents, err := desk.Agents.List(ctx, helpdesk.AgentFilter{})
	if err != nil {
		return nil, err
	}
	for _, a := range agents {
		v.agents[a.ID] = a
	}
	return v, nil
}

// views is newViews for the caller.
func (c *call) views(ctx context.Context) (*views, error) {
	if c.inbox != nil {
		return newViews(ctx, c.files, c.actor, c.e.As(c.e.System(c.inbox.Account)))
	}
	v, err := newViews(ctx, c.files, c.actor, c.desk)
	if err != nil {
		return nil, err
	}
	mine, err := c.desk.Teams.Mine(ctx)
	v.teams = make(map[helpdesk.TeamID]bool, len(mine))
	for _, id := range mine {
		v.teams[id] = true
	}
	return v, err
}
