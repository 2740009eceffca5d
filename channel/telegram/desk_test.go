package telegram_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/telegram"
	"github.com/gohelpdesk/helpdesk/channel/telegram/telegramsim"
	"github.com/gohelpdesk/helpdesk/server/hooks"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

// shop is a whole desk with a bot.
type shop struct {
	t      *testing.T
	sim    *telegramsim.Server
	bot    *telegramsim.Bot
	engine *helpdesk.Engine
	desk   *helpdesk.Desk
	inbox  *helpdesk.Inbox
	now    atomic.Int64
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{t: t}
	s.now.Store(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC).UnixMicro())
	clock := func() time.Time { return time.UnixMicro(s.now.Load()).UTC() }
	s.sim = telegramsim.New(telegramsim.Options{Now: clock})
	t.Cleanup(s.sim.Close)
	s.bot = s.sim.NewBot("Shop")
	store, err := sqlite.OpenMemory(t.Context(), sqlite.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { store.Close() })
	blobs, err := helpdesk.NewDirBlobs(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { blobs.Close() })
	channel := telegram.New(telegram.Options{BaseURL: s.sim.URL})
	s.engine, err = helpdesk.New(store, helpdesk.Options{Channels: []helpdesk.Channel{channel}, Blobs: blobs, Now: clock})
	require.NoError(t, err)
	account, err := s.engine.CreateAccount(t.Context(), helpdesk.NewAccount{Name: "Shop"})
	require.NoError(t, err)
	s.desk = s.engine.As(s.engine.Host(account.ID))
	name, settings := "Telegram", fmt.Appendf(nil, `{"bot_token": %q}`, s.bot.Token())
	s.inbox, err = s.desk.Inboxes.Create(t.Context(), helpdesk.InboxInput{Kind: telegram.Kind, Name: &name, Settings: settings})
	require.NoError(t, err)
	opened, err := channel.Open(settings)
	require.NoError(t, err)
	require.NoError(t, opened.(helpdesk.Connector).Connect(t.Context(), "https://desk.example/hooks/"+s.inbox.Identifier))
	s.bot.DeliverTo(hooks.New(s.engine, hooks.Options{}))
	return s
}

// run does what is due now and in the next minute.
func (s *shop) run() {
	s.t.Helper()
	for range 6 {
		require.NoError(s.t, s.engine.RunDue(s.t.Context()))
		s.now.Add(10 * time.Second.Microseconds())
	}
}

// talk is what the desk knows of its newest conversation, the oldest first.
func (s *shop) talk() []*helpdesk.Message {
	s.t.Helper()
	list, err := s.desk.Conversations.List(s.t.Context(), helpdesk.ConversationFilter{}, helpdesk.Page{})
	require.NoError(s.t, err)
	require.NotEmpty(s.t, list.Items)
	page, err := s.desk.Messages.List(s.t.Context(), helpdesk.MessageFilter{Conversation: list.Items[0].ID}, helpdesk.Page{})
	require.NoError(s.t, err)
	var talk []*helpdesk.Message
	for _, m := range page {
		if m.Kind == helpdesk.Incoming || m.Kind == helpdesk.Outgoing {
			talk = append(talk, m)
		}
	}
	return talk
}

func (s *shop) last() *helpdesk.Message { s.t.Helper(); talk := s.talk(); return talk[len(talk)-1] }

func (s *shop) answer(r helpdesk.Reply) *helpdesk.Message {
	s.t.Helper()
	m, err := s.desk.Messages.Send(s.t.Context(), s.last().Conversation, r)
	require.NoError(s.t, err)
	s.run()
	m, err = s.desk.Messages.Get(s.t.Context(), m.ID)
	require.NoError(s.t, err)
	return m
}

func TestDesk(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	maria := s.bot.Person("Maria", "Silva")
	asked := maria.Writes("Where is my parcel?")
	require.Equal(t, "Where is my parcel?", s.last().Content)

	answer := s.answer(helpdesk.Reply{Content: "On its **way**", Files: []helpdesk.File{{Name: "map.txt", Data: strings.NewReader("a map")}}})
	require.Equal(t, helpdesk.StateSent, answer.State)
	shown := maria.Sees()
	require.Len(t, shown, 2)
	require.Equal(t, "document On its way", shown[1].Kind+" "+shown[1].Text)
	require.Equal(t, "a map", string(shown[1].Files[0].Data))

	maria.Edits(asked, "Where are my parcels?")
	maria.Reacts(shown[1], "👍")
	s.run()
	require.Equal(t, "Where are my parcels?", s.talk()[0].Content)
	require.Contains(t, fmt.Sprint(s.last().ContentAttrs["reactions"]), "👍")

	s.answer(helpdesk.Reply{Content: "Did it come?", ContentType: "input_select", ContentAttrs: map[string]any{
		"items": []any{map[string]any{"title": "Yes!", "value": "yes"}, map[string]any{"title": "No", "value": "no"}},
	}})
	buttons := maria.Sees()[2]
	maria.Presses(buttons, "Yes!")
	require.Equal(t, "Yes!", s.last().Content)
	require.Zero(t, s.bot.Spinning())

	maria.Sends("thanks", telegramsim.File{Kind: "photo", Data: []byte("\x89PNG\r\n\x1a\nx")})
	s.run()
	require.Equal(t, "thanks", s.last().Content)
	require.NotEmpty(t, s.last().Attachments[0].Blob, "the job has fetched it")
	require.Len(t, s.talk(), 5)
}

