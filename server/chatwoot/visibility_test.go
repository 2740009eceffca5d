package chatwoot_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/chatwoot"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

// viewer is an agent of the corpus, with what FEATURES A3 to A5 say of them.
type viewer struct {
	name, token string
	id          helpdesk.AgentID
	role        helpdesk.Role
	perms       helpdesk.Permissions
	inboxes     []helpdesk.InboxID
}

// secret is a conversation of the corpus. Everything in it holds its mark, and
// nothing else does.
type secret struct {
	mark         string
	id           helpdesk.ConversationID
	display      helpdesk.DisplayID
	contact      helpdesk.ContactID
	inbox        helpdesk.InboxID
	assignee     helpdesk.AgentID
	participants []helpdesk.AgentID
}

// sees is the rule, written a second time: it must not be taken from the engine.
func (v viewer) sees(c secret) bool {
	member, mine, free := slices.Contains(v.inboxes, c.inbox), c.assignee == v.id, c.assignee == 0
	switch {
	case v.role == helpdesk.Administrator || v.perms&helpdesk.ManageAll != 0:
		return true
	case !member:
		return false
	case v.role == helpdesk.Supervisor || v.role == helpdesk.AgentRole:
		return true
	case v.role == helpdesk.Assistant || v.perms&helpdesk.ManageUnassigned != 0:
		return mine || free
	case v.perms&helpdesk.ManageOthers != 0:
		return !free
	case v.perms&helpdesk.ManageParticipating != 0:
		return mine || slices.Contains(c.participants, v.id)
	}
	return false
}

// listsContacts says whether the viewer may read every contact of the account.
func (v viewer) listsContacts() bool {
	return v.role == helpdesk.Administrator || v.role == helpdesk.Supervisor || v.role == helpdesk.AgentRole || v.perms&helpdesk.ManageContacts != 0
}

type corpus struct {
	*world
	host    *helpdesk.Desk
	viewers []viewer
	secrets []secret
}

func newCorpus(w *world, rnd *rand.Rand, size int) *corpus {
	c := &corpus{world: w, host: w.e.As(w.e.Host(w.account.ID))}
	var boxes []helpdesk.InboxID
	for i := range 3 {
		name, off := fmt.Sprint("Box ", i), false
		box, err := c.host.Inboxes.Create(w.Context(), helpdesk.InboxInput{Name: &name, Kind: "api", AutoAssign: &off})
		require.NoError(w, err)
		boxes = append(boxes, box.ID)
	}
	c.viewers = append(c.viewers, viewer{name: "ada", token: w.token, id: w.ada.ID, role: helpdesk.Administrator})
	for _, role := range []helpdesk.Role{helpdesk.Supervisor, helpdesk.AgentRole, helpdesk.Assistant} {
		c.invite(rnd, boxes, string(role), role, 0)
	}
	for i := range 9 {
		c.invite(rnd, boxes, fmt.Sprint("role", i), helpdesk.CustomRoled, helpdesk.Permissions(1)<<i)
	}
	for i := range size {
		c.hide(rnd, i, boxes[rnd.IntN(len(boxes))])
	}
	return c
}

func (c *corpus) invite(rnd *rand.Rand, boxes []helpdesk.InboxID, name string, role helpdesk.Role, perms helpdesk.Permissions) {
	in := helpdesk.AgentInput{Email: name + "@corpus.example", Name: name, Role: role}
	if role == helpdesk.CustomRoled {
		made, err := c.host.Roles.Create(c.Context(), helpdesk.RoleInput{Name: name, Permissions: perms})
		require.NoError(c, err)
		in.Custom = made.ID
	}
	a, err := c.host.Agents.Invite(c.Context(), in)
	require.NoError(c, err)
	v := viewer{name: name, id: a.ID, role: role, perms: perms}
	for _, box := range boxes {
		if rnd.IntN(3) > 0 {
			v.inboxes = append(v.inboxes, box)
			require.NoError(c, c.host.Inboxes.SetMembers(c.Context(), box, helpdesk.AddMembers, a.ID))
		}
	}
	user, err := c.e.FindUser(c.Context(), in.Email)
	require.NoError(c, err)
	v.token, err = c.e.AccessToken(user)
	require.NoError(c, err)
	c.viewers = append(c.viewers, v)
}

