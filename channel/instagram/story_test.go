package instagram_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/instagram"
	"github.com/gohelpdesk/helpdesk/channel/instagram/instagramsim"
)

// clock is time that moves only when told.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// shop is an account with its sender, and what its webhooks carried.
type shop struct {
	*testing.T

	sim     *instagramsim.Sim
	account *instagramsim.Account
	sender  helpdesk.Sender
	clock   *clock
	ann     *instagramsim.Customer

	mu    sync.Mutex
	heard []helpdesk.BatchItem
}

func newShop(t *testing.T, byPage bool) *shop {
	t.Helper()
	s := &shop{T: t, clock: newClock()}
	s.sim = instagramsim.New(t, instagramsim.Options{Now: s.clock.Now})
	s.account = s.sim.Account("Shop")
	if byPage {
		s.account = s.sim.AccountOfPage("Shop")
	}
	s.ann = s.sim.Customer("Ann Lee").To(s.account.Account)
	s.open()
	s.account.OnWebhook(func(r *http.Request) error {
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		batch, err := s.sender.(helpdesk.WebhookParser).ParseWebhook(r, body)
		if err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.heard = append(s.heard, batch.Items...)
		return nil
	})
	s.ann.Writes("hello") // opens the window
	return s
}

func (s *shop) options() instagram.Options {
	return instagram.Options{BaseURL: s.sim.URL(), PageBaseURL: s.sim.URL(), LoginURL: s.sim.URL(), HTTPClient: s.sim.Client()}
}

func (s *shop) open() { s.sender = open(s, s.options(), s.account.Settings()) }

func (s *shop) send(out helpdesk.Outbound) (helpdesk.Receipt, error) {
	out.To, out.Message, out.Attempt = s.ann.ID, 7, 1
	return s.sender.Send(s.Context(), &out)
}

// got sends and returns what arrived of it.
func (s *shop) got(out helpdesk.Outbound) []*instagramsim.Got {
	s.Helper()
	before := len(s.ann.Got())
	receipt, err := s.send(out)
	require.NoError(s, err)
	all := s.ann.Got()[before:]
	require.NotEmpty(s, all)
	require.Equal(s, all[len(all)-1].ID, receipt.ExternalID)
	require.Len(s, receipt.Parts, len(all)-1)
	return all
}

func fileOf(name, contentType string, data []byte) helpdesk.OutboundFile {
	return helpdesk.OutboundFile{
		Name: name, ContentType: contentType, Size: int64(len(data)), Link: func() (string, error) { return "https://desk.example/files/" + name, nil },
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}
}

// outcome is what the engine makes of an error.
func outcome(err error) string {
	if err == nil {
		return "sent"
	}
	for name, like := range map[string]error{
		"permanent": helpdesk.Permanent(nil), "ambiguous": helpdesk.Ambiguous(nil), "revoked": helpdesk.Revoked(nil),
		"slow": helpdesk.SlowDown(nil, 0), "later": helpdesk.RetryAfter(nil, 0),
	} {
		for e := err; e != nil; e = errors.Unwrap(e) {
			if reflect.TypeOf(e) == reflect.TypeOf(like) {
				return name
			}
			if _, many := e.(interface{ Unwrap() []error }); many {
				break
			}
		}
	}
	return "retry"
}

