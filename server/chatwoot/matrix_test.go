package chatwoot_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/chatwoot"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

// dry is a store in which every write is carried out, and then taken back.
type dry struct{ helpdesk.Store }

func (d dry) Unwrap() helpdesk.Store { return d.Store }

// errDry is what a write comes to that would have been committed.
var errDry = &helpdesk.Error{Code: helpdesk.Unavailable, Message: "taken back"}

func (d dry) Update(ctx context.Context, account helpdesk.AccountID, fn func(context.Context, helpdesk.Tx) error) error {
	return d.Store.Update(ctx, account, func(ctx context.Context, tx helpdesk.Tx) error {
		if err := fn(ctx, tx); err != nil {
			return err
		}
		return errDry
	})
}

func (d dry) System(ctx context.Context, fn func(context.Context, helpdesk.SystemTx) error) error {
	return d.Store.System(ctx, func(ctx context.Context, tx helpdesk.SystemTx) error {
		if err := fn(ctx, tx); err != nil {
			return err
		}
		return errDry
	})
}

// seat is somebody who may try every operation.
type seat struct{ name, token string }

// theatre is a world in which everybody may try everything, and nothing comes
// of it but what the scenario itself does.
type theatre struct {
	*world
	dry   *world
	host  *helpdesk.Desk
	seats []seat
	ids   []helpdesk.AgentID // of those who belong to every inbox
	owner helpdesk.AgentID   // owns what is another's
}

func newTheatre(t *testing.T) *theatre {
	s, err := sqlite.OpenMemory(t.Context(), sqlite.Options{})
	require.NoError(t, err)
	w := newWorldOn(t, s, "", helpdesk.Options{})
	e, err := helpdesk.New(dry{s}, w.options)
	require.NoError(t, err)
	twin := *w
	twin.e, twin.h = e, chatwoot.New(e, chatwoot.Options{PublicURL: "https://desk.example"})
	th := &theatre{world: w, dry: &twin, host: w.e.As(w.e.Host(w.account.ID))}
	for _, r := range []helpdesk.Role{helpdesk.Administrator, helpdesk.Supervisor, helpdesk.AgentRole, helpdesk.Assistant} {
		th.seat(string(r), r, 0)
	}
	perms := []string{"all", "unassigned", "others", "participating", "contacts", "reports", "helpcenter", "campaigns", "labels"}
	for i, name := range perms {
		th.seat(name, helpdesk.CustomRoled, helpdesk.Permissions(1)<<i)
	}
	th.seat("nothing", helpdesk.CustomRoled, 0)
	th.owner = th.agent("owner", helpdesk.AgentRole, 0)
	th.ids = append(th.ids, th.owner)
	th.sit("outsider", th.agent("outsider", helpdesk.AgentRole, 0)) // of no inbox
	th.sit("stranger", th.elsewhere())
	th.seats = append(th.seats, seat{"nobody", ""})
	return th
}

func (th *theatre) agent(name string, role helpdesk.Role, perms helpdesk.Permissions) helpdesk.AgentID {
	in := helpdesk.AgentInput{Email: name + "@theatre.example", Name: name, Role: role, AutoOffline: new(bool), Availability: helpdesk.Busy}
	if role == helpdesk.CustomRoled {
		made, err := th.host.Roles.Create(th.Context(), helpdesk.RoleInput{Name: name, Permissions: perms})
		require.NoError(th, err)
		in.Custom = made.ID
	}
	a, err := th.host.Agents.Invite(th.Context(), in)
	require.NoError(th, err)
	return a.ID
}

func (th *theatre) seat(name string, role helpdesk.Role, perms helpdesk.Permissions) {
	id := th.agent(name, role, perms)
	th.ids = append(th.ids, id)
	th.sit(name, id)
}

func (th *theatre) sit(name string, id helpdesk.AgentID) {
	user, err := th.e.FindUser(th.Context(), name+"@theatre.example")
	require.NoError(th, err)
	require.Equal(th, id, user.ID)
	token, err := th.e.AccessToken(user)
	require.NoError(th, err)
	th.seats = append(th.seats, seat{name, token})
}

// elsewhere is an administrator of another account.
func (th *theatre) elsewhere() helpdesk.AgentID {
	user, err := th.e.CreateUser(th.Context(), helpdesk.NewUser{Email: "stranger@theatre.example"})
	require.NoError(th, err)
	other, err := th.e.CreateAccount(th.Context(), helpdesk.NewAccount{Name: "Elsewhere"})
	require.NoError(th, err)
	_, err = th.e.As(th.e.Host(other.ID)).Agents.Add(th.Context(), user.ID, helpdesk.AgentInput{Role: helpdesk.Administrator})
	require.NoError(th, err)
	return user.ID
}

