// Package instagramsim plays Instagram's side in tests: an in-process HTTP server that
// speaks Graph, checks what Graph checks, refuses in its words, keeps windows, and posts
// signed webhooks. Nothing leaves the machine, and time is the test's.
//
//	sim := instagramsim.New(t, instagramsim.Options{Now: clock.Now})
//	shop := sim.Account("shop")
//	channel := instagram.New(instagram.Options{BaseURL: sim.URL(), HTTPClient: sim.Client()})
//	// … an inbox with shop.Settings(), and:
//	shop.OnWebhook(func(r *http.Request) error { _, err := engine.Ingest(ctx, inbox.Identifier, r); return err })
//
//	ann := sim.Customer("Ann Lee")
//	ann.RepliesToStory("https://…", "lovely") // the desk has it when this returns
//	// … an agent answers, the engine runs
//	ann.Got()[0].Text                         // "thank you"
//	sim.Flush()                               // the account's webhook hears of it, as of all that is sent
//
// Faults are told ahead: Next says what becomes of the calls to come, Mangle what
// becomes of the webhooks. The package uses nothing but the standard library.
package instagramsim

import (
	"encoding/json"
	"fmt"
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
	return &Sim{metasim.New(t, metasim.Flavour{
		Object: "instagram", MaxText: 1000, InBytes: true, Window: 2534022, ReadByID: true, MaxImage: 8 << 20, Instagram: true,
	}, o)}
}

// Account is a professional account.
type Account struct {
	*metasim.Account

	sim *Sim
}

// Account adds an account that is reached by Instagram's own login.
func (s *Sim) Account(name string) *Account { return &Account{s.Sim.Account(name), s} }

// AccountOfPage adds an account that is reached by the page it belongs to.
func (s *Sim) AccountOfPage(name string) *Account {
	a := s.Sim.Account(name)
	a.PageID = fmt.Sprint("2", a.ID)
	return &Account{a, s}
}

// Settings are those of an inbox with this account, with the app's secret.
func (a *Account) Settings() json.RawMessage {
	settings := map[string]any{
		"instagram_id": a.ID, "access_token": a.Token, "app_id": a.sim.AppID(), "app_secret": a.sim.AppSecret(),
		"verify_token": a.VerifyToken, "human_agent": a.HumanAgent,
	}
	if a.PageID != "" {
		settings["page_id"] = a.PageID
	}
	raw, err := json.Marshal(settings)
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
