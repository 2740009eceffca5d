package dashboard_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/browsertest"
)

// Reports in a browser: charts tell their points to the pointer and to the keyboard,
// what is chosen changes the page in place, and the overview is live.
func TestReportsInABrowser(t *testing.T) {
	t.Parallel()
	w := busy(t)
	p := w.open("ada@acme.example", browsertest.Options{})
	p.Goto(w.at("reports/conversations?range=30"))
	ready(p)
	p.Do(`window.same = true`)
	p.Hover(".point:has(rect.point-mark)")
	p.WaitFor(`/^\w+, \d+ Mar: \d+$/.test(document.querySelector('.chart-tip').textContent)`)
	p.Axe()
	p.Shot("report")
	p.Click(".figure a >> First response time")
	p.WaitURL("metric=avg_first_response_time")
	p.WaitText(".chart h2", "First response time")
	p.Do(`document.querySelector('[data-chart]').focus()`)
	p.Press("End", "ArrowLeft")
	p.WaitFor(`document.querySelector('.point.is-at') === [...document.querySelectorAll('.point')].at(-2)`)
	p.WaitText(".chart-tip", "average of")
	p.Select("#f-range", "custom")
	p.Wait("#f-since")
	p.WaitFor(`window.same`) // nothing was loaded anew
	p.Click(".behind summary")
	p.WaitText(".behind th", "Mar")
	p.Axe()
	p.Press("Alt+r")
	p.WaitURL("/reports/overview")
	p.WaitText("#traffic", "Busy hours")
	ready(p)

	// The overview counts by itself.
	open := browsertest.Eval[int](p, `Number(document.querySelector('#report data').value)`)
	p.Do(`window.same = true`)
	w.receive("Carla", "Hello")
	p.WaitFor(`Number(document.querySelector('#report data').value) === ` + number(open+1))
	p.Do(`document.querySelector('#traffic [data-chart]').focus()`)
	p.Press("Home", "ArrowRight", "ArrowDown")
	p.WaitText(".chart-tip", "Tue, 01:00: ")
	p.Select("#f-days", "30")
	p.WaitURL("days=30")
	p.WaitFor(`window.same`)
	p.Axe()
	p.Shot("overview")
	p.Goto(w.at("reports/agents?range=30"))
	ready(p)
	p.Click("thead a >> Resolution time")
	p.WaitURL("sort=avg_resolution_time")
	p.Click("tbody a >> Bob Stone")
	p.WaitURL("/reports/agents/2?range=30")
	p.WaitText("h1", "Bob Stone")
}

// A phone at night: nothing is wider than the screen, nothing keeps people out.
func TestReportsOnAPhone(t *testing.T) {
	t.Parallel()
	w := busy(t)
	ctx := t.Context()
	p := w.open("bob@acme.example", browsertest.Options{Phone: true, Dark: true})
	fits := func(name string) {
		t.Helper()
		p.WaitFor(`document.documentElement.scrollWidth <= innerWidth && document.getElementById('main').scrollWidth <= innerWidth`)
		p.Axe()
		p.Shot(name)
	}
	p.Goto(w.at("notifications"))
	ready(p)
	p.Wait(".told-row >> Assigned to you")
	fits("notifications-phone")
	m := w.receive("Zara", "A new one")
	w.clock.add(time.Minute)
	_, err := w.admin.Conversations.Assign(ctx, m.Conversation, helpdesk.Assignment{To: w.bob.ID})
	require.NoError(t, err)
	p.WaitText(".told-row.is-unread", "Zara")
	p.Click(".told-row.is-unread:has(.told-who) .row-actions button")
	p.WaitText("#notice", "Marked as read")
	p.Goto(w.at("search?q=hello"))
	ready(p)
	p.WaitText("mark", "Hello")
	fits("search-phone")

	_, err = w.admin.Agents.Update(ctx, w.bob.ID, helpdesk.AgentInput{Role: helpdesk.Supervisor})
	require.NoError(t, err)
	for _, path := range []string{"overview", "conversations?range=30", "agents?range=30", "labels/1?range=30&metric=avg_resolution_time", "csat", "sla", "bots", "conversations?range=custom&since=x"} {
		if path == "conversations?range=custom&since=x" {
			p.Tolerate("422")
		}
		p.Goto(w.at("reports/" + path))
		ready(p)
		p.Wait("h1")
		fits("report-phone")
	}
}
