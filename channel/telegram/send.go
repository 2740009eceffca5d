package telegram

import (
	"context"
	"encoding/json"
	"errors"
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
	way, err := wire.ReadProgress(ctx, out, len(list))
	if err != nil {
		return helpdesk.Receipt{}, err
	}
	receipt := helpdesk.Receipt{State: helpdesk.StateSent}
	for i := len(way.IDs); i < len(list); i++ {
		if moved, ok := readAddress(way.Source); ok {
			to = moved
		}
		got, err := s.sendPart(ctx, to, list[i])
		if err != nil {
			return refused(err), way.Partly(fail(err))
		}
		receipt.At = got.At
		if got.Source != "" {
			way.Source = got.Source
		}
		way.Sent(ctx, got.ExternalID)
	}
	way.Receipt(&receipt)
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
