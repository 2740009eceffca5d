package widget_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/browsertest"
)

// open opens the window from its bubble.
func open(p *browsertest.Page) *browsertest.Page {
	p.Click(".woot-widget-bubble")
	f := p.Frame("/widget?")
	f.WaitFor("document.documentElement.hasAttribute('data-live')")
	return f
}

// TestTalk is a visitor and an agent, both live, on a page made for Chatwoot.
func TestTalk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	box := w.inbox(map[string]any{"welcome_title": "Hello there", "welcome_tagline": "Ask us anything about bicycles."}, helpdesk.InboxInput{})
	require.NoError(t, w.ada.Agents.Heartbeat(t.Context()))
	p := browsertest.Open(t, browsertest.Options{})
	p.Goto(w.shop(box, `window.chatwootSettings = {position: "left", type: "expanded_bubble", launcherTitle: "Chat with us", showPopoutButton: true};`))
	p.WaitText(".woot-widget-bubble", "Chat with us")
	p.WaitFor("$chatwoot.hasLoaded && $helpdesk === $chatwoot && $cloudchat === $chatwoot && helpdeskSDK.run && cloudchatSDK.run")
	require.Zero(t, p.Count("iframe"), "nothing is loaded before it is opened")
	p.Shot("widget-bubble")

	f := open(p)
	f.WaitText("#heading", "Hello there")
	f.WaitText("#presence", "Usually replies in a few minutes")
	f.Wait("#faces .here")
	f.WaitFor("document.activeElement.id === 'text'")
	f.Axe()
	p.Axe()
	p.Shot("widget-welcome")
	f.Type("#text", "Do you have *red* ones?")
	f.Press("Enter")
	f.WaitText(".own", "Do you have *red* ones?")
	talk := w.talk()
	require.Equal(t, box.ID, talk.Inbox)
	w.eventually("the message", func() bool { return len(w.said(talk.ID)) >= 3 }) // with what asks for an address

	// The agent is heard writing, and then answers; the visitor is seen reading.
	f.Wait(".card input[type=email]")
	require.NoError(t, w.ada.Conversations.Typing(t.Context(), talk.ID, true, false))
	f.WaitText("#typing", "Ada Lovelace is writing")
	w.answer(talk.ID, helpdesk.Reply{Content: "We do:\n- **red**\n- [here](https://shop.example/red)\n<img src=x onerror=alert(1)>"})
	f.WaitText(".theirs", "<img src=x onerror=alert(1)>")
	f.WaitText(".theirs strong", "red")
	f.Wait(`.theirs a[href="https://shop.example/red"][rel~="noopener"]`)
	f.WaitText(".head", "Ada Lovelace")
	f.WaitGone("#typing")
	w.eventually("it was read", func() bool { return !w.talk().ContactSeenAt.IsZero() })

	// Somebody writes an address where they are asked for one, wrong at first.
	f.Type(".card input[type=email]", "vera")
	f.Press("Enter")
	f.WaitText(".card .wrong", "Please give an e-mail address")
	f.Fill(".card input[type=email]", "vera@mail.example")
	f.Press("Enter")
	f.WaitText(".done", "vera@mail.example")
	w.eventually("the address", func() bool { return w.talk().Customer.Email == "vera@mail.example" })

	// A closed window counts on its bubble what comes; Escape closes it.
	f.Type("#text", "Wait")
	f.Press("Escape")
	p.WaitGone(".woot-widget-holder")
	w.answer(talk.ID, helpdesk.Reply{Content: "Take your time."})
	w.answer(talk.ID, helpdesk.Reply{Content: "We are open until six."})
	p.WaitText(".woot--unread", "2")
	require.Equal(t, "Open chat, 2 unread", browsertest.Eval[string](p, `document.querySelector(".woot-widget-bubble").getAttribute("aria-label")`))
	p.Shot("widget-unread")
	p.Reload()
	p.WaitText(".woot--unread", "2")
	f = open(p)
	f.WaitText("#log", "We are open until six.")
	require.Equal(t, "Wait", f.Value("#text"), "what was being written is still there")
	p.WaitGone(".woot--unread")
	require.NotContains(t, strings.Join(f.Texts(".line"), "\n"), "undefined")
	f.Axe()
	p.Shot("widget-talk")

	pop := p.Popup(func() { f.Click("#menu"); f.Click("#popout") })
	pop.WaitText("#log", "We are open until six.")
	pop.Wait("#composer")
	pop.Type("#text", "From the window")
	pop.Press("Enter")
	w.eventually("from the window", func() bool { return strings.Contains(fmt.Sprint(contents(w.said(talk.ID))), "From the window") })
	require.Contains(t, heard(p), "chatwoot:ready")
}