func TestDeskOfAnAlbum(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	maria := s.bot.Person("Maria", "")
	photo := telegramsim.File{Kind: "photo", Data: []byte("\x89PNG\r\n\x1a\nx")}
	s.bot.Twice()
	all := maria.Sends("my garden", photo, photo, photo)
	require.Len(t, s.talk(), 1)
	album := s.last()
	require.Equal(t, "my garden", album.Content)
	require.Len(t, album.Attachments, 3)

	maria.Reacts(all[2], "👍")
	maria.Replies(all[1], "this one")
	quote := s.last()
	require.Equal(t, float64(album.ID), quote.ContentAttrs["in_reply_to"])
	maria.Edits(all[1], "our garden")
	s.run()
	album = s.talk()[0]
	require.Equal(t, "our garden", album.Content)
	require.Contains(t, fmt.Sprint(album.ContentAttrs["reactions"]), "👍")
	for _, f := range album.Attachments {
		require.NotEmpty(t, f.Blob, "the job has fetched it")
	}

	s.bot.Hold()
	maria.Sends("backwards", photo, photo, photo)
	s.bot.Release()
	s.run()
	require.Len(t, s.talk(), 3)
	require.Equal(t, "backwards", s.last().Content)
	require.Len(t, s.last().Attachments, 3)

	pedro := s.bot.Business("Ana").Person("Pedro", "")
	all = pedro.Sends("", photo, photo)
	require.Len(t, s.last().Attachments, 2)
	pedro.Deletes(all[1])
	require.True(t, s.last().ContentAttrs["deleted"] == true, "an album goes as a whole")
}

func TestDeskFaults(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	maria := s.bot.Person("Maria", "")
	s.bot.Twice()
	maria.Writes("once")
	s.run()
	require.Len(t, s.talk(), 1, "a duplicate is no second message")

	s.bot.Hold()
	second := maria.Writes("second")
	maria.Edits(second, "second, better")
	s.bot.Release() // the edit comes first
	s.run()
	require.Equal(t, "second, better", s.last().Content)

	s.bot.WrongSecret()
	maria.Writes("third")
	require.Equal(t, "second, better", s.last().Content)
	s.bot.Redeliver()
	require.Equal(t, "third", s.last().Content)

	s.sim.Fail("sendMessage", telegramsim.TooMany(2), telegramsim.Broken())
	answer := s.answer(helpdesk.Reply{Content: "after a while"})
	require.Equal(t, helpdesk.StateSent, answer.State)

	s.sim.Fail("sendMessage", telegramsim.Lose())
	answer = s.answer(helpdesk.Reply{Content: "lost"})
	require.Equal(t, helpdesk.StateUnknown, answer.State)
	require.Equal(t, 1, strings.Count(strings.Join(seen(maria), "|"), "lost"), "nothing goes twice")

	s.bot.PostRaw([]byte(`{"update_id": 9, "message": {"text": "` + strings.Repeat("x", 3<<20) + `"}}`))
	maria.Blocks()
	answer = s.answer(helpdesk.Reply{Content: "are you there?"})
	require.Equal(t, helpdesk.StateFailed, answer.State)
	require.Contains(t, answer.FailReason, "blocked")

	maria.Unblocks()
	s.bot.Revoke()
	answer = s.answer(helpdesk.Reply{Content: "hello?"})
	require.Equal(t, helpdesk.StateFailed, answer.State)
	inbox, err := s.desk.Inboxes.Get(t.Context(), s.inbox.ID)
	require.NoError(t, err)
	require.False(t, inbox.RevokedAt.IsZero(), "somebody must connect it again")
}

func TestDeskOfABusiness(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ana := s.bot.Business("Ana")
	pedro := ana.Person("Pedro", "")
	first := pedro.Writes("Hi, Ana")
	ana.Answers(pedro, "One moment")
	require.True(t, s.last().ContentAttrs["external_echo"] == true)
	answer := s.answer(helpdesk.Reply{Content: "Here we are"})
	require.Equal(t, helpdesk.StateSent, answer.State)
	require.Equal(t, []string{"text Hi, Ana", "text One moment", "text Here we are"}, seen(pedro))
	pedro.Deletes(first)
	require.True(t, s.talk()[0].ContentAttrs["deleted"] == true)
}
