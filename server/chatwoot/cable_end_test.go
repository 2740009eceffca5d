package chatwoot_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// A subscription ends with whom it is for.
func TestCableTokenEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.serveLoopback()
	_, public := w.inbox(nil)
	_, conv := w.customer(public, "carl", "hello")
	carl := l.contact(conv)
	w.clock.add(time.Minute) // since they gave a sign of life: who is online is not deleted
	require.NoError(t, w.e.As(w.e.Host(w.account.ID)).Contacts.Delete(t.Context(), 1))
	end := carl.until(func(f cableFrame) bool { return f.Type == "reject_subscription" })
	require.NotEmpty(t, end)
}

// A token that is good no longer ends its subscription at the next look, once a
// minute, and no other of the same socket.
func TestCableTokenIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		l := w.serveLoopback()
		_, token := w.invite("Bo", "agent")
		bo, err := w.e.FindUser(t.Context(), "bo@acme.example")
		require.NoError(t, err)
		c := l.dial(nil)
		ada, old := l.agentID(w.ada), l.agentID(bo)
		c.subscribe(ada)
		c.subscribe(old)
		minute := func() (frames []cableFrame) {
			t.Helper()
			for range 20 { // a ping every three seconds
				l.timers.ring(t, 1)
				frames = append(frames, c.until(func(f cableFrame) bool { return f.Type == "ping" })...)
			}
			return frames
		}
		of := func(frames []cableFrame) (out []string) {
			for _, f := range frames {
				if f.Type != "ping" {
					out = append(out, f.Identifier+f.Type+f.Message.Event)
				}
			}
			return out
		}
		require.Empty(t, of(minute()), "nothing happened")
		w.ok(request{method: "PUT", path: "/api/v1/profile", token: token, json: `{"password":"` + password + `","password_confirmation":"` + password + `"}`})
		bo, err = w.e.FindUser(t.Context(), "bo@acme.example")
		require.NoError(t, err)
		require.NotEqual(t, old, l.agentID(bo), "a new password is a new token")
		frames := minute()
		for !slices.Contains(of(frames), old+"reject_subscription") { // told after the ping, by another goroutine
			frames = append(frames, c.next())
		}
		require.NotContains(t, of(frames), ada+"reject_subscription")
		w.call("POST", "/labels", `{"title":"vip"}`)
		after := append([]cableFrame{c.next()}, minute()...)
		require.Equal(t, []string{ada + "account.cache_invalidated"}, of(after), "the other goes on, and hears of it alone")
		c.id = old
		c.ask("subscribe")
		require.Equal(t, "reject_subscription", c.next().Type)
		c.subscribe(l.agentID(bo))
	})
}

// Who shows a conversation learns whom it is with when contacts are merged.
func TestCableMerge(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		l := w.serveLoopback()
		boID, _ := w.invite("Bo", "agent")
		w.invite("Eve", "agent")
		inbox, public := w.inbox(nil)
		w.call("POST", "/inbox_members", `{"inbox_id":`+inbox+`,"user_ids":[`+boID+`]}`)
		_, stays := w.customer(public, "carl", "hello")
		_, moves := w.customer(public, "karl", "hello again")
		_, also := w.customer(public, "karl", "and again")
		ada, bo, eve, karl := l.agent("Ada"), l.agent("Bo"), l.agent("Eve"), l.contact(moves)
		w.call("POST", "/actions/contact_merge", `{"base_contact_id":1,"mergee_contact_id":2}`)
		w.call("POST", "/conversations/"+stays+"/messages", `{"content":"the end"}`)
		w.call("POST", "/conversations/"+moves+"/messages", `{"content":"the end"}`)
		w.call("POST", "/labels", `{"title":"end"}`)
		told := func(frames []cableFrame) (out []string) {
			for _, f := range frames {
				if f.Message.Event == "conversation.contact_changed" {
					meta, _ := f.Message.Data["meta"].(map[string]any)
					sender, _ := meta["sender"].(map[string]any)
					require.Equal(t, "1", compact(sender["id"]))
					require.Equal(t, float64(w.account.ID), f.Message.Data["account_id"])
					out = append(out, compact(f.Message.Data["id"]))
				}
			}
			return out
		}
		require.ElementsMatch(t, []string{moves, also}, told(ada.until(saying("the end"))))
		require.ElementsMatch(t, []string{moves, also}, told(bo.until(saying("the end"))))
		require.Empty(t, told(eve.until(named("account.cache_invalidated"))), "who is in no inbox")
		require.Empty(t, told(karl.until(saying("the end"))), "the customer")
	})
}

// An event that cannot be told hangs up on who listens, and on nobody else.
func TestCableOutlivesPanics(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.serveLoopback()
	l.h.BreakPush(helpdesk.ConversationStatus)
	_, public := w.inbox(nil)
	_, conv := w.customer(public, "carl", "hello")
	ada := l.agent("Ada")
	w.call("POST", "/conversations/"+conv+"/toggle_status", `{"status":"resolved"}`)
	require.Eventually(t, func() bool {
		_, _, err := ada.conn.Read(t.Context())
		return err != nil
	}, 10*time.Second, time.Millisecond)
	again := l.agent("Ada")
	w.call("POST", "/conversations/"+conv+"/messages", `{"content":"the end"}`)
	again.until(saying("the end"))
}