// TestSendKinds sends each kind, in both of the ways to reach an account.
func TestSendKinds(t *testing.T) {
	t.Parallel()
	for name, byPage := range map[string]bool{"own login": false, "by page": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, byPage)
			require.Equal(t, "good morning", s.got(helpdesk.Outbound{Content: "good morning"})[0].Text)

			long := strings.Repeat("😀", 250) + "x" // 1,001 bytes, 251 characters
			pieces := s.got(helpdesk.Outbound{Content: long})
			require.Len(t, pieces, 2)
			require.Equal(t, long, pieces[0].Text+pieces[1].Text)
			require.LessOrEqual(t, len(pieces[0].Text), 1000)

			got := s.got(helpdesk.Outbound{Content: "Which?", ContentType: "input_select", ContentAttrs: map[string]any{"items": []any{map[string]any{"title": "Yes", "value": "1"}}}})[0]
			require.Equal(t, []instagramsim.Choice{{Title: "Yes", Payload: "1"}}, got.Choices)
			s.ann.Taps(got, "Yes")

			data := []byte("bytes")
			all := s.got(helpdesk.Outbound{Content: "look", Attachments: []helpdesk.OutboundFile{fileOf("á.png", "image/png", data)}})
			require.Len(t, all, 2)
			if byPage {
				require.Equal(t, data, all[1].Data)
			} else {
				require.Equal(t, "https://desk.example/files/á.png", all[1].URL)
			}
			file := fileOf("a.png", "image/png", data)
			file.Link = func() (string, error) { return "", helpdesk.Unsupported }
			_, err := s.send(helpdesk.Outbound{Attachments: []helpdesk.OutboundFile{file}})
			require.Equal(t, byPage, err == nil, "Instagram fetches files where they cannot be uploaded: %v", err)

			fits := s.sender.(helpdesk.Fitter)
			require.ErrorContains(t, fits.Fit(&helpdesk.Outbound{Attachments: []helpdesk.OutboundFile{{Name: "a.zip", ContentType: "application/zip", Size: 9}}}), "PDF")
			require.ErrorContains(t, fits.Fit(&helpdesk.Outbound{Attachments: []helpdesk.OutboundFile{{Name: "a.png", ContentType: "image/png", Size: 9 << 20}}}), "8 MB")

			mid := s.ann.Writes("thanks")
			_, err = s.send(helpdesk.Outbound{ReplyTo: mid, ContentAttrs: map[string]any{"reaction": "❤️"}})
			require.NoError(t, err)
			require.Equal(t, []string{"love"}, s.ann.Reactions())
			require.NoError(t, s.sender.(helpdesk.Marker).MarkRead(t.Context(), s.ann.ID, mid))
			require.Equal(t, 3, s.ann.Seen())
		})
	}
}

// TestWindow is refused after a day, and taken from a person.
func TestWindow(t *testing.T) {
	t.Parallel()
	s := newShop(t, false)
	s.account.HumanAgent = true
	s.open()
	s.clock.advance(25 * time.Hour)
	receipt, err := s.send(helpdesk.Outbound{Content: "x"})
	require.Equal(t, []any{"permanent", "10"}, []any{outcome(err), receipt.Code})
	require.Equal(t, "HUMAN_AGENT", s.got(helpdesk.Outbound{Content: "x", Late: true})[0].Tag)
	require.Equal(t, 7*24*time.Hour, s.sender.(helpdesk.PersonWindowed).PersonWindow())
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := newShop(t, false)
	for name, c := range map[string]struct {
		fault instagramsim.Fault
		want  string
	}{
		"window":        {instagramsim.Refuse(10, 2534022, "outside"), "permanent"},
		"nobody":        {instagramsim.Refuse(9010, 0, "no matching user"), "permanent"},
		"token":         {instagramsim.Refuse(190, 463, "expired"), "revoked"},
		"permission":    {instagramsim.Refuse(200, 0, "no"), "revoked"},
		"limit":         {instagramsim.TooMany(time.Second), "slow"},
		"500":           {instagramsim.Broken(), "retry"},
		"passing":       {instagramsim.Refuse(1200, 0, "later"), "retry"},
		"lost answer":   {instagramsim.LostAnswer(), "ambiguous"},
		"cut answer":    {instagramsim.CutAnswer(), "ambiguous"},
		"of the future": {instagramsim.Refuse(987654, 0, "?"), "permanent"},
	} {
		s.sim.Next(c.fault)
		_, err := s.send(helpdesk.Outbound{Content: "x"})
		require.Equal(t, c.want, outcome(err), "%s: %v", name, err)
	}
}

func TestProfile(t *testing.T) {
	t.Parallel()
	s := newShop(t, false)
	ask := s.sender.(helpdesk.Profiler).Profile
	who, err := ask(t.Context(), s.ann.ID)
	require.NoError(t, err)
	require.Equal(t, []any{"Ann Lee", "ann_lee", 42, true}, []any{
		who.Name, who.Extra["social_instagram_user_name"], who.Extra["social_instagram_follower_count"], who.Extra["social_instagram_is_user_follow_business"],
	})
	s.ann.Hides()
	who, err = ask(t.Context(), s.ann.ID)
	require.NoError(t, err)
	require.Nil(t, who, "they have not agreed")
	s.account.Revoke()
	_, err = ask(t.Context(), s.ann.ID)
	require.Equal(t, "revoked", outcome(err))
}

func codes(h *helpdesk.Health) (list []string) {
	for _, p := range h.Problems {
		list = append(list, p.Code)
	}
	return list
}

