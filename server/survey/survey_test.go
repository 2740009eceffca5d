package survey_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
	"github.com/gohelpdesk/helpdesk/server/survey"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

// world is a desk with one survey sent.
type world struct {
	*testing.T
	admin *helpdesk.Desk
	h     http.Handler
	late  atomic.Int64 // nanoseconds
	conv  *helpdesk.Conversation
	path  string
}

func newWorld(t *testing.T, locale string) *world {
	t.Helper()
	s, err := sqlite.OpenMemory(t.Context(), sqlite.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	w := &world{T: t}
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	e, err := helpdesk.New(s, helpdesk.Options{Channels: []helpdesk.Channel{api.New()}, Now: func() time.Time { return start.Add(time.Duration(w.late.Load())) }})
	require.NoError(t, err)
	account, owner, err := e.Setup(t.Context(), "", helpdesk.NewAccount{Name: "Acme", Locale: locale}, helpdesk.NewUser{Email: "o@acme.test", Name: "O", Password: "Secret1!"})
	require.NoError(t, err)
	w.admin, w.h = e.As(e.Agent(account.ID, owner.ID)), survey.New(e, survey.Options{})
	name := "Toys & <Games>"
	box, err := w.admin.Inboxes.Create(t.Context(), helpdesk.InboxInput{Kind: api.Kind, Name: &name})
	require.NoError(t, err)
	m, err := e.Receive(t.Context(), account.ID, box.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "c"}, Content: "hello"})
	require.NoError(t, err)
	w.conv, err = w.admin.Conversations.Get(t.Context(), m.Conversation)
	require.NoError(t, err)
	w.path = "/survey/responses/" + w.conv.UUID
	require.Equal(t, http.StatusNotFound, w.get(w.path).Code, "before anything was sent")
	_, err = w.admin.Surveys.Send(t.Context(), w.conv.ID)
	require.NoError(t, err)
	return w
}

func (w *world) get(path string) *httptest.ResponseRecorder {
	return w.do(httptest.NewRequestWithContext(w.Context(), http.MethodGet, path, nil))
}

func (w *world) post(rating, feedback string) *httptest.ResponseRecorder {
	form := url.Values{"rating": {rating}, "feedback": {feedback}}
	r := httptest.NewRequestWithContext(w.Context(), http.MethodPost, w.path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.do(r)
}

func (w *world) do(r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	return rec
}

func (w *world) responses() []*helpdesk.ResponseDetail {
	w.Helper()
	out, err := w.admin.Surveys.List(context.Background(), helpdesk.SurveyFilter{}, helpdesk.Page{})
	require.NoError(w, err)
	return out
}

func TestAnswering(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	page := w.get(w.path)
	require.Equal(t, http.StatusOK, page.Code)
	require.Contains(t, page.Body.String(), "Toys &amp; &lt;Games&gt;")
	require.NotContains(t, page.Body.String(), " checked")
	require.Equal(t, "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'", page.Header().Get("Content-Security-Policy"))
	require.NotContains(t, page.Body.String(), "<script")
	require.NotContains(t, page.Body.String(), "style=")

	none := w.post("", "was fine")
	require.Equal(t, http.StatusUnprocessableEntity, none.Code)
	require.Contains(t, none.Body.String(), "Please choose a rating.")
	require.Contains(t, none.Body.String(), "was fine", "what was written is not lost")
	require.Empty(t, w.responses())

	done := w.post("4", "was <b>fine</b>")
	require.Equal(t, http.StatusSeeOther, done.Code)
	thanks := w.get(done.Header().Get("Location")).Body.String()
	require.Contains(t, thanks, "Thank you")
	require.Contains(t, thanks, `value="4" required checked`)
	require.Contains(t, thanks, "was &lt;b&gt;fine&lt;/b&gt;")
	require.Equal(t, http.StatusSeeOther, w.post("5", "even better").Code)
	got := w.responses()
	require.Len(t, got, 1, "an answer is changed, not added")
	require.Equal(t, 5, got[0].Rating)
	require.Equal(t, "even better", got[0].Feedback)

	require.Equal(t, http.StatusUnprocessableEntity, w.post("4", strings.Repeat("x", 20_001)).Code)
	require.Equal(t, http.StatusRequestEntityTooLarge, w.post("4", strings.Repeat("x", 300_000)).Code)
	w.late.Store(int64(15 * 24 * time.Hour))
	require.Equal(t, http.StatusUnprocessableEntity, w.post("1", "too late").Code)
	closed := w.get(w.path).Body.String()
	require.Contains(t, closed, "This survey is closed.")
	require.NotContains(t, closed, "<form")
	require.Equal(t, 5, w.responses()[0].Rating)
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	for locale, word := range map[string]string{"pt_BR": "Sua avaliação", "es": "Su valoración", "en": "Your rating", "xx": "Your rating"} {
		require.Contains(t, newWorld(t, locale).get("/survey/style.css").Body.String(), "prefers-color-scheme")
		w := newWorld(t, locale)
		require.Contains(t, w.get(w.path).Body.String(), word, locale)
	}
}

func TestNothingThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	for _, path := range []string{"/survey/responses/2f1c0e4e-0000-4000-8000-000000000000", "/survey/", "/survey/responses/"} {
		got := w.get(path)
		require.Equal(t, http.StatusNotFound, got.Code, path)
		require.Contains(t, got.Body.String(), "There is no such survey.")
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/survey/x", nil)
	r.Header.Set("Accept-Language", "es-AR,es;q=0.9")
	require.Contains(t, w.do(r).Body.String(), "Esta encuesta no existe.")
	require.NoError(t, w.admin.Conversations.Delete(t.Context(), w.conv.ID))
	require.Equal(t, http.StatusNotFound, w.get(w.path).Code)
}

func TestLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	for range 30 {
		require.Equal(t, http.StatusSeeOther, w.post("3", "").Code)
	}
	require.Equal(t, http.StatusTooManyRequests, w.post("3", "").Code)
}