// hide makes a conversation, with its mark in everything.
func (c *corpus) hide(rnd *rand.Rand, i int, box helpdesk.InboxID) {
	s := secret{mark: fmt.Sprintf("zebra%02dz", i), inbox: box}
	m, err := c.e.Receive(c.Context(), c.account.ID, box, helpdesk.Inbound{
		From: helpdesk.Person{Source: "source-" + s.mark, Name: "Name " + s.mark}, Content: "said " + s.mark, ExternalID: "external-" + s.mark,
	})
	require.NoError(c, err)
	conv, err := c.host.Conversations.SetAttributes(c.Context(), m.Conversation, map[string]any{"note": "attribute " + s.mark})
	require.NoError(c, err)
	s.id, s.display, s.contact = conv.ID, conv.Display, conv.Contact
	if may := c.assignable(box); rnd.IntN(3) > 0 && len(may) > 0 {
		s.assignee = may[rnd.IntN(len(may))]
		_, err := c.host.Conversations.Assign(c.Context(), s.id, helpdesk.Assignment{To: s.assignee})
		require.NoError(c, err)
		s.participants = append(s.participants, s.assignee)
	}
	c.file(s)
	_, err = c.host.Conversations.SetLabels(c.Context(), s.id, []string{"label-" + s.mark[:len(s.mark)-1]})
	require.NoError(c, err)
	c.secrets = append(c.secrets, s)
}

func (c *corpus) assignable(box helpdesk.InboxID) (out []helpdesk.AgentID) {
	for _, v := range c.viewers {
		if slices.Contains(v.inboxes, box) {
			out = append(out, v.id)
		}
	}
	return out
}

// file sends a note with a file whose name holds the mark.
func (c *corpus) file(s secret) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(c, form.WriteField("content", "note "+s.mark))
	require.NoError(c, form.WriteField("private", "true"))
	part, err := form.CreateFormFile("attachments[]", s.mark+".txt")
	require.NoError(c, err)
	_, err = part.Write([]byte("inside " + s.mark))
	require.NoError(c, err)
	require.NoError(c, form.Close())
	req := httptest.NewRequestWithContext(c.Context(), http.MethodPost, c.path(fmt.Sprintf("/conversations/%d/messages", s.display)), &body)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("api_access_token", c.token)
	a := c.serve(req)
	require.Equal(c, http.StatusOK, a.status, a.body)
}

// asking are requests that read though they are no GET.
var asking = []request{
	{method: "POST", path: "/conversations/filter", json: `{"payload":[{"attribute_key":"status","filter_operator":"equal_to","values":["all"],"query_operator":null}]}`},
	{method: "POST", path: "/contacts/filter", json: `{"payload":[{"attribute_key":"name","filter_operator":"contains","values":["zebra"],"query_operator":null}]}`},
}

// question makes every route that reads ask for as much as it can.
const question = "?q=zebra&status=all&page=1&since=0&until=4102444800&metric=conversations_count&type=account&cursor=&include=all&sort=-name"

