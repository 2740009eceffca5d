package dashboard_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/browsertest"
)

// open signs somebody in in a browser of their own.
func (w *world) open(email string, o browsertest.Options) *browsertest.Page {
	w.Helper()
	p := browsertest.Open(w.T, o)
	p.Goto(w.server.URL + "/app/")
	p.Type("#email", email)
	p.Type("#password", password)
	p.Press("Enter")
	p.WaitURL("/conversations")
	return p
}

// ready waits until the modules of a page are there: who types faster than they load
// is not what these tests are about.
func ready(p *browsertest.Page) { p.WaitFor(`document.documentElement.hasAttribute('data-wired')`) }

// at is an address within the account.
func (w *world) at(path string) string {
	return fmt.Sprintf("%s/app/accounts/%d/%s", w.server.URL, w.account.ID, path)
}

// talk is the address of a conversation, in the list of all.
func (w *world) talk(m *helpdesk.Message) string {
	w.Helper()
	c, err := w.admin.Conversations.Get(w.Context(), m.Conversation)
	require.NoError(w, err)
	return w.at(fmt.Sprintf("conversations/%d?tab=all", c.Display))
}

// Two agents and a customer: what one writes the others see without loading
// anything, a reply that knows too little is held, a conversation is taken once.
func TestConversationInTwoBrowsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.admin.Inboxes.Update(t.Context(), w.inbox.ID, helpdesk.InboxInput{AutoAssign: new(false)})
	require.NoError(t, err)
	first := w.receive("Carla", "Hello, where is my **bike**?")
	ada := w.open("ada@acme.example", browsertest.Options{})
	ada.Goto(w.at("conversations?tab=all"))
	ready(ada)
	ada.Axe()
	ada.Click(".row >> Carla")
	ada.WaitText("#bubbles .in", "Hello, where is my bike?")
	ada.WaitURL("/conversations/1")
	ready(ada)

	bob := w.open("bob@acme.example", browsertest.Options{Dark: true})
	bob.Goto(w.talk(first))
	ready(bob)
	ada.WaitText("#looking", "Bob Stone")
	bob.WaitText("#looking", "Ada Lovelace")

	// It is taken once: Bob presses a button that he should not have any more, and
	// hears who was faster.
	bob.Wait("button >> Take it")
	bob.Do(`window.late = document.querySelector('form[action*="/claim"]').cloneNode(true); document.body.append(late)`)
	ada.Click("button >> Take it")
	ada.WaitGone("button >> Take it")
	bob.WaitGone("#talk-head button >> Take it")
	bob.Tolerate("409")
	bob.Do(`late.requestSubmit(); late.remove()`)
	bob.WaitText("#notice", "Somebody was faster")
	bob.WaitText("#bubbles .activity", "Ada Lovelace self-assigned")

	w.receive("Carla", "It was due yesterday")
	ada.WaitText("#bubbles .in", "It was due yesterday")
	ada.WaitText(".row.current .row-said", "It was due yesterday")
	ada.Type("#content", "I am looking into it")
	bob.WaitText("#typing", "A colleague is writing")
	ada.Press("Control+Enter")
	ada.WaitText("#bubbles .out", "I am looking into it")
	ada.WaitFor(`document.getElementById('content').value === ''`)
	bob.WaitText("#bubbles .out", "I am looking into it")
	ada.Axe()
	bob.Axe()
	ada.Shot("conversation")
	bob.Shot("conversation-dark")

	// A reply that does not know the last message stays in the composer.
	w.receive("Carla", "Never mind, it has arrived")
	bob.WaitText("#bubbles .in", "it has arrived")
	bob.Type("#content", "Shall we call the carrier?")
	bob.Do(fmt.Sprintf(`document.querySelector('[data-as-of]').value = %d`, first.ID))
	bob.Press("Control+Enter")
	bob.WaitText(".reply .problem", "Never mind, it has arrived")
	require.Equal(t, "Shall we call the carrier?", bob.Value("#content"))
	bob.Axe()
	bob.Click("button >> Send all the same")
	bob.WaitText("#bubbles .out", "Shall we call the carrier?")
	bob.WaitGone(".reply .problem")

	// A note is a colleague's alone; the conversation is resolved, and both see it.
	ada.Click(".is-note")
	ada.Type("#content", "@Bo")
	ada.WaitText("#suggest li", "Bob Stone")
	ada.Press("Enter")
	ada.Keys("please have a look")
	ada.Press("Control+Enter")
	ada.WaitText("#bubbles .note", "please have a look")
	bob.WaitText("#nav .count", "1")
	ada.Click("button >> Resolve")
	ada.Wait("button >> Reopen")
	bob.Reload()
	ready(bob)
	bob.Wait("button >> Reopen")
	list, err := w.admin.Messages.List(t.Context(), helpdesk.MessageFilter{Conversation: first.Conversation, Public: true}, helpdesk.Page{})
	require.NoError(t, err)
	require.Len(t, list, 5, "each message is there once, and the note is none of the customer's")
}

