package wire

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/gohelpdesk/helpdesk"
)

// Progress is how far a message has come that takes several of the provider's. It
// is kept in the inbox's own storage, so that a retry goes on where the last one
// ended; without storage it is forgotten between two tries.
type Progress struct {
	state helpdesk.ChannelState
	key   string
	of    int
	lost  bool // what was sent could not be written down

	IDs    []string `json:"ids"`              // the provider's, of what was sent
	Source string   `json:"source,omitempty"` // see helpdesk.Receipt
}

// ReadProgress is how far the message has come of so many parts.
func ReadProgress(ctx context.Context, out *helpdesk.Outbound, parts int) (*Progress, error) {
	p := &Progress{state: out.State, key: "sent/" + strconv.FormatInt(int64(out.Message), 10), of: parts}
	if p.state == nil || parts < 2 {
		return p, nil
	}
	raw, err := p.state.Get(ctx, p.key)
	switch {
	case helpdesk.CodeOf(err) == helpdesk.NotFound:
		return p, nil
	case err != nil:
		return nil, err
	}
	if json.Unmarshal(raw, p) != nil || len(p.IDs) > parts {
		p.IDs, p.Source = nil, ""
	}
	return p, nil
}

// Sent notes that a part was sent. The note goes with the last part.
func (p *Progress) Sent(ctx context.Context, id string) {
	p.IDs = append(p.IDs, id)
	if p.state == nil {
		p.lost = true
		return
	}
	ctx = context.WithoutCancel(ctx) // it was sent, whoever waits for it
	var note []byte
	if len(p.IDs) < p.of {
		note, _ = json.Marshal(p) //nolint:errchkjson // plain fields
	} else if len(p.IDs) < 2 {
		return
	}
	if p.state.Write(ctx, map[string][]byte{p.key: note}) != nil {
		p.lost = true
	}
}

// Partly is a failure, classed by the caller, after what was sent so far. Where
// nobody knows later what that was, nothing may be repeated.
func (p *Progress) Partly(err error) error {
	if len(p.IDs) == 0 || !p.lost {
		return err
	}
	return helpdesk.Ambiguous(&helpdesk.Error{
		Code: helpdesk.Unavailable, Message: fmt.Sprintf("%d of %d parts were sent", len(p.IDs), p.of), Err: err,
	})
}

// Receipt fills in the ids of what was sent.
func (p *Progress) Receipt(r *helpdesk.Receipt) {
	if n := len(p.IDs); n > 0 {
		r.ExternalID, r.Parts = p.IDs[n-1], p.IDs[:n-1]
	}
	r.Source = p.Source
}