func contents(list []*helpdesk.Message) (out []string) {
	for _, m := range list {
		out = append(out, m.Content)
	}
	return out
}

// TestOffline takes the line away for a while. What both said meanwhile is there
// afterwards, once and in order.
func TestOffline(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	box := w.inbox(nil, helpdesk.InboxInput{EmailCollect: ptr(false)})
	p := browsertest.Open(t, browsertest.Options{})
	p.Goto(w.shop(box, ""))
	f := open(p)
	f.Type("#text", "one")
	f.Press("Enter")
	talk := w.talk()
	f.WaitFor("document.querySelectorAll('.own').length === 1 && !document.querySelector('.state')")

	p.Offline()
	f.WaitText("#line", "You are offline")
	f.Type("#text", "two")
	f.Press("Enter")
	f.Type("#text", "three")
	f.Press("Enter")
	f.WaitText(".state", "Waiting for a connection")
	p.Shot("widget-offline")
	if os.Getenv("HELPDESK_PROVE") == "1" {
		<-time.After(30 * time.Second) // what clients that only wait would not survive
	}
	for i := range 30 {
		w.answer(talk.ID, helpdesk.Reply{Content: fmt.Sprint("answer ", i)})
	}
	require.NotContains(t, f.Text("#log"), "answer", "the line is down")
	p.Online()
	f.WaitText("#log", "answer 29")
	f.WaitText("#log", "three")
	f.WaitGone(".state")
	f.WaitGone("#line")
	w.answer(talk.ID, helpdesk.Reply{Content: "live again"})
	f.WaitText("#log", "live again")

	// The desk takes a message, and its answer gets lost.
	p.Tolerate("ERR_EMPTY_RESPONSE", "ERR_CONNECTION")
	w.mute.Store(true)
	f.Type("#text", "four")
	f.Press("Enter")
	w.eventually("it is there", func() bool { return len(w.said(talk.ID)) == 35 })
	f.WaitFor("document.querySelectorAll('.own').length === 4 && !document.querySelector('.state')")
	require.False(t, w.mute.Load())

	want := contents(w.said(talk.ID))
	require.Len(t, want, 35)
	got := f.Texts(".body")
	for i := range got {
		got[i] = strings.TrimSpace(got[i][strings.LastIndex(got[i], "\n")+1:])
	}
	require.Equal(t, want, got, "everything, once, in the desk's order")
}