// A line that was cut: nothing of what happened meanwhile is missing, and nothing is
// there twice.
func TestConversationAfterALineWasCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.receive("Carla", "before")
	p := w.open("ada@acme.example", browsertest.Options{})
	p.Goto(w.talk(first))
	ready(p)
	p.WaitText("#bubbles", "before")
	p.Tolerate("ERR_INTERNET_DISCONNECTED", "ERR_NETWORK", "Failed to fetch")
	p.Offline()
	p.Wait("#offline")
	for i := range 5 {
		w.receive("Carla", fmt.Sprintf("while away %d", i))
	}
	w.receive("Dora", "somebody else")
	p.Online()
	p.WaitText("#bubbles", "while away 4")
	p.WaitGone("#offline")
	p.Wait(".row >> somebody else")
	require.Equal(t, 6, p.Count("#bubbles > .in"))
	require.Equal(t, 2, p.Count("#rows > .row"))
}

// Files that are picked, an answer that stands ready, a message for later, labels
// and the rest of the details.
func TestConversationTools(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	_, err := w.admin.CannedResponses.Create(ctx, helpdesk.CannedInput{ShortCode: new("hours"), Content: new("We are open from 9 to 6.")})
	require.NoError(t, err)
	_, err = w.admin.Labels.Create(ctx, helpdesk.LabelInput{Title: new("urgent-one")})
	require.NoError(t, err)
	first := w.receive("Carla", "<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1))")
	p := w.open("ada@acme.example", browsertest.Options{})
	p.Goto(w.talk(first))
	ready(p)
	p.WaitText("#bubbles .in", "<script>alert(1)</script>")
	require.Zero(t, p.Count("#bubbles script, #bubbles img, #bubbles a[href^=javascript]"))

	p.Type("#content", "/hou")
	p.WaitText("#suggest", "/hours")
	p.Press("Tab")
	require.Equal(t, "We are open from 9 to 6.", p.Value("#content"))
	file := filepath.Join(t.TempDir(), "invoice.txt")
	require.NoError(t, os.WriteFile(file, []byte("42 euros"), 0o600))
	p.Files("#files", file)
	p.WaitText("#attached", "invoice.txt")
	p.Click("[data-send]")
	p.WaitText("#bubbles .out .file", "invoice.txt")
	p.WaitText("#bubbles .out", "We are open from 9 to 6.")

	p.Click(".labels summary")
	p.Click(".labels .menu-list button >> urgent-one")
	p.Wait(".labels .chip >> urgent-one")
	p.Wait(".row .chip >> urgent-one")
	p.Select("#priority", "urgent")
	p.Wait(".row .flag-urgent")
	p.Select("#assignee", fmt.Sprint(w.bob.ID))
	p.WaitText("#bubbles .activity", "Bob Stone")
	p.Type("#note", "prefers mornings")
	p.Click("button >> Add note")
	p.WaitText(".notes", "prefers mornings")

	p.Type("#content", "See you tomorrow")
	p.Click(".later summary")
	p.Do(`document.getElementById('send-at').value = '2026-03-15T09:00'`)
	p.Click(".later button >> Schedule")
	p.WaitText("#scheduled", "See you tomorrow")
	p.Click("#scheduled button")
	p.WaitGone("#scheduled li")

	// What was about to be said is there on any other day, for any colleague.
	p.Type("#content", "Half a sentence")
	p.WaitFor(`performance.getEntriesByType('resource').some(e => e.name.includes('/draft'))`)
	p.Reload()
	ready(p)
	p.WaitFor(`document.getElementById('content').value === 'Half a sentence'`)
	p.Shot("tools")
}

