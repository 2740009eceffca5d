package main_test

import (
	"context"
	"database/sql"
	"net/http"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

func TestDemoFillsOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, db database) {
		env := []string{"HELPDESK_SECRET=" + secret}
		args := []string{"--demo", "--addr", "127.0.0.1:0", "--db", db.name, "--data", filepath.Join(t.TempDir(), "data")}
		p := start(t, env, args...)
		const token = `API token +(\w+)`
		first := p.says(token)
		p.says(`Password +\S+`)
		p.stop()
		p2 := start(t, env, args...)
		require.Equal(t, first, p2.says(token), "a second start changed the token")
		p2.stop()

		store, err := db.open(t.Context())
		require.NoError(t, err)
		defer store.Close()
		require.NoError(t, store.View(t.Context(), 1, func(ctx context.Context, tx helpdesk.Tx) error {
			agents, err := tx.Agents().Count(ctx, helpdesk.AgentFilter{Persons: true})
			require.NoError(t, err)
			require.Equal(t, 3, agents)
			inboxes, err := tx.Inboxes().Count(ctx, helpdesk.InboxFilter{})
			require.NoError(t, err)
			require.Equal(t, 2, inboxes)
			contacts, err := tx.Contacts().Count(ctx, helpdesk.ContactFilter{})
			require.NoError(t, err)
			require.Equal(t, 12, contacts)
			all, err := tx.Conversations().List(ctx, helpdesk.ConversationFilter{}, helpdesk.Page{Limit: 100})
			require.NoError(t, err)
			require.Len(t, all, 21)
			by, free := map[helpdesk.Status]int{}, 0
			for _, c := range all {
				by[c.Status]++
				if c.Assignee == 0 {
					free++
				}
			}
			require.Equal(t, map[helpdesk.Status]int{helpdesk.Open: 11, helpdesk.Pending: 2, helpdesk.Snoozed: 2, helpdesk.Resolved: 6}, by)
			require.Positive(t, free)
			return nil
		}))
	})
}

func TestDemoLeavesADeskAlone(t *testing.T) {
	t.Parallel()
	args := []string{"--addr", "127.0.0.1:0", "--db", "sqlite:" + filepath.Join(t.TempDir(), "desk.db")}
	start(t, asAdmin(), args...).stop()
	p := start(t, asAdmin()[2:], append(args, "--demo")...)
	p.says("no demo account was made")
}

func TestProbesAndPages(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--demo", "--addr", "127.0.0.1:0", "--db", "sqlite::memory:")
	for path, says := range map[string]string{"/healthz": "up", "/readyz": "ready", "/status": "/metrics", "/style.css": "main"} {
		status, page, _ := fetch(t, p.url+path)
		require.Equal(t, http.StatusOK, status, path)
		require.Contains(t, page, says, path)
	}
	status, _, _ := fetch(t, p.url+"/setup/x?token=private-query")
	require.Equal(t, http.StatusNotFound, status)
	_, page, head := fetch(t, p.url+"/metrics")
	require.Contains(t, head.Get("Content-Type"), "version=0.0.4")
	for _, line := range []string{
		`helpdesk_store_up{store="sqlite"} 1`, `helpdesk_jobs_due{lane="live"} `, `helpdesk_jobs_dead{lane="bulk"} 0`,
		`helpdesk_jobs_oldest_due_seconds{lane="live"} `, `helpdesk_http_requests_total{method="GET",route="/setup/{token}",status="404"} 1`,
		`helpdesk_build_info{version="`,
	} {
		require.Contains(t, page, line)
	}
	for _, line := range regexp.MustCompile(`(?m)^.+$`).FindAllString(page, -1) {
		require.Regexp(t, `^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="[^"]*",?)*\})? [0-9.e+-]+)$`, line)
	}
	require.NotContains(t, p.log.String(), "private-query")

	status, page, head = fetch(t, p.url+"/nothing/here")
	require.Equal(t, http.StatusNotFound, status)
	require.Contains(t, head.Get("Content-Type"), "application/json")
	require.Contains(t, page, "Not Found")
}

func TestNotReadyWithAnotherSchema(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	p := start(t, asAdmin(), "--addr", "127.0.0.1:0", "--db", "sqlite:"+path)
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	require.NoError(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), "INSERT INTO helpdesk_migrations (version_id, is_applied) VALUES (9999, TRUE)")
	require.NoError(t, err)
	status, page, _ := fetch(t, p.url+"/readyz")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, "not ready\n", page)
	status, _, _ = fetch(t, p.url+"/healthz")
	require.Equal(t, http.StatusOK, status)
	p.stop()
	_, stderr, code := command(t, nil, "token", "--email", adminEmail, "--db", "sqlite:"+path)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "not the one this version works with")
}
