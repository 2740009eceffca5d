package telegram_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/telegram/telegramsim"
)

func TestConnect(t *testing.T) {
	t.Parallel()
	sim, bot, s := open(t)
	health, err := s.(helpdesk.Checker).Check(t.Context())
	require.NoError(t, err)
	require.Equal(t, "webhook", health.Problems[0].Code, "nothing arrives yet")
	require.Equal(t, "Shop", health.Facts["bot_name"])

	require.NoError(t, s.(helpdesk.Connector).Connect(t.Context(), "https://desk.example/hooks/x"))
	call := sim.Requests("setWebhook")[0]
	require.Equal(t, "https://desk.example/hooks/x", call.Params["url"])
	require.Contains(t, call.Params["allowed_updates"], "message_reaction")
	health, err = s.(helpdesk.Checker).Check(t.Context())
	require.NoError(t, err)
	require.Empty(t, health.Problems)

	bot.DeliverTo(http.NotFoundHandler())
	bot.Person("Maria", "").Writes("hello")
	health, err = s.(helpdesk.Checker).Check(t.Context())
	require.NoError(t, err)
	require.Contains(t, health.Problems[0].Message, "404")

	require.NoError(t, s.(helpdesk.Disconnector).Disconnect(t.Context()))
	bot.Revoke()
	require.NoError(t, s.(helpdesk.Disconnector).Disconnect(t.Context()), "there is no webhook any more")
	health, err = s.(helpdesk.Checker).Check(t.Context())
	require.NoError(t, err)
	require.True(t, health.Problems[0].Revoked)
	require.Equal(t, "revoked", failure(s.(helpdesk.Connector).Connect(t.Context(), "https://desk.example/")))
	require.Contains(t, s.(helpdesk.Shown).Shown(), "bot_id")
}

func TestFetch(t *testing.T) {
	t.Parallel()
	data := []byte("the file's bytes")
	ref := func(m []telegramsim.Message) string { return m[0].Files[0].Ref() }
	for _, c := range []struct {
		name  string
		fault map[string]telegramsim.Fault
		size  int64
		want  string
	}{
		{"good", nil, 0, ""},
		{"21 MB", nil, 21 << 20, "permanent"},
		{"busy", map[string]telegramsim.Fault{"getFile": telegramsim.TooMany(3)}, 0, "slow"},
		{"lost", map[string]telegramsim.Fault{"getFile": telegramsim.Lose()}, 0, "again"},
		{"the link is old", map[string]telegramsim.Fault{"file": telegramsim.Refuse(404, "")}, 0, "again"},
		{"revoked", map[string]telegramsim.Fault{"getFile": telegramsim.Refuse(401, "Unauthorized")}, 0, "revoked"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			sim, bot, s := open(t)
			sent := bot.Person("Maria", "").Sends("", telegramsim.File{Kind: "document", Name: "a.pdf", Data: data, Size: c.size})
			for method, fault := range c.fault {
				sim.Fail(method, fault)
			}
			got, err := s.(helpdesk.Fetcher).Fetch(t.Context(), ref(sent))
			require.Equal(t, c.want, failure(err), "%v", err)
			if err != nil {
				require.NotContains(t, err.Error(), bot.Token())
				return
			}
			defer got.Body.Close()
			bytes, err := io.ReadAll(got.Body)
			require.NoError(t, err)
			require.Equal(t, data, bytes)
		})
	}
	t.Run("cut off", func(t *testing.T) {
		t.Parallel()
		sim, bot, s := open(t)
		sent := bot.Person("Maria", "").Sends("", telegramsim.File{Kind: "document", Data: data})
		sim.Fail("file", telegramsim.Cut())
		got, err := s.(helpdesk.Fetcher).Fetch(t.Context(), ref(sent))
		require.NoError(t, err)
		defer got.Body.Close()
		_, err = io.ReadAll(got.Body)
		require.Error(t, err, "half a file is none")
	})
}

// TestFetchSlow gives up on a file that does not come, and has it the next time.
func TestFetchSlow(t *testing.T) {
	t.Parallel()
	sim, bot, s := open(t)
	maria := bot.Person("Maria", "")
	ref := func() string {
		return maria.Sends("", telegramsim.File{Kind: "document", Name: "a.pdf", Data: []byte("pdf")})[0].Files[0].Ref()
	}
	for _, method := range []string{"getFile", "file"} {
		released, id := make(chan struct{}), ref()
		sim.Fail(method, telegramsim.Slow(released))
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, err := s.(helpdesk.Fetcher).Fetch(ctx, id)
		cancel()
		require.Equal(t, "again", failure(err), "%s: %v", method, err)
		close(released)
		f, err := s.(helpdesk.Fetcher).Fetch(t.Context(), id)
		require.NoError(t, err)
		require.NoError(t, f.Body.Close())
	}
}

// TestAnyMethod has faults that wait for any call, one after the other.
func TestAnyMethod(t *testing.T) {
	t.Parallel()
	sim, bot, s := open(t)
	maria := bot.Person("Maria", "")
	sim.Fail("", telegramsim.TooMany(3), telegramsim.Broken())
	for _, due := range []string{"slow", "again", ""} {
		_, err := s.Send(t.Context(), &helpdesk.Outbound{Message: 1, To: fmt.Sprint(maria.ID), Content: "hi"})
		if due == "" {
			require.NoError(t, err)
			continue
		}
		require.Equal(t, due, failure(err), "%v", err)
	}
	require.Len(t, maria.Sees(), 1)
}

func TestBusinessChat(t *testing.T) {
	t.Parallel()
	sim, bot, s := open(t)
	require.NoError(t, s.(helpdesk.Connector).Connect(t.Context(), "https://desk.example/"))
	bot.DeliverTo(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	shop := bot.Business("Ana")
	pedro := shop.Person("Pedro", "")
	to := fmt.Sprintf("business:%s:%d", shop.ID, pedro.ID)
	receipt, err := s.Send(t.Context(), &helpdesk.Outbound{To: to, Content: "hello"})
	require.NoError(t, err)
	require.Equal(t, to+":1", receipt.ExternalID)
	require.NoError(t, s.(helpdesk.Typer).Typing(t.Context(), to, true))
	require.NoError(t, s.(helpdesk.Typer).Typing(t.Context(), to, false))
	require.NoError(t, s.(helpdesk.Marker).MarkRead(t.Context(), to, to+":1"))
	require.NoError(t, s.(helpdesk.Marker).MarkRead(t.Context(), "5", "5:1"), "chats of bots have no read marks")
	require.Len(t, sim.Requests("sendChatAction"), 1)
	require.Len(t, sim.Requests("readBusinessMessage"), 1)
}