func TestConnectAndCheck(t *testing.T) {
	t.Parallel()
	for name, byPage := range map[string]bool{"own login": false, "by page": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, byPage)
			check := func(change map[string]any) *helpdesk.Health {
				all := map[string]any{}
				require.NoError(t, json.Unmarshal(s.account.Settings(), &all))
				for key, value := range change {
					all[key] = value
				}
				raw, err := json.Marshal(all)
				require.NoError(t, err)
				h, err := open(t, s.options(), raw).(helpdesk.Checker).Check(t.Context())
				require.NoError(t, err)
				return h
			}
			require.Equal(t, []string{"webhook"}, codes(check(nil)))
			require.NoError(t, s.sender.(helpdesk.Connector).Connect(t.Context(), ""))
			require.Empty(t, codes(check(nil)))
			require.Equal(t, []string{"token"}, codes(check(map[string]any{"access_token": "another"})))
			require.Equal(t, []string{"verify_token"}, codes(check(map[string]any{"verify_token": ""})))
			if byPage {
				require.Equal(t, []string{"secret"}, codes(check(map[string]any{"app_secret": "another"})))
				s.account.Scopes = []string{"instagram_basic"}
				require.Equal(t, []string{"permission", "permission"}, codes(check(nil)))
			} else {
				require.Equal(t, []string{"page"}, codes(check(map[string]any{"instagram_id": "1"})))
			}
			require.NoError(t, s.sender.(helpdesk.Disconnector).Disconnect(t.Context()))
			require.Empty(t, s.account.Subscribed())
		})
	}
}

// TestAuthorize connects an account by Instagram's own login, and renews its token.
func TestAuthorize(t *testing.T) {
	t.Parallel()
	s := newShop(t, false)
	o := s.options()
	o.AppID, o.AppSecret = s.sim.AppID(), s.sim.AppSecret()
	now := s.clock.Now()
	a, err := instagram.Authorize(t.Context(), o, s.account.Code()+"#_", "https://desk.example/instagram/callback", now)
	require.NoError(t, err)
	require.Equal(t, []any{"Shop", "shop"}, []any{a.Name, a.Username})
	require.Equal(t, instagram.Settings{
		InstagramID: s.account.ID, AccessToken: s.account.Token, ExpiresAt: now.Add(60 * 24 * time.Hour), Source: instagram.InstagramLogin,
		UserID: s.account.AppScopedID(),
	}, a.Settings)
	raw, err := json.Marshal(a.Settings)
	require.NoError(t, err)
	whose := open(t, o, raw).(helpdesk.Granted)
	form := url.Values{"signed_request": {s.sim.SignedRequest(s.account.AppScopedID())}}
	who, at, err := instagram.New(o).(helpdesk.GrantParser).ParseGrant(nil, []byte(form.Encode()))
	require.NoError(t, err)
	require.Equal(t, now, at)
	require.Contains(t, whose.GrantedBy(), who, "who removes the app is whose account it is")
	left, err := whose.Ungranted()
	require.NoError(t, err)
	require.NotContains(t, string(left), s.account.Token)
	require.Zero(t, open(t, o, left).(helpdesk.Renewer).RenewAt())
	renewer := open(t, o, raw).(helpdesk.Renewer)
	require.Equal(t, now.Add(50*24*time.Hour), renewer.RenewAt())
	raw, err = renewer.Renew(t.Context())
	require.NoError(t, err)
	fresh := open(t, o, raw)
	require.Equal(t, now.Add(100*24*time.Hour), fresh.(helpdesk.Renewer).RenewAt())
	h, err := fresh.(helpdesk.Checker).Check(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"verify_token", "webhook"}, codes(h), "the token works")

	for _, code := range []string{"forged", ""} {
		_, err = instagram.Authorize(t.Context(), o, code, "https://desk.example/instagram/callback", now)
		require.ErrorIs(t, err, helpdesk.Invalid)
	}
	_, err = instagram.Authorize(t.Context(), instagram.Options{}, "x", "", now)
	require.ErrorIs(t, err, helpdesk.Unsupported)
	address, err := instagram.AuthorizeURL(o, "https://desk.example/instagram/callback", "s")
	require.NoError(t, err)
	require.Contains(t, address, "instagram_business_manage_messages")
	s.account.Revoke()
	_, err = renewer.Renew(t.Context())
	require.Equal(t, "revoked", outcome(err))
}