// On a phone the panes are one after another, and in Portuguese all of it is.
func TestConversationOnAPhoneInPortuguese(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.admin.Accounts.Update(t.Context(), helpdesk.AccountChange{Locale: new("pt_BR")})
	require.NoError(t, err)
	for i := range 3 {
		w.receive(fmt.Sprintf("Cliente %d", i), "Olá, bom dia")
	}
	p := w.open("ada@acme.example", browsertest.Options{Phone: true, Locale: "pt-BR"})
	p.Goto(w.at("conversations?tab=all"))
	ready(p)
	p.WaitText(".list h1", "Conversas")
	p.WaitText(".tabs", "Não atribuídas")
	p.Axe()
	p.Shot("phone-list")
	p.Click(".row >> Cliente 1")
	p.WaitText("#bubbles", "Olá, bom dia")
	p.WaitGone("#list")
	ready(p)
	require.True(t, browsertest.Eval[bool](p, `document.documentElement.scrollWidth <= innerWidth`), "nothing is wider than the phone")
	p.Axe()
	p.Shot("phone-thread")
	p.Type("#content", "Bom dia!")
	p.Click("[data-send]")
	p.WaitText("#bubbles .out", "Bom dia!")
	p.Click(".back")
	p.Wait("#list")
	p.Wait(".row >> Cliente 2")
}

// A long conversation grows upwards as it is read, without jumping, and a long list
// downwards.
func TestConversationHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var first *helpdesk.Message
	for i := range 100 {
		m := w.receive("Carla", fmt.Sprintf("message number %d", i))
		if first == nil {
			first = m
		}
		if i%10 == 0 {
			w.clock.add(time.Minute) // a customer who writes too fast is slowed down
		}
	}
	for i := range 40 {
		w.receive(fmt.Sprintf("Person %d", i), "hello")
	}
	p := w.open("ada@acme.example", browsertest.Options{})
	p.Goto(w.talk(first))
	ready(p)
	p.WaitText("#bubbles", "message number 99")
	require.Equal(t, 30, p.Count("#bubbles > .in"))
	p.WaitFor(`(m => m.scrollHeight - m.scrollTop - m.clientHeight < 5)(document.getElementById('messages'))`)
	for range 4 {
		p.Do(`document.getElementById('messages').scrollTop = 0`)
		p.WaitFor(`document.getElementById('messages').scrollTop > 0 || !document.getElementById('older')`)
	}
	p.WaitFor(`document.querySelectorAll('#bubbles > .in').length === 100`)
	order := browsertest.Eval[[]string](p, `[...document.querySelectorAll('#bubbles .text')].map(e => e.textContent.trim())`)
	for i, text := range order {
		require.Equal(t, fmt.Sprintf("message number %d", i), text)
	}
	w.receive("Carla", "and one more")
	p.WaitFor(`document.querySelectorAll('#bubbles > .in').length === 101`)
	require.Equal(t, 25, p.Count("#rows > .row"))
	p.Click("#more")
	p.WaitFor(`document.querySelectorAll('#rows > .row').length === 41`)
}
