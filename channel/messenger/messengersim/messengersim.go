// Package messengersim plays Messenger's side in tests: an in-process HTTP server that
// speaks Graph, checks what Graph checks, refuses in its words, keeps windows, and posts
// signed webhooks. Nothing leaves the machine, and time is the test's.
//
//	sim := messengersim.New(t, messengersim.Options{Now: clock.Now})
//	page := sim.Page("Shop")
//	channel := messenger.New(messenger.Options{BaseURL: sim.URL(), HTTPClient: sim.Client()})
//	// … an inbox with page.Settings(), and:
//	page.OnWebhook(func(r *http.Request) error { _, err := engine.Ingest(ctx, inbox.Identifier, r); return err })
//
//	ann := sim.Customer("Ann Lee")
//	ann.Writes("hello")        // the desk has it when this returns
//	// … an agent answers, the engine runs
//	ann.Got()[0].Text          // "good morning"
//	sim.Flush()                // the page's webhook hears of it, as of all that is sent
//	ann.Got()[0].Read()        // the receipt has arrived when this returns
//
// Faults are told ahead: Next says what becomes of the calls to come, Mangle what
// becomes of the webhooks. The package uses nothing but the standard library.
package messengersim

import (
	"encoding/json"
	"time"

	"github.com/gohelpdesk/helpdesk/channel/internal/metasim"
)

// TB is what the simulator needs of a test.
type TB = metasim.TB

// Options of a simulator; the zero value will do.
type Options = metasim.Options

// Customer is somebody who writes.
type Customer = metasim.Customer

// User is somebody who has pages, and gives them to the app.
type User = metasim.User

// Got is a message that a customer received.
type Got = metasim.Got

// Choice is a quick reply, or a button of a card.
type Choice = metasim.Choice

// Call is a request that the simulator got.
type Call = metasim.Call

// Fault is what becomes of one message that is sent.
type Fault = metasim.Fault

// Mangle is what becomes of one webhook call.
type Mangle = metasim.Mangle

// Sim is a simulator. It is safe for concurrent use.
type Sim struct{ *metasim.Sim }

// New starts a simulator, which ends with the test.
func New(t TB, o Options) *Sim {
	return &Sim{metasim.New(t, metasim.Flavour{Object: "page", MaxText: 2000, Window: 2018278, MaxImage: 25 << 20}, o)}
}

// Page is a page of Facebook's.
type Page struct {
	*metasim.Account

	sim *Sim
}

// Page adds a page, with a token.
func (s *Sim) Page(name string) *Page { return &Page{s.Account(name), s} }

// Settings are those of an inbox with this page, with the app's secret.
func (p *Page) Settings() json.RawMessage {
	raw, err := json.Marshal(map[string]any{
		"page_id": p.ID, "page_access_token": p.Token, "app_id": p.sim.AppID(), "app_secret": p.sim.AppSecret(),
		"verify_token": p.VerifyToken, "human_agent": p.HumanAgent,
	})
	if err != nil {
		panic(err) // strings go into JSON
	}
	return raw
}

// Refuse is a refusal with a code of Graph. Most have 400, even those of limits.
func Refuse(code, subcode int, message string) Fault { return metasim.Refuse(code, subcode, message) }

// TooMany is a 429; after is the hint, 0 = none.
func TooMany(after time.Duration) Fault { return metasim.TooMany(after) }

// Broken is a 500 of the kind that passes.
func Broken() Fault { return metasim.Broken() }

// LostAnswer takes the message and breaks the connection.
func LostAnswer() Fault { return metasim.LostAnswer() }

// CutAnswer takes the message and ends the answer half way.
func CutAnswer() Fault { return metasim.CutAnswer() }

// EarlyEcho tells of the message before the answer does.
func EarlyEcho() Fault { return metasim.EarlyEcho() }

// Signature is what X-Hub-Signature-256 holds for a body.
func Signature(secret string, body []byte) string { return metasim.Signature(secret, body) }
