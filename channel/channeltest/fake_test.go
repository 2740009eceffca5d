package channeltest_test

import (
	"context"
	"encoding/json"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
)

func body(t *testing.T, p channeltest.Post) []byte {
	t.Helper()
	b, err := io.ReadAll(p.Request("").Body)
	require.NoError(t, err)
	return b
}

// fakeCase is what the suite must know of Fake.
func fakeCase(t *testing.T) channeltest.Case {
	return channeltest.Case{
		Settings: json.RawMessage(`{"secret": "s3cret", "address": "+5511999990000", "repeatable": true, "reply_window_hours": 24}`),
		Bad: []channeltest.Bad{
			{Name: "wrong types", Settings: json.RawMessage(`{"secret": 1, "repeatable": "yes"}`), Fields: []string{"secret", "repeatable"}},
			{Name: "negative", Settings: json.RawMessage(`{"reply_window_hours": -1}`), Fields: []string{"reply_window_hours"}},
		},
		Remote:   func(string) json.RawMessage { return json.RawMessage(`{}`) },
		Outbound: &helpdesk.Outbound{Message: 1, Attempt: 1, To: "ann", Content: "hello"},
		Sign:     channeltest.Sign("s3cret"),
		Calls: []channeltest.Call{
			{Name: "messages", Messages: 2, Body: body(t, channeltest.Post{
				Event: "messages",
				Messages: []helpdesk.Inbound{
					{ExternalID: "in-1", From: helpdesk.Person{Source: "ann"}, Content: "hello"},
					{ExternalID: "in-2", From: helpdesk.Person{Source: "bob"}, Content: "hello"},
				},
			})},
			{Name: "receipts", Receipts: 1, Body: body(t, channeltest.Post{
				Event: "receipts", To: "+5511999990000",
				Receipts: []helpdesk.Receipt{{ExternalID: "fake-1", State: helpdesk.StateRead}},
			})},
			{Name: "news", Body: []byte(`{"Event": "weather"}`)},
		},
	}
}

func TestFake(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, &channeltest.Fake{}, fakeCase(t))
}

func TestFakeOutcomes(t *testing.T) {
	t.Parallel()
	released := make(chan struct{})
	fake := &channeltest.Fake{}
	fake.Then(
		channeltest.Accept("a"), channeltest.Refuse("131", "no such number"), channeltest.Retry(0), channeltest.Retry(time.Minute),
		channeltest.Lose(), channeltest.Hold(released, channeltest.Accept("late")),
	)
	sender, err := fake.Open(json.RawMessage(`{}`))
	require.NoError(t, err)
	send := func(id helpdesk.MessageID) (helpdesk.Receipt, error) {
		return sender.Send(t.Context(), &helpdesk.Outbound{Message: id})
	}
	receipt, err := send(1)
	require.NoError(t, err)
	require.Equal(t, helpdesk.Receipt{ExternalID: "a", State: helpdesk.StateSent}, receipt)
	receipt, err = send(2)
	require.ErrorIs(t, err, helpdesk.Invalid)
	require.Equal(t, "131", receipt.Code)
	for id := range helpdesk.MessageID(3) {
		_, err = send(3 + id)
		require.ErrorIs(t, err, helpdesk.Unavailable)
	}
	held := make(chan helpdesk.Receipt)
	go func() {
		receipt, _ := send(6)
		held <- receipt
	}()
	require.NoError(t, fake.Wait(t.Context(), 6))
	close(released)
	require.Equal(t, "late", (<-held).ExternalID)
	receipt, err = send(7)
	require.NoError(t, err)
	require.Equal(t, "fake-7", receipt.ExternalID, "the script is over")
	require.Len(t, fake.Sent(), 7)
	require.Equal(t, helpdesk.MessageID(7), fake.Sent()[6].Message)
}

func TestFakeHoldEndsWithItsContext(t *testing.T) {
	t.Parallel()
	fake := &channeltest.Fake{}
	fake.Then(channeltest.Hold(nil, channeltest.Accept("never")))
	sender, err := fake.Open(json.RawMessage(`{}`))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_ = fake.Wait(ctx, 1)
		cancel()
	}()
	_, err = sender.Send(ctx, &helpdesk.Outbound{})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, fake.Wait(ctx, 2), context.Canceled)
}
