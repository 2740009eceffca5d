package chatwoot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// notices are the frames of notifications.
func notices(frames []cableFrame) (out []cableFrame) {
	for _, f := range frames {
		if strings.HasPrefix(f.Message.Event, "notification.") {
			out = append(out, f)
		}
	}
	return out
}

// bell is what a notification's frame says: its event, its notification's id,
// and the two figures.
func bell(event string, data map[string]any) []string {
	n, _ := data["notification"].(map[string]any)
	return []string{event, compact(n["id"]), compact(data["unread_count"]), compact(data["count"])}
}

func bells(frames []cableFrame) (out [][]string) {
	for _, f := range notices(frames) {
		out = append(out, bell(f.Message.Event, f.Message.Data))
	}
	return out
}

// A bell that only listens shows what the list of notifications would: of its
// own agent, and of nobody else.
func TestCableNotifications(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		l := w.serveLoopback()
		boID, bo := w.invite("Bo", "agent")
		eveID, eve := w.invite("Eve", "agent")
		inbox, public := w.inbox(nil)
		w.call("PATCH", "/inboxes/"+inbox, `{"enable_auto_assignment":false}`)
		w.call("POST", "/inbox_members", `{"inbox_id":`+inbox+`,"user_ids":[`+boID+`,`+eveID+`]}`)
		carl, first := w.customer(public, "carl", "hello")
		_, second := w.customer(public, "dora", "hello too")
		_, aside := w.customer(public, "carl", "where the test says that a step is over")
		start := w.ok(request{method: "GET", path: w.path("/events/poll"), token: bo}).at("cursor").(string)
		clients := map[string]*cableClient{"ada": l.agent("Ada"), "bo": l.agent("Bo"), "eve": l.agent("Eve"), "carl": l.contact(first)}
		as := func(method, path, body string) answer {
			return w.ok(request{method: method, path: w.path(path), token: bo, json: body})
		}
		step := 0
		// Each step is heard before the next, so that the figures are those of it.
		heard := func(do func()) []cableFrame {
			t.Helper()
			do()
			step++
			over := fmt.Sprint("step ", step)
			w.call("POST", "/conversations/"+aside+"/messages", `{"content":"`+over+`"}`)
			for name, c := range clients {
				if name != "bo" {
					require.Empty(t, notices(c.until(saying(over))), name)
				}
			}
			return notices(clients["bo"].until(saying(over)))
		}
		listed := func() (row map[string]any, meta map[string]any) {
			t.Helper()
			got := as("GET", "/notifications", "")
			if rows := got.at("data.payload").([]any); len(rows) > 0 {
				row = rows[0].(map[string]any)
				row["account_id"] = float64(w.account.ID)
			}
			return row, got.at("data.meta").(map[string]any)
		}

		// The last is what Bo's list begins with.
		agrees := func(f cableFrame) {
			t.Helper()
			row, meta := listed()
			require.Equal(t, row, f.Message.Data["notification"])
			require.Equal(t, meta["unread_count"], f.Message.Data["unread_count"])
			require.Equal(t, meta["count"], f.Message.Data["count"])
			require.Equal(t, float64(w.account.ID), f.Message.Data["account_id"])
		}
		assign := func(conv string) {
			w.call("POST", "/conversations/"+conv+"/assignments", `{"assignee_id":`+boID+`}`)
		}
		got := heard(func() { assign(second) })
		one := compact(at2(got[0], "notification", "id")) // a transaction that was tried again uses up ids
		require.Equal(t, [][]string{{"notification.created", one, "1", "1"}}, bells(got))
		agrees(got[0])
		if w.queries != nil {
			golden(t, "cable_notification.json", scrub(t, compact(got[0].Message.Data)))
		}
		w.clock.add(time.Second)

		got = heard(func() { assign(first) })
		require.Equal(t, "notification.created", got[0].Message.Event)
		agrees(got[0])
		require.Equal(t, "2", compact(got[0].Message.Data["unread_count"]))
		w.clock.add(time.Second)

		// What the customer says takes the place of what was told before.
		got = heard(func() {
			w.ok(request{method: "POST", path: carl + "/conversations/" + first + "/messages", json: `{"content":"anybody?"}`})
		})
		require.Equal(t, []string{"notification.deleted", "notification.created"}, events(got))
		agrees(got[len(got)-1])
		last := compact(at2(got[len(got)-1], "notification", "id"))
		require.Equal(t, "A new message is created in conversation (#"+first+")", at2(got[len(got)-1], "notification", "push_message_title"))

		for _, s := range []struct {
			do, path, body string
			want           []string
		}{
			{"PATCH", "/notifications/" + one, "", []string{"notification.updated", one, "1", "1"}},
			{"POST", "/notifications/" + one + "/unread", "", []string{"notification.updated", one, "2", "2"}},
			{"POST", "/notifications/" + one + "/snooze", `{"snoozed_until":` + itoa(w.clock.now().Add(time.Hour).Unix()) + `}`, []string{"notification.updated", one, "1", "1"}},
			{"DELETE", "/notifications/" + last, "", []string{"notification.deleted", last, "0", "0"}},
			{"", "", "", []string{"notification.updated", one, "1", "1"}}, // the snooze ends
			{"POST", "/notifications/read_all", `{}`, []string{"notification.deleted", "0", "0", "0"}},
			{"POST", "/notifications/" + one + "/unread", "", []string{"notification.updated", one, "1", "1"}},
			{"POST", "/notifications/destroy_all", `{"type":"read"}`, nil},
			{"POST", "/notifications/destroy_all", `{"type":"all"}`, []string{"notification.deleted", "0", "0", "0"}},
		} {
			got := heard(func() {
				if s.do != "" {
					as(s.do, s.path, s.body)
					return
				}
				w.clock.add(2 * time.Hour)
				require.NoError(t, w.e.RunDue(t.Context()))
			})
			if s.want == nil {
				require.Empty(t, got, s.path)
				continue
			}
			require.Equal(t, [][]string{s.want}, bells(got), s.do+" "+s.path)
			_, meta := listed()
			require.Equal(t, meta["unread_count"], got[0].Message.Data["unread_count"], s.path)
			require.Equal(t, meta["count"], got[0].Message.Data["count"], s.path)
		}

		// The feed over HTTP tells Bo of all of it, with the figures of now, and
		// nobody else.
		told := func(token string) (out []string) {
			items, next := l.poll(token, start)
			for cursor := start; next != cursor; items, next = l.poll(token, cursor) {
				for _, e := range items {
					if strings.HasPrefix(e.Event, "notification.") {
						out = append(out, strings.Join(bell(e.Event, e.Data), " "))
					}
				}
				cursor = next
			}
			return out
		}
		require.Contains(t, told(bo), "notification.deleted "+last+" 0 0")
		for _, e := range told(bo) {
			require.True(t, strings.HasSuffix(e, " 0 0"), e)
			require.True(t, strings.HasPrefix(e, "notification.deleted"), "what is gone is not shown: %s", e)
		}
		require.Empty(t, told(eve))
		require.Empty(t, told(w.token))
	})
}