// TestPreChat asks before the first message, and keeps what was typed.
func TestPreChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.host.Attributes.Create(t.Context(), helpdesk.AttributeInput{Key: "plan", Name: ptr("Plan"), Model: helpdesk.ContactAttribute, Type: helpdesk.TextAttribute})
	require.NoError(t, err)
	_, err = w.host.Attributes.Create(t.Context(), helpdesk.AttributeInput{Key: "order", Name: ptr("Order"), Model: helpdesk.ConversationAttribute, Type: helpdesk.TextAttribute})
	require.NoError(t, err)
	field := func(name, of, kind, label string, required bool, more ...any) map[string]any {
		out := map[string]any{"name": name, "field_type": of, "type": kind, "label": label, "required": required, "enabled": true}
		for i := 0; i+1 < len(more); i += 2 {
			out[more[i].(string)] = more[i+1]
		}
		return out
	}
	box := w.inbox(map[string]any{"pre_chat_form_enabled": true, "pre_chat_form_options": map[string]any{
		"pre_chat_message": "Tell us **who** you are.",
		"pre_chat_fields": []any{
			field("emailAddress", "standard", "email", "Seu e-mail", true), field("fullName", "standard", "text", "Seu nome", false),
			field("phoneNumber", "standard", "text", "Telefone", false),
			field("plan", "contact_attribute", "list", "Plano", true, "values", []any{"Gold", "Silver"}),
			field("order", "conversation_attribute", "text", "Pedido", true, "regex_pattern", `^\d{4}$`, "regex_cue", "Quatro dígitos"),
		},
	}}, helpdesk.InboxInput{})
	p := browsertest.Open(t, browsertest.Options{Phone: true, Dark: true, Locale: "pt-BR"})
	p.Goto(w.shop(box, `window.chatwootSettings = {darkMode: "auto", useBrowserLanguage: true};`))
	f := open(p)
	f.WaitText("#prechat", "Tell us who you are.")
	require.Equal(t, "pt", browsertest.Eval[string](f, "document.documentElement.lang"))
	require.Equal(t, [2]float64{390, 844}, browsertest.Eval[[2]float64](p, "(r => [r.width, r.height])(document.querySelector('.woot-widget-holder').getBoundingClientRect())"), "all of a phone's screen")
	f.Click("#prechat button >> Iniciar o chat")
	f.WaitText(".field .wrong", "Por favor, preencha este campo.")
	require.Len(t, f.Texts(".field .wrong"), 4, "each at its field")
	f.Fill(`input[name="emailAddress"]`, "não é")
	f.Fill(`input[name="phoneNumber"]`, "12")
	f.Select(`select[name="plan"]`, "Gold")
	f.Fill(`input[name="order"]`, "12")
	f.Fill(`textarea[name="message"]`, "Onde está meu pedido?")
	f.Click("#prechat .primary")
	f.WaitText(".field .wrong", "Informe um e-mail")
	require.Contains(t, f.Texts(".field .wrong"), "Quatro dígitos")
	require.Equal(t, "Onde está meu pedido?", f.Value(`textarea[name="message"]`))
	f.Axe()
	p.Shot("widget-prechat-pt-dark-phone")
	f.Fill(`input[name="emailAddress"]`, "vera@mail.example")
	f.Fill(`input[name="phoneNumber"]`, "+55 (11) 98765-4321")
	f.Fill(`input[name="order"]`, "1234")
	f.Click("#prechat .primary")
	f.WaitText(".own", "Onde está meu pedido?")
	talk := w.talk()
	require.Equal(t, "1234", talk.Attributes["order"])
	w.eventually("who it is", func() bool {
		c := w.talk().Customer
		return c.Email == "vera@mail.example" && c.Phone == "+5511987654321" && c.Attributes["plan"] == "Gold"
	})
	w.answer(talk.ID, helpdesk.Reply{Content: "Chega amanhã."})
	f.WaitText(".theirs", "Chega amanhã.")
	f.Axe()
	p.Shot("widget-talk-pt-dark-phone")
	f.Click("#close")
	p.Wait(".woot-widget-bubble")
}