// TestNothingInvisibleAppears reads every route of the table as every role, with
// every id there is, and looks for the marks of what they may not see.
func TestNothingInvisibleAppears(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		rnd := rand.New(rand.NewPCG(2026, 1))
		c := newCorpus(w, rnd, 12)
		var reads []string
		for _, row := range chatwoot.Rows() {
			if row.Method == "GET" && !row.Open && !row.Customer && !row.Visitor && !row.Platform && !row.Stream {
				reads = append(reads, row.Path)
			}
		}
		for _, v := range c.viewers {
			hidden, seen := c.marks(v)
			found, links := map[string]bool{}, map[string]bool{}
			check := func(path string, a answer) {
				for _, link := range fileLink.FindAllString(a.body, -1) {
					links[link] = true
				}
				for _, mark := range hidden {
					require.NotContains(t, a.body, mark, "%s of role %s %b sees %s", v.name, v.role, v.perms, path)
				}
				for _, mark := range seen {
					if strings.Contains(a.body, mark) {
						found[mark] = true
					}
				}
			}
			for _, path := range reads {
				w.clock.add(time.Second) // or the limit on all requests together is met
				for _, full := range c.fill(path) {
					check(full, w.send(request{method: "GET", path: full + question, token: v.token}))
				}
			}
			for _, r := range asking {
				r.path, r.token = w.path(r.path), v.token
				check(r.path, w.send(r))
			}
			require.Len(t, found, len(seen), "%s sees all that they may see", v.name)
			c.counts(t, v)
			c.feed(t, v)
			for link := range links {
				w.clock.add(time.Second)
				a := w.send(request{method: "GET", path: link})
				require.Equal(t, http.StatusOK, a.status, "%s was shown %s", v.name, link)
				check(link, a)
			}
			c.links(t, v)
		}
		c.deadLinks(t)
	})
}

// fileLink is where the bytes of an attachment are.
var fileLink = regexp.MustCompile(`/rails/active_storage/blobs/[^"\\]+`)

// link is the address of the file of a secret, as one viewer would be shown it.
func (c *corpus) link(v viewer, s secret) string {
	said, err := c.host.Messages.List(c.Context(), helpdesk.MessageFilter{Conversation: s.id}, helpdesk.Page{})
	require.NoError(c, err)
	for _, m := range said {
		if len(m.Attachments) > 0 {
			return web.Files{Engine: c.e}.URL(c.e.Agent(c.account.ID, v.id), m.Attachments[0])
		}
	}
	c.Fatal("no file")
	return ""
}

// links holds the bytes of files to the rule: a link that was made while somebody
// saw a conversation opens nothing once they do not.
func (c *corpus) links(t *testing.T, v viewer) {
	t.Helper()
	for _, s := range c.secrets {
		c.clock.add(time.Second)
		a := c.send(request{method: "GET", path: c.link(v, s)})
		if v.sees(s) {
			require.Equal(t, "inside "+s.mark, a.body, "%s opens the file of %s", v.name, s.mark)
		} else {
			require.Equal(t, http.StatusNotFound, a.status, "%s opens the file of %s", v.name, s.mark)
		}
	}
}

// deadLinks are those that anybody altered, and those that are over.
func (c *corpus) deadLinks(t *testing.T) {
	t.Helper()
	ada := c.viewers[0]
	whole := c.link(ada, c.secrets[0])
	open := func(link string) int { return c.send(request{method: "GET", path: link}).status }
	require.Equal(t, http.StatusOK, open(whole))
	parts := strings.Split(whole, "/")
	token := parts[len(parts)-2]
	with := func(token string) string { return strings.Replace(whole, parts[len(parts)-2], token, 1) }
	for i := range token {
		other := byte('A')
		if token[i] == other {
			other = 'B'
		}
		raw, err := base64.RawURLEncoding.DecodeString(token[:i] + string(other) + token[i+1:])
		require.NoError(t, err)
		if same, err := base64.RawURLEncoding.DecodeString(token); err == nil && bytes.Equal(raw, same) {
			continue // bits that are in no byte
		}
		c.clock.add(time.Second)
		require.Equal(t, http.StatusNotFound, open(with(token[:i]+string(other)+token[i+1:])), "letter %d altered", i)
	}
	require.Equal(t, http.StatusNotFound, open(with(token[:len(token)-4])))
	require.Equal(t, http.StatusNotFound, open(with("x")))
	whole = c.link(ada, c.secrets[0])
	c.clock.add(7*24*time.Hour - time.Minute)
	require.Equal(t, http.StatusOK, open(whole))
	c.clock.add(time.Minute)
	require.Equal(t, http.StatusNotFound, open(whole), "a link lasts a week")
}

