package dashboard_test

import (
	"encoding/csv"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// busy is a world in which things happened on several days: the names are hostile.
func busy(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	ctx := t.Context()
	w.clock.add(-9 * 24 * time.Hour)
	team, err := w.admin.Teams.Create(ctx, helpdesk.TeamInput{Name: new("=sales")})
	require.NoError(t, err)
	_, err = w.admin.Labels.Create(ctx, helpdesk.LabelInput{Title: new("late")})
	require.NoError(t, err)
	_, err = w.admin.ChannelGroups.Create(ctx, helpdesk.ChannelGroupInput{Name: new("<i>Web</i>"), Inboxes: []helpdesk.InboxID{w.inbox.ID}})
	require.NoError(t, err)
	for i := range 12 {
		m := w.receive("customer"+strconv.Itoa(i), "Hello")
		w.clock.add(time.Duration(i+1) * 7 * time.Minute)
		owner := w.ada.ID
		if i%3 == 0 {
			owner = w.bob.ID
		}
		_, err := w.admin.Conversations.Assign(ctx, m.Conversation, helpdesk.Assignment{To: owner})
		require.NoError(t, err)
		if i%2 == 0 {
			_, err = w.admin.Conversations.AssignTeam(ctx, m.Conversation, team.ID)
			require.NoError(t, err)
			_, err = w.admin.Conversations.SetLabels(ctx, m.Conversation, []string{"late"})
			require.NoError(t, err)
		}
		if i < 9 {
			_, err = w.as(owner).Messages.Send(ctx, m.Conversation, helpdesk.Reply{Content: "Yes"})
			require.NoError(t, err)
		}
		if i < 6 {
			_, err = w.as(owner).Conversations.Resolve(ctx, m.Conversation)
			require.NoError(t, err)
		}
		w.clock.add(18 * time.Hour)
	}
	return w
}

var dataValue = regexp.MustCompile(`<data value="([^"]*)"`)

// values are the figures a part of a page shows, as a file has them.
func values(t *testing.T, body, from, to string) []string {
	t.Helper()
	_, body, ok := strings.Cut(body, from)
	require.True(t, ok, from)
	body, _, ok = strings.Cut(body, to)
	require.True(t, ok, to)
	out := []string{}
	for _, m := range dataValue.FindAllStringSubmatch(body, -1) {
		out = append(out, m[1])
	}
	return out
}

// file asks for a page's figures as a file.
func (b *browser) file(path string) [][]string {
	b.Helper()
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	p := b.get(path + sep + "format=csv").expect(http.StatusOK)
	require.Equal(b, "text/csv; charset=utf-8", p.Header.Get("Content-Type"))
	require.Contains(b, p.Header.Get("Content-Disposition"), "attachment")
	rows, err := csv.NewReader(strings.NewReader(p.Body)).ReadAll()
	require.NoError(b, err)
	return rows
}

// What a report shows is what its file holds: the sums, each point of a chart, each
// row of a table.
func TestReportsShowWhatTheirFilesHold(t *testing.T) {
	t.Parallel()
	w := busy(t)
	ada := w.signIn("ada@acme.example")
	metrics := []string{"conversations_count", "incoming_messages_count", "outgoing_messages_count", "resolutions_count", "avg_first_response_time", "avg_resolution_time", "reply_time"}
	sum := 0
	for _, path := range []string{"conversations", "agents/1", "agents/2", "inboxes/1", "teams/1", "labels/1", "channel-groups/1"} {
		for n, how := range []string{"?range=7", "?range=30", "?range=30&group=week", "?range=7&group=hour&business=true", "?range=custom&since=2026-03-05&until=2026-03-14", "?range=365"} {
			path := "reports/" + path + how
			rows := ada.file(path)
			for i, metric := range metrics {
				if (i+n)%3 != 0 {
					continue // each is drawn in two of the ranges
				}
				body := ada.get(path+"&metric="+metric).expect(http.StatusOK, `aria-current="true"`).Body
				require.Equal(t, rows[len(rows)-1][1:], values(t, body, `<ul class="figures`, "</ul>"), path)
				column := []string{}
				for _, row := range rows[1 : len(rows)-1] {
					column = append(column, row[i+1])
				}
				require.Equal(t, column, values(t, body, "<tbody>", "</tbody>"), path+" "+metric)
			}
			n, err := strconv.Atoi(rows[len(rows)-1][1])
			require.NoError(t, err)
			sum += n
		}
	}
	require.Greater(t, sum, 50, "nothing was counted")
	for _, path := range []string{"agents", "inboxes", "teams", "labels", "channel-groups"} {
		for _, how := range []string{"?range=7", "?range=30&business=true", "?range=30&sort=name", "?range=90&sort=avg_first_response_time"} {
			rows := ada.file("reports/" + path + how)
			want := []string{}
			for _, row := range rows[1:] {
				want = append(want, row[1:]...)
			}
			require.NotEmpty(t, want)
			require.Equal(t, want, values(t, ada.get("reports/"+path+how).Body, "<tbody>", "</tbody>"), path+how)
		}
	}
	traffic := ada.file("reports/overview?days=30")
	body := ada.get("reports/overview?days=30").Body
	_, body, _ = strings.Cut(body, "table-heat")
	shown := []string{}
	for _, m := range regexp.MustCompile(`<td class="number">(\d+)</td>`).FindAllStringSubmatch(body, -1) {
		shown = append(shown, m[1])
	}
	want, n := []string{}, 0
	for _, row := range traffic[1:] {
		want = append(want, row[1:]...)
		for _, cell := range row[1:] {
			v, _ := strconv.Atoi(cell)
			n += v
		}
	}
	require.Equal(t, want, shown)
	require.Equal(t, 12, n)
}

func TestReportPages(t *testing.T) {
	t.Parallel()
	w := busy(t)
	ada := w.signIn("ada@acme.example")
	ada.get("reports").to("reports/overview").expect(http.StatusOK, `data-follows="list presence"`, "Ada Lovelace", "Busy hours")
	ada.get("reports/overview?team=1&traffic=resolutions_count").expect(http.StatusOK)
	ada.get("reports/channel-groups").expect(http.StatusOK, "&lt;i&gt;Web&lt;/i&gt;").without("<i>Web")
	require.Equal(t, "'=sales", ada.file("reports/teams")[1][0], "a spreadsheet runs nothing")
	for _, path := range []string{"agents/99", "teams/99", "labels/x", "inboxes/0", "nothing"} {
		ada.get("reports/" + path).expect(http.StatusNotFound)
	}
	ada.get("reports/conversations?range=custom&since=2026-03-20&until=2026-03-01").expect(http.StatusUnprocessableEntity, "This day is before the first", `value="2026-03-20"`)
	ada.get("reports/agents?range=custom&since=soon&until=").expect(http.StatusUnprocessableEntity, "Choose a date", `value="soon"`)
	ada.get("reports/sla?range=custom&since=1990-01-01&until=2026-03-01").expect(http.StatusUnprocessableEntity, "at most ten years")
	ada.get("reports/conversations?range=none&group=second&metric=%3Cscript%3E").expect(http.StatusOK).without("<script>")
	ada.get("reports/conversations?range=365&group=hour").expect(http.StatusOK, "Week of")
	ada.get("reports/bots").expect(http.StatusOK, "Resolution rate", "Resolved by bots")
	ada.get("reports/sla?inbox=1&team=1&agent=1&policy=1").expect(http.StatusOK, "Nothing was missed")
	ada.get("reports/csat?rating=99&page=7").expect(http.StatusOK, "No responses")
	w.signIn("bob@acme.example").get("reports/overview").expect(http.StatusForbidden)
	w.stranger().get("reports/overview").expect(http.StatusSeeOther)
}

// What somebody answered to a survey, and a promise that was not kept, are listed
// with who it was, and in the file.
func TestReportsOfSatisfactionAndPromises(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	policy, err := w.admin.SLAPolicies.Create(ctx, helpdesk.SLAPolicyInput{Name: new("Gold"), FirstResponse: new(600.0)})
	require.NoError(t, err)
	m := w.receive("<b>Mary</b>", "Hello")
	_, err = w.admin.Conversations.Assign(ctx, m.Conversation, helpdesk.Assignment{To: w.bob.ID})
	require.NoError(t, err)
	_, err = w.admin.Conversations.Update(ctx, m.Conversation, helpdesk.ConversationChange{SLA: &policy.ID})
	require.NoError(t, err)
	_, err = w.admin.Surveys.Send(ctx, m.Conversation)
	require.NoError(t, err)
	talk, err := w.admin.Conversations.Get(ctx, m.Conversation)
	require.NoError(t, err)
	_, err = w.e.AnswerSurvey(ctx, talk.UUID, 2, "=1+1 <script>")
	require.NoError(t, err)
	w.clock.add(time.Hour)
	require.NoError(t, w.e.RunDue(ctx))

	ada := w.signIn("ada@acme.example")
	ada.get("reports/csat").expect(http.StatusOK, "&lt;b&gt;Mary&lt;/b&gt;", "=1&#43;1 &lt;script&gt;", "2 · Unsatisfied", "/conversations/1", "Bob Stone").without("<script>", "<b>Mary")
	rows := ada.file("reports/csat")
	require.Equal(t, []string{"2", "'=1+1 <script>", "<b>Mary</b>"}, rows[1][:3])
	ada.get("reports/csat?rating=5").expect(http.StatusOK, "No responses")

	ada.get("reports/sla").expect(http.StatusOK, "Gold", "First response", "0.0%", "/conversations/1", "Bob Stone")
	rows = ada.file("reports/sla")
	require.Len(t, rows, 2)
	require.Equal(t, []string{"1", "<b>Mary</b>", "Bob Stone", "Gold"}, rows[1][:4])
	ada.get("reports/sla?agent=1").expect(http.StatusOK, "Nothing was missed")
}
