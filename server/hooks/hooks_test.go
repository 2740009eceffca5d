package hooks_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
	"github.com/gohelpdesk/helpdesk/server/hooks"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

func TestHooks(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	store, err := sqlite.OpenMemory(ctx, sqlite.Options{})
	require.NoError(t, err)
	e, err := helpdesk.New(store, helpdesk.Options{Channels: []helpdesk.Channel{&channeltest.Fake{}}})
	require.NoError(t, err)
	account, err := e.CreateAccount(ctx, helpdesk.NewAccount{Name: "Acme"})
	require.NoError(t, err)
	desk, name := e.As(e.Host(account.ID)), "Phone"
	box, err := desk.Inboxes.Create(ctx, helpdesk.InboxInput{Kind: channeltest.FakeKind, Name: &name})
	require.NoError(t, err)
	handler := hooks.New(e, hooks.Options{})

	hello := channeltest.Post{Event: "messages", Messages: []helpdesk.Inbound{{ExternalID: "1", From: helpdesk.Person{Source: "ann"}, Content: "hello"}}}
	call := func(token string, r *http.Request) int {
		r.URL = &url.URL{Path: "/hooks/" + token}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code
	}
	require.Equal(t, http.StatusOK, call(box.Identifier, hello.Request("")))
	require.Equal(t, http.StatusOK, call(box.Identifier, hello.Request("")), "a redelivery is a success")
	require.Equal(t, http.StatusOK, call(box.Identifier, channeltest.Post{Event: "something new"}.Request("")))
	require.Equal(t, http.StatusUnauthorized, call(box.Identifier, hello.Request("wrong")))
	require.Equal(t, http.StatusNotFound, call("nobody", hello.Request("")))
	junk := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{"))
	channeltest.Sign("")(junk, []byte("{"))
	require.Equal(t, http.StatusBadRequest, call(box.Identifier, junk))

	list, err := desk.Conversations.List(ctx, helpdesk.ConversationFilter{}, helpdesk.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	require.NoError(t, store.Close())
	require.Equal(t, http.StatusServiceUnavailable, call(box.Identifier, hello.Request("")), "the provider must come again")
}
