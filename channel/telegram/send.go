package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// Send implements helpdesk.Sender. Of a message that takes several of Telegram's
// it sends those that it has not sent before.
func (s *sender) Send(ctx context.Context, out *helpdesk.Outbound) (helpdesk.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return helpdesk.Receipt{}, err
	}
	to, ok := readAddress(out.To)
	if !ok {
		return helpdesk.Receipt{}, helpdesk.Permanent(helpdesk.Errorf(helpdesk.Invalid, "%q is no chat of Telegram's", out.To))
	}
	list := parts(out, to)
	if len(list) == 0 {
		return helpdesk.Receipt{}, helpdesk.Permanent(helpdesk.Errorf(helpdesk.Invalid, "there is nothing to send"))
	}
	way := progress{state: out.State, key: "sent/" + strconv.FormatInt(int64(out.Message), 10)}
	if err := way.read(ctx, len(list)); err != nil {
		return helpdesk.Receipt{}, err
	}
	receipt := helpdesk.Receipt{State: helpdesk.StateSent, ExternalID: way.Last, Source: way.Source}
	for i := way.Sent; i < len(list); i++ {
		if moved, ok := readAddress(receipt.Source); ok {
			to = moved
		}
		got, err := s.sendPart(ctx, to, list[i])
		if err != nil {
			return refused(err), way.partly(i, len(list), err)
		}
		receipt.ExternalID, receipt.At = got.ExternalID, got.At
		if got.Source != "" {
			receipt.Source = got.Source
		}
		way.Sent, way.Last, way.Source = i+1, receipt.ExternalID, receipt.Source
		way.write(ctx, i+1 < len(list))
	}
	return receipt, nil
}

// refused is the receipt of a failure.
func refused(err error) (r helpdesk.Receipt) {
	if no, ok := errors.AsType[*refusal](err); ok {
		r.Code, r.Reason = strconv.Itoa(no.code), no.text
	}
	return r
}

// sent is what Telegram answers of a message.
type sent struct {
	ID   wire.Text `json:"message_id"`
	Date wire.Text `json:"date"`
}

// sendPart sends one part, in another form or to the chat's new name where
// Telegram asks for it.
func (s *sender) sendPart(ctx context.Context, to address, p part) (helpdesk.Receipt, error) {
	source := ""
	for {
		got, err := s.sendOnce(ctx, to, p)
		if err == nil {
			return helpdesk.Receipt{ExternalID: to.message(string(got.ID)), At: got.Date.Time(), Source: source}, nil
		}
		no, ok := errors.AsType[*refusal](err)
		if !ok {
			return helpdesk.Receipt{}, err
		}
		if no.chat != "" && source == "" && number.MatchString(no.chat) {
			to.chat = no.chat
			source = to.String()
			continue
		}
		if p, ok = p.otherwise(no); !ok {
			return helpdesk.Receipt{}, err
		}
	}
}

func (s *sender) sendOnce(ctx context.Context, to address, p part) (got sent, err error) {
	method, params, uploads := p.request(to)
	if len(uploads) == 0 {
		err = s.bot.call(ctx, method, params, &got)
		return got, s.unnamed(got, err)
	}
	var raw json.RawMessage
	if err := s.bot.upload(ctx, method, params, uploads, &raw); err != nil {
		return got, err
	}
	if list := []sent(nil); method == "sendMediaGroup" {
		if wire.Decode(raw, &list) == nil && len(list) > 0 {
			got = list[len(list)-1]
		}
	} else if wire.Decode(raw, &got) != nil {
		return got, errCutOff
	}
	return got, s.unnamed(got, nil)
}

// unnamed takes a yes that names no message for one that was cut off.
func (*sender) unnamed(got sent, err error) error {
	if err == nil && !number.MatchString(string(got.ID)) {
		return errCutOff
	}
	return err
}

// progress is how far a message of several parts has come. Without storage it is
// forgotten between two tries.
type progress struct {
	state helpdesk.ChannelState
	key   string
	lost  bool // what was sent could not be written down

	Sent   int    `json:"sent"`
	Last   string `json:"last"`
	Source string `json:"source,omitempty"`
}

func (p *progress) read(ctx context.Context, parts int) error {
	if p.state == nil || parts < 2 {
		return nil
	}
	raw, err := p.state.Get(ctx, p.key)
	switch {
	case helpdesk.CodeOf(err) == helpdesk.NotFound:
		return nil
	case err != nil:
		return err
	}
	if json.Unmarshal(raw, p) != nil || p.Sent < 0 || p.Sent > parts {
		p.Sent, p.Last, p.Source = 0, "", ""
	}
	return nil
}

// write notes a part that was sent. The note goes with the last part.
func (p *progress) write(ctx context.Context, more bool) {
	if p.state == nil {
		p.lost = true
		return
	}
	ctx = context.WithoutCancel(ctx) // it was sent, whoever waits for it
	var note []byte
	if more {
		note, _ = json.Marshal(p) //nolint:errchkjson // three plain fields
	} else if p.Sent < 2 {
		return
	}
	if p.state.Write(ctx, map[string][]byte{p.key: note}) != nil {
		p.lost = true
	}
}

// partly is a failure at part i of n. Where nobody knows later what was sent
// before it, nothing may be repeated.
func (p *progress) partly(i, n int, err error) error {
	if i == 0 {
		return fail(err)
	}
	if p.lost {
		return helpdesk.Ambiguous(unavailable(fmt.Sprintf("%d of %d parts were sent", i, n), fail(err)))
	}
	return fail(err)
}

// Typing implements helpdesk.Typer. Telegram takes it away by itself after five
// seconds, or with the next message.
func (s *sender) Typing(ctx context.Context, to string, on bool) error {
	a, ok := readAddress(to)
	if !ok || !on {
		return nil
	}
	params := map[string]any{"chat_id": json.Number(a.chat), "action": "typing"}
	if a.connection != "" {
		params["business_connection_id"] = a.connection
	}
	return fail(s.bot.call(ctx, "sendChatAction", params, nil))
}

// MarkRead implements helpdesk.Marker. Only the chats of a business have read
// marks.
func (s *sender) MarkRead(ctx context.Context, to, externalID string) error {
	a, ok := readAddress(to)
	id := a.messageNumber(externalID)
	if !ok || a.connection == "" || id == "" {
		return nil
	}
	return fail(s.bot.call(ctx, "readBusinessMessage", map[string]any{
		"business_connection_id": a.connection, "chat_id": json.Number(a.chat), "message_id": json.Number(id),
	}, nil))
}