// TestFiles sends files both ways.
func TestFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	box := w.inbox(nil, helpdesk.InboxInput{EmailCollect: ptr(false)})
	p := browsertest.Open(t, browsertest.Options{Dark: true})
	p.Goto(w.shop(box, `window.chatwootSettings = {darkMode: "dark"};`))
	f := open(p)
	picture := image.NewRGBA(image.Rect(0, 0, 320, 200))
	for i := range 320 * 200 {
		picture.Set(i%320, i/320, color.RGBA{uint8(i % 320), uint8(i / 320), 160, 255})
	}
	var raw bytes.Buffer
	require.NoError(t, png.Encode(&raw, picture))
	name := filepath.Join(t.TempDir(), `wheel 1 <b>.png`)
	require.NoError(t, os.WriteFile(name, raw.Bytes(), 0o600))
	f.Files("#files", name)
	f.WaitText("#chosen", `wheel 1 <b>.png`)
	f.Type("#text", "Is this the wheel?")
	f.Click("#send")
	f.WaitFor("document.querySelector('.own .picture img')?.naturalWidth === 320")
	talk := w.talk()
	files := w.said(talk.ID)[0].Attachments
	require.Len(t, files, 1)
	require.Equal(t, `wheel 1 <b>.png`, files[0].Name)
	// Pasted, and thrown away before it is sent.
	f.Do(`const d = new DataTransfer(); d.items.add(new File(["note"], "note.txt", {type: "text/plain"}));
		document.querySelector("#text").dispatchEvent(new ClipboardEvent("paste", {clipboardData: d, bubbles: true, cancelable: true}))`)
	f.Click("#chosen li button")
	f.WaitGone("#chosen li")
	w.answer(talk.ID, helpdesk.Reply{Content: "Yes, and here is its sheet.", Files: []helpdesk.File{{Name: "sheet.pdf", ContentType: "application/pdf", Data: strings.NewReader("%PDF-1.4")}}})
	f.WaitText(".theirs .file", "sheet.pdf")
	f.Click("#emoji")
	f.WaitFor("document.activeElement.textContent === '😀'")
	f.Press("ArrowRight", "Enter")
	require.Equal(t, "😄", f.Value("#text"))
	f.Axe()
	p.Shot("widget-files-dark")
}

// TestAsked answers what the desk can ask, and ends with the survey.
func TestAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	box := w.inbox(nil, helpdesk.InboxInput{EmailCollect: ptr(false), CSATEnabled: ptr(true), Extra: map[string]any{"allow_messages_after_resolved": false}})
	p := browsertest.Open(t, browsertest.Options{Locale: "es-MX", Still: true})
	p.Goto(w.shop(box, `window.chatwootSettings = {useBrowserLanguage: true};`))
	f := open(p)
	f.Type("#text", "Hola")
	f.Press("Enter")
	talk := w.talk()
	ask := func(kind, text string, items ...any) *helpdesk.Message {
		return w.answer(talk.ID, helpdesk.Reply{Content: text, ContentType: kind, ContentAttrs: map[string]any{"items": items}})
	}
	values := func(m *helpdesk.Message) any {
		got, err := w.ada.Messages.Get(t.Context(), m.ID)
		require.NoError(t, err)
		return got.ContentAttrs["submitted_values"]
	}
	colour := ask("input_select", "Which colour?", map[string]any{"title": "Red", "value": "r"}, map[string]any{"title": "Blue", "value": "b"})
	f.Click(".choices button >> Blue")
	f.WaitText(".done", "Respondido: Blue")
	require.Equal(t, []any{map[string]any{"title": "Blue", "value": "b"}}, values(colour))
	form := ask("form", "Your size", map[string]any{"type": "text", "name": "size", "label": "Size", "required": true}, map[string]any{"type": "text_area", "name": "more", "label": "More"})
	f.Click("form.card button >> Enviar")
	f.WaitText("form.card .wrong", "Por favor, complete este campo.")
	f.Fill(`form.card input[name="size"]`, "L")
	f.Click("form.card button >> Enviar")
	w.eventually("the form", func() bool { return values(form) != nil })
	ask("cards", "", map[string]any{
		"title": "Red bike", "description": "Fast", "actions": []any{
			map[string]any{"type": "link", "text": "See it", "uri": "https://shop.example/red"},
			map[string]any{"type": "postback", "text": "Buy", "payload": "buy-red"},
			map[string]any{"type": "link", "text": "Trap", "uri": "javascript:alert(1)"},
		},
	})
	f.Click("button.action >> Buy")
	p.WaitFor("heard.some(e => e[0] === 'chatwoot:postback' && e[1].payload === 'buy-red')")
	require.Zero(t, f.Count(`a[href^="javascript"]`))
	ask("article", "", map[string]any{"title": "Choosing a size", "description": "In two minutes", "link": "https://shop.example/size"})
	f.Wait(`.articles a[href="https://shop.example/size"]`)
	f.Axe()
	p.Shot("widget-asked")

	// The visitor ends it, is asked how it was, and begins anew.
	f.Click("#menu")
	f.Click("#end")
	f.Click("#yes")
	f.WaitGone("#composer")
	_, err := w.host.Surveys.Send(t.Context(), talk.ID)
	require.NoError(t, err)
	f.Click(`.rating label[title="Satisfecho"]`)
	f.Fill(".rating textarea", "rápido")
	p.Shot("widget-survey")
	f.Click(".rating .primary")
	f.WaitText(".done", "Gracias.")
	w.eventually("the rating", func() bool {
		all, err := w.host.Surveys.List(t.Context(), helpdesk.SurveyFilter{Conversation: talk.ID}, helpdesk.Page{Limit: 1})
		require.NoError(t, err)
		return len(all) == 1 && all[0].Rating == 4 && all[0].Feedback == "rápido"
	})
	f.Click("#again >> Iniciar una conversación nueva")
	f.Type("#text", "Otra vez")
	f.Press("Enter")
	w.eventually("another conversation", func() bool { return w.talk().ID != talk.ID })
	f.WaitText(".own", "Otra vez")
	f.WaitGone(".own >> Hola")
}