// marks are those a viewer must not meet, and those they can. What a contact is
// called is not hidden from those who may list contacts.
func (c *corpus) marks(v viewer) (hidden, seen []string) {
	for _, s := range c.secrets {
		kinds := []string{"said ", "note ", "attribute ", "inside ", "external-"}
		if !v.listsContacts() {
			kinds = append(kinds, "Name ", "source-")
		}
		for _, kind := range kinds {
			if !v.sees(s) {
				hidden = append(hidden, kind+s.mark)
			}
		}
		if v.sees(s) {
			seen = append(seen, "said "+s.mark)
		} else {
			hidden = append(hidden, s.mark+".txt")
		}
	}
	return hidden, seen
}

// fill is a path with every id that may stand in it.
func (c *corpus) fill(path string) []string {
	path = strings.ReplaceAll(path, "{account_id}", itoa(c.account.ID))
	out := []string{path}
	for strings.Contains(out[0], "{") {
		var next []string
		for _, p := range out {
			i := strings.IndexByte(p, '{')
			j := i + strings.IndexByte(p[i:], '}')
			n := len(c.secrets)
			if p[i:j+1] != "{display_id}" && strings.Count(path, "{") > 1 {
				n = 4 // the second id of a path: a few will do
			}
			for id := range n {
				next = append(next, p[:i]+fmt.Sprint(id+1)+p[j+1:])
			}
		}
		out = next
	}
	return out
}

// counts holds the figures above the list to the rule.
func (c *corpus) counts(t *testing.T, v viewer) {
	t.Helper()
	a := c.send(request{method: "GET", path: c.path("/conversations/meta?status=all"), token: v.token})
	if a.status == http.StatusUnauthorized {
		return
	}
	want := map[string]int{}
	for _, s := range c.secrets {
		if v.sees(s) {
			want["all_count"]++
			if s.assignee == v.id {
				want["mine_count"]++
			}
			if s.assignee == 0 {
				want["unassigned_count"]++
			}
		}
	}
	var got struct{ Meta map[string]int }
	require.NoError(t, json.Unmarshal([]byte(a.body), &got), a.body)
	for _, key := range []string{"all_count", "mine_count", "unassigned_count"} {
		require.Equal(t, want[key], got.Meta[key], "%s of %s", key, v.name)
	}
}

// feed reads the whole log as the viewer.
func (c *corpus) feed(t *testing.T, v viewer) {
	t.Helper()
	byID := map[helpdesk.ConversationID]secret{}
	for _, s := range c.secrets {
		byID[s.id] = s
	}
	d := c.e.As(c.e.Agent(c.account.ID, v.id))
	cursor, told := c.beginning(t), map[helpdesk.ConversationID]bool{}
	for {
		items, next, err := d.Feed(t.Context(), cursor)
		require.NoError(t, err)
		for _, item := range items {
			if item.Kind == helpdesk.FeedGone || item.Event == nil || item.Event.Conversation == 0 {
				continue
			}
			told[item.Event.Conversation] = true
			raw, err := json.Marshal(item.Event.Details)
			require.NoError(t, err)
			// An event tells of the conversation as it was then: while it was nobody's,
			// more people saw it.
			if s := byID[item.Event.Conversation]; !v.sees(s) && item.Event.After.Assignee == s.assignee {
				t.Errorf("%s hears of %s: %s %s", v.name, s.mark, item.Event.Kind, raw)
			}
		}
		if next == cursor {
			break
		}
		cursor = next
	}
	for _, s := range c.secrets {
		require.True(t, told[s.id] || !v.sees(s), "%s hears nothing of %s", v.name, s.mark)
	}
}

// beginning is a cursor at the start of the log.
func (c *corpus) beginning(t *testing.T) helpdesk.Cursor {
	t.Helper()
	_, now, err := c.host.Feed(t.Context(), "")
	require.NoError(t, err)
	raw, err := base64.RawURLEncoding.DecodeString(string(now))
	require.NoError(t, err)
	return helpdesk.Cursor(base64.RawURLEncoding.EncodeToString(append(raw[:bytes.LastIndexByte(raw, '.')], ".0"...)))
}
