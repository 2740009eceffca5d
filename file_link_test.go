package helpdesk_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
	"github.com/gohelpdesk/helpdesk/server/hooks"
)

// TestSentFileLink has a provider fetch a file of a message for itself, for a day.
func TestSentFileLink(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		blobs, err := helpdesk.NewDirBlobs(t.TempDir())
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, blobs.Close()) })
		for _, public := range []string{"", "https://desk.example"} {
			s := newScene(t, "", func(o *helpdesk.Options) { o.Blobs, o.PublicURL = blobs, public })
			m, err := s.desk.Messages.Send(t.Context(), s.hear("ann", "hello").Conversation, helpdesk.Reply{
				Content: "the map", Files: []helpdesk.File{{Name: "a map.txt", ContentType: "text/plain", Data: strings.NewReader("a map")}},
			})
			require.NoError(t, err)
			s.runDue()
			out := s.fake.Sent()[0]
			link, err := out.Attachments[0].Link()
			if public == "" {
				require.Empty(t, out.Callback)
				require.ErrorIs(t, err, helpdesk.Unsupported)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, "https://desk.example/hooks/"+s.inbox.Identifier, out.Callback)
			fetch := func(address string) *httptest.ResponseRecorder {
				at, err := url.Parse(address)
				require.NoError(t, err)
				w := httptest.NewRecorder()
				hooks.New(s.engine, hooks.Options{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, at.RequestURI(), nil))
				return w
			}
			got := fetch(link)
			require.Equal(t, []any{http.StatusOK, "a map"}, []any{got.Code, got.Body.String()})
			require.Equal(t, `attachment; filename="a map.txt"`, got.Header().Get("Content-Disposition"))
			require.Equal(t, http.StatusNotFound, fetch(strings.Replace(link, "/hooks/files/", "/hooks/files/x", 1)).Code, "forged")
			again, err := s.fake.Sent()[0].Attachments[0].Open(t.Context())
			require.NoError(t, err)
			data, err := io.ReadAll(again)
			require.NoError(t, err)
			require.NoError(t, again.Close())
			require.True(t, bytes.Equal([]byte("a map"), data))
			s.clock.Advance(25 * time.Hour)
			require.Equal(t, http.StatusNotFound, fetch(link).Code, "over")
			s.clock.Advance(-25 * time.Hour)
			_, err = s.desk.Messages.Delete(t.Context(), m.ID)
			require.NoError(t, err)
			s.runDue()
			require.Equal(t, http.StatusNotFound, fetch(link).Code, "the message is gone")
		}
	})
}

// TestUnwanted keeps what a refusal says of the customer.
func TestUnwanted(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		in := s.hear("ann", "hello")
		m := s.reply(in.Conversation, "good morning")
		s.fake.Then(channeltest.Unwanted("21610", "they said STOP"))
		s.runDue()
		m = s.message(m.ID)
		require.Equal(t, []any{helpdesk.StateFailed, "they said STOP"}, []any{m.State, m.FailReason})
		c, err := s.desk.Contacts.Get(t.Context(), s.conversation(in.Conversation).Contact)
		require.NoError(t, err)
		require.Equal(t, true, c.Extra["consent"].(map[string]any)["all"].(map[string]any)["stop"])
		s.clock.Advance(24 * time.Hour)
		s.runDue()
		require.Len(t, s.fake.Sent(), 1, "nothing goes twice")
	})
}