// TestPage is what a page may do with the widget: every method of Chatwoot's.
func TestPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, title := range []string{"vip", "early"} {
		_, err := w.host.Labels.Create(t.Context(), helpdesk.LabelInput{Title: &title})
		require.NoError(t, err)
	}
	_, err := w.host.Attributes.Create(t.Context(), helpdesk.AttributeInput{Key: "plan", Name: ptr("Plan"), Model: helpdesk.ContactAttribute, Type: helpdesk.TextAttribute})
	require.NoError(t, err)
	box := w.inbox(nil, helpdesk.InboxInput{EmailCollect: ptr(false), HoursEnabled: ptr(true), Hours: closed(), OutOfOffice: ptr("We sleep.")})
	p := browsertest.Open(t, browsertest.Options{})
	p.Goto(w.shop(box, `
		window.chatwootSettings = {hideMessageBubble: true, locale: "en"};
		window.addEventListener("chatwoot:ready", () => {
			$chatwoot.setUser("vera-7", {name: "Vera", email: "vera@mail.example", phone_number: "+5511987654321"});
			$chatwoot.setCustomAttributes({plan: "gold", unheard: 1});
			$chatwoot.setLabel("early");
			try { $chatwoot.setUser({}, {}) } catch (e) { heard.push(["chatwoot:refused", e.message]) }
		});`))
	p.WaitFor("heard.some(e => e[0] === 'chatwoot:refused')")
	p.WaitGone(".woot-widget-bubble")
	p.Do("$chatwoot.toggleBubbleVisibility('show')")
	p.Wait(".woot-widget-bubble")
	p.Do("$chatwoot.toggle('open')")
	f := p.Frame("/widget?")
	f.WaitText("#presence", "We are away")
	f.WaitText("#hours", "We sleep.")
	f.Type("#text", "It is me")
	f.Press("Enter")
	talk := w.talk()
	w.eventually("who it is", func() bool {
		c := w.talk().Customer
		return c.Identifier == "vera-7" && c.Email == "vera@mail.example" && c.Phone == "+5511987654321" && c.Attributes["plan"] == "gold" && c.Attributes["unheard"] == nil
	})
	p.Do("$chatwoot.setLabel('vip'); $chatwoot.setConversationCustomAttributes({cart: '7'})")
	w.eventually("label and attributes", func() bool { d := w.talk(); return len(d.Labels) == 2 && d.Attributes["cart"] == "7" })
	p.Do("$chatwoot.removeLabel('vip'); $chatwoot.deleteConversationCustomAttribute('cart'); $chatwoot.deleteCustomAttribute('plan')")
	w.eventually("gone again", func() bool {
		d := w.talk()
		return len(d.Labels) == 1 && d.Attributes["cart"] == nil && d.Customer.Attributes["plan"] == nil
	})
	w.answer(talk.ID, helpdesk.Reply{Content: "Hello Vera"})
	p.WaitFor("heard.some(e => e[0] === 'helpdesk:on-message' && e[1].content === 'Hello Vera')")
	p.Do("$chatwoot.setLocale('pt_BR'); $chatwoot.setColorScheme('dark')")
	f.WaitText("#presence", "Estamos ausentes")
	f.WaitFor("document.documentElement.dataset.scheme === 'dark'")
	f.WaitText("#log", "Hello Vera")
	f.Do("document.documentElement.dir = 'rtl'")
	f.WaitFor("document.documentElement.scrollWidth <= innerWidth")
	p.Shot("widget-rtl-dark")
	p.Do("$chatwoot.toggle('close')")
	require.Equal(t, []string{"chatwoot:ready", "chatwoot:refused", "chatwoot:opened", "chatwoot:on-start-conversation", "chatwoot:on-message", "chatwoot:on-message", "chatwoot:closed"}, heard(p))

	// Somebody else signs in on the same device, and the first one again.
	p.Do("$chatwoot.setUser('carl-1', {name: 'Carl'}); $chatwoot.toggle('open')")
	f.WaitGone(".line")
	f.Type("#text", "I am Carl")
	f.Press("Enter")
	w.eventually("who it is", func() bool { return w.talk().Customer.Identifier == "carl-1" })
	require.NotEqual(t, talk.ID, w.talk().ID)
	p.Do("$chatwoot.toggle('close')")
	p.Do("$chatwoot.reset()")
	require.Zero(t, p.Count("iframe"))
	require.NotContains(t, browsertest.Eval[string](p, "document.cookie"), "cw_")
	f = open(p)
	f.WaitGone(".line")
}

