package dashboard_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/browsertest"
)

// Everything the command bar and the shortcuts do is done without a mouse.
func TestCommandBarByKeyboardAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	_, err := w.admin.Inboxes.Update(ctx, w.inbox.ID, helpdesk.InboxInput{AutoAssign: new(false)})
	require.NoError(t, err)
	_, err = w.admin.Labels.Create(ctx, helpdesk.LabelInput{Title: new("late")})
	require.NoError(t, err)
	carla := w.receive("Carla", "Where is my bike?")
	w.receive("Dora", "Do you repair tandems?")
	p := w.open("ada@acme.example", browsertest.Options{})
	p.Goto(w.talk(carla) + "&status=all")
	ready(p)
	p.WaitText("#bubbles .in", "Where is my bike?")
	p.Do(`document.getElementById('content').focus()`)

	bar := func(typed, option string) {
		t.Helper()
		ready(p)
		p.Press("Control+k")
		p.Wait(".command-item")
		p.Keys(typed)
		p.WaitText(".command-item[aria-selected=true]", option)
		p.WaitFor(`document.getElementById(document.querySelector('.command-input').getAttribute('aria-activedescendant')).ariaSelected === 'true'`)
		p.Press("Enter")
	}
	further := func(typed, option string) {
		t.Helper()
		p.Wait(".command-field .chip")
		p.Keys(typed)
		p.WaitText(".command-item[aria-selected=true]", option)
		p.Press("Enter")
	}

	// It gives the focus back where it was.
	p.Press("Control+k")
	p.WaitText(".command-item", "Resolve conversation")
	p.Axe()
	p.Shot("command")
	p.Keys("nothing is called so")
	p.WaitText(".command-item", "Search everything for") // nothing else is
	p.Press("Escape")
	p.WaitGone(".command")
	p.WaitFor(`document.activeElement.id === 'content'`)

	bar("resolve", "Resolve conversation")
	p.WaitText("#talk-head .badge", "Resolved")
	bar("reopn", "Reopen conversation") // in a hurry
	p.WaitGone("#talk-head .badge")
	bar("assign ag", "Assign agent")
	further("bob", "Bob Stone")
	p.WaitText(".row.current .row-owner", "BS")
	bar("bel", "Labels")
	further("lat", "late")
	p.WaitText(".row.current .chip", "late")
	bar("urgent", "Urgent") // of the second level, at once
	p.Wait(".row.current .flag-urgent")
	bar("mute", "Mute conversation")
	p.WaitFor(`document.getElementById("talk-head").textContent.includes("Unblock")`)
	bar("transcript", "Send transcript")
	p.Wait(".command-field .chip")
	p.Press("Backspace")
	p.WaitGone(".command-field .chip")
	p.Press("Escape")
	p.WaitURL("tab=all") // the list is as it was

	// Shortcuts, also while somebody writes.
	p.Press("Control+/")
	p.WaitText(".shortcuts", "Next conversation")
	p.Axe()
	p.Shot("shortcuts")
	p.Press("Escape")
	p.WaitGone(".shortcuts")
	p.Press("Alt+p")
	p.Keys("jek")
	p.WaitFor(`document.querySelector('[name=private]:checked').value === 'true' && document.getElementById('content').value === 'jek'`)
	p.Press("Alt+l")
	p.WaitFor(`document.querySelector('[name=private]:checked').value === ''`)
	p.Press("Alt+m")
	further("tomorrow", "Tomorrow")
	p.WaitText("#talk-head .badge", "Snoozed")
	p.Press("Alt+k")
	p.WaitText("#bubbles .in", "tandems")
	p.Press("Alt+e")
	p.WaitText("#talk-head .badge", "Resolved")
	p.Press("Alt+j")
	p.WaitText("#bubbles .in", "bike")

	// People and conversations are found, and every place is reached.
	p.Press("Control+k")
	p.Wait(".command-item")
	p.Keys("dora")
	p.WaitText(".command-item", "Dora · #2")
	p.Press("ArrowUp")
	p.WaitText(".command-item[aria-selected=true]", "Search everything")
	p.Press("ArrowUp")
	p.WaitText(".command-item[aria-selected=true]", "Dora · #2")
	p.Press("Enter")
	p.WaitURL("/conversations/2")
	p.WaitText("#bubbles .in", "tandems")
	bar("rep bots", "Bots")
	p.WaitURL("/reports/bots")
	ready(p)
	p.Press("Alt+c")
	p.WaitURL("/conversations")
	ready(p)
	p.Press("Alt+s")
	p.WaitURL("/settings")
}