// join makes everybody a member of every inbox.
func (th *theatre) join() {
	boxes, err := th.host.Inboxes.List(th.Context())
	require.NoError(th, err)
	for _, box := range boxes {
		require.NoError(th, th.host.Inboxes.SetMembers(th.Context(), box.ID, helpdesk.AddMembers, th.ids...))
	}
}

// own gives the conversation with the number to somebody, and returns whose it was.
func (th *theatre) own(display helpdesk.DisplayID, to helpdesk.AgentID) helpdesk.AgentID {
	c, err := th.host.Conversations.ByDisplay(th.Context(), display)
	require.NoError(th, err)
	_, err = th.host.Conversations.Assign(th.Context(), c.ID, helpdesk.Assignment{To: to})
	require.NoError(th, err)
	return c.Assignee
}

var conversationPath = regexp.MustCompile(`^/api/v1/accounts/\d+/conversations/(\d+)`)

// try lets every seat make a request: one letter each, or two where a
// conversation is in the path: while it is another's, and while it is nobody's.
func (th *theatre) try(r request) []string {
	th.clock.add(time.Second) // or the limit of requests in a minute is met
	out := make([]string, len(th.seats))
	at := conversationPath.FindStringSubmatch(r.path)
	owners := []helpdesk.AgentID{0}
	var display helpdesk.DisplayID
	if at != nil {
		n, err := strconv.Atoi(at[1])
		require.NoError(th, err)
		display, owners = helpdesk.DisplayID(n), []helpdesk.AgentID{th.owner, 0}
	}
	before := helpdesk.AgentID(0)
	for i, owner := range owners {
		if at != nil {
			if was := th.own(display, owner); i == 0 {
				before = was
			}
		}
		for j, s := range th.seats {
			r.token = s.token
			a := th.dry.send(r)
			out[j] += letter(a.status)
			if letter(a.status) == "?" {
				th.Errorf("%s %s of %s: %d %s", r.method, r.path, s.name, a.status, a.body)
			}
		}
	}
	if at != nil {
		th.own(display, before)
	}
	return out
}

func letter(status int) string {
	switch {
	case status < 300 || status == http.StatusServiceUnavailable:
		return "+"
	case status == http.StatusUnauthorized:
		return "f"
	case status == http.StatusNotFound:
		return "n"
	case status == http.StatusConflict:
		return "c"
	case status == http.StatusUnprocessableEntity || status == http.StatusBadRequest:
		return "v"
	default:
		return "?"
	}
}

// TestPermissionMatrix is role × route: testdata/permissions.txt holds the answer
// that is right for each cell. + done, f refused, n not there for them, c another
// has it, v invalid for them.
func TestPermissionMatrix(t *testing.T) {
	t.Parallel()
	th := newTheatre(t)
	rows := map[string]chatwoot.Row{}
	for _, row := range chatwoot.Rows() {
		rows[row.Method+" "+row.Path] = row
	}
	cells := map[string][]string{}
	walk(t, th.world, false, func(s step, r request) answer {
		row := rows[s.route]
		if _, done := cells[s.route]; !done && !row.Open && !row.Customer && !row.Visitor && !row.Platform {
			th.join()
			cells[s.route] = th.try(r)
		}
		return th.send(r)
	})
	var out strings.Builder
	names := make([]string, len(th.seats))
	for i, s := range th.seats {
		names[i] = s.name
	}
	_, _ = fmt.Fprintf(&out, "%s\n", strings.Join(names, " "))
	for _, route := range chatwoot.Routes() {
		if cells[route] != nil {
			_, _ = fmt.Fprintf(&out, "%s  %s\n", strings.Join(cells[route], " "), route)
		}
		th.sane(route, cells[route])
	}
	golden(t, "permissions.txt", out.String())
}

// sane holds every cell to what is true of all routes alike.
func (th *theatre) sane(route string, cells []string) {
	for i, cell := range cells {
		name := th.seats[i].name
		require.NotContains(th, cell, "?", "%s of %s fails", route, name)
		switch name {
		case "administrator":
			require.NotContains(th, cell, "f", "%s: administrators may do everything", route)
		case "nobody":
			require.Equal(th, strings.Repeat("f", len(cell)), cell, "%s: nobody gets nothing", route)
		case "stranger":
			if strings.Contains(route, "{account_id}") {
				require.NotContains(th, cell, "+", "%s: another account's administrator gets nothing", route)
			}
		case "outsider":
			if strings.Contains(route, "{display_id}") {
				require.NotContains(th, cell, "+", "%s: who is in no inbox sees no conversation", route)
			}
		}
	}
}