// closed are hours that are over whenever the test runs.
func closed() []helpdesk.OpenHours {
	var out []helpdesk.OpenHours
	for day := range 7 {
		out = append(out, helpdesk.OpenHours{Day: day, ClosedAll: true})
	}
	return out
}

// TestForeignPage may not show a widget that names its pages.
func TestForeignPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	box := w.inbox(map[string]any{"allowed_domains": "shop.example"}, helpdesk.InboxInput{})
	p := browsertest.Open(t, browsertest.Options{})
	p.Tolerate("403", "frame-ancestors", "ERR_BLOCKED_BY_RESPONSE")
	p.Goto(w.shop(box, ""))
	p.WaitFor("heard.some(e => e[0] === 'chatwoot:error' && e[1].status === 403)")
	require.Zero(t, p.Count(".woot-widget-bubble"))
	p.Do("const f = document.createElement('iframe'); f.src = '" + w.url + "/widget?website_token=" + box.Identifier + "'; document.body.append(f)")
	w.eventually("the browser refuses it", func() bool { return strings.Contains(strings.Join(p.Complaints(), ""), "frame-ancestors") })

	none := *box
	none.Identifier = "nobody"
	p.Tolerate("404")
	p.Goto(w.shop(&none, ""))
	p.WaitFor("heard.some(e => e[0] === 'chatwoot:error' && e[1].status === 404)")
}

// TestProof refuses who says to be somebody and does not prove it, and takes who
// does.
func TestProof(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	box := w.inbox(nil, helpdesk.InboxInput{HMACMandatory: ptr(true), EmailCollect: ptr(false)})
	key, err := w.host.Inboxes.HMACToken(t.Context(), box.ID)
	require.NoError(t, err)
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte("vera-7"))
	p := browsertest.Open(t, browsertest.Options{})
	p.Tolerate("401")
	p.Goto(w.shop(box, ""))
	f := open(p)
	p.Do("$chatwoot.setUser('vera-7', {name: 'Mallory', identifier_hash: '00'})")
	p.WaitFor("heard.some(e => e[0] === 'chatwoot:error' && e[1].errorType === 'SET_USER_ERROR')")
	p.Do("$chatwoot.setUser('vera-7', {name: 'Vera', identifier_hash: '" + hex.EncodeToString(mac.Sum(nil)) + "'})")
	f.Type("#text", "It is me")
	f.Press("Enter")
	w.eventually("who it is", func() bool { c := w.talk().Customer; return c.Identifier == "vera-7" && c.Name == "Vera" })
}
