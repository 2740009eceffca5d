package helpdesk_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/instagram"
	"github.com/gohelpdesk/helpdesk/channel/instagram/instagramsim"
	"github.com/gohelpdesk/helpdesk/channel/messenger"
	"github.com/gohelpdesk/helpdesk/channel/messenger/messengersim"
	"github.com/gohelpdesk/helpdesk/channel/telegram"
	"github.com/gohelpdesk/helpdesk/channel/telegram/telegramsim"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp/whatsappsim"
)

// shuffled are some of a list, in any order, or all of it.
func shuffled[T any](r *rand.Rand, list []T, all bool) (out []T) {
	for _, v := range list {
		if all || r.IntN(2) == 0 {
			out = append(out, v)
		}
	}
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// badly does something in the order of a provider that has a bad day.
func badly(r *rand.Rand, do func(), reversed, together func(func())) {
	switch r.IntN(3) {
	case 0:
		reversed(do)
	case 1:
		together(do)
	default:
		do()
	}
}

const people = 4

func whatsappWeather(w *world) weather {
	sim := whatsappsim.New(w.t, whatsappsim.Options{Now: w.clock.Now})
	number := sim.Number("+5511999990000")
	var who []*whatsappsim.Customer
	for i := range people {
		who = append(who, sim.Customer(fmt.Sprint("+55119777700", 10+i)).Called(fmt.Sprint("Ann ", i)))
	}
	all := func() (out []*whatsappsim.Got) {
		for _, p := range who {
			out = append(out, p.Got()...)
		}
		return out
	}
	return weather{
		channel: whatsapp.New(whatsapp.Options{BaseURL: sim.URL(), HTTPClient: sim.Client()}), client: sim.Client(),
		settings: number.Settings(), listen: number.OnWebhook, revoke: number.Revoke, restore: number.Restore,
		ends: []helpdesk.SendState{helpdesk.StateRead}, lost: []helpdesk.SendState{helpdesk.StateFailed, helpdesk.StateUnknown},
		say: func(r *rand.Rand, texts []string) {
			p := who[r.IntN(people)]
			sim.Mangle(whatsappsim.Mangle{Times: 1 + r.IntN(3), Padding: []int{0, 0, 0, 3 << 20}[r.IntN(4)]})
			badly(r, func() {
				for _, text := range texts {
					p.Writes(text)
				}
			}, sim.Reversed, sim.Together)
		},
		fault: func(r *rand.Rand) {
			faults := []whatsappsim.Fault{
				whatsappsim.Broken(), whatsappsim.LostAnswer(), whatsappsim.CutAnswer(), whatsappsim.EarlyReceipt(), whatsappsim.TooMany(0),
				whatsappsim.TooMany(90 * time.Second), whatsappsim.Refuse(131026, "Message undeliverable"), whatsappsim.Refuse(131056, "Pair rate limit"),
				{Status: http.StatusBadGateway},
				{Drop: true},
			}
			sim.Next(faults[r.IntN(len(faults))])
		},
		receipts: func(r *rand.Rand, every bool) {
			sim.Flush()
			for _, g := range shuffled(r, all(), every) {
				for _, tell := range shuffled(r, []func(){g.Sent, g.Delivered, g.Read, g.Delivered}, true) {
					tell()
				}
			}
		},
		got: func() (out []string) {
			for _, g := range all() {
				out = append(out, g.Text)
			}
			return out
		},
	}
}

func messengerWeather(w *world) weather {
	sim := messengersim.New(w.t, messengersim.Options{Now: w.clock.Now})
	page := sim.Page("Shop")
	var who []*messengersim.Customer
	for i := range people {
		who = append(who, sim.Customer(fmt.Sprint("Ann ", i)))
	}
	out := weather{
		channel: messenger.New(messenger.Options{BaseURL: sim.URL(), HTTPClient: sim.Client()}), client: sim.Client(),
		settings: page.Settings(), listen: page.OnWebhook, revoke: page.Revoke, restore: page.Restore,
		ends: []helpdesk.SendState{helpdesk.StateRead}, lost: []helpdesk.SendState{helpdesk.StateFailed, helpdesk.StateUnknown},
		say: func(r *rand.Rand, texts []string) {
			p := who[r.IntN(people)]
			sim.Mangle(messengersim.Mangle{Times: 1 + r.IntN(3), Padding: []int{0, 0, 0, 3 << 20}[r.IntN(4)]})
			badly(r, func() {
				for _, text := range texts {
					p.Writes(text)
				}
			}, sim.Reversed, sim.Together)
		},
		fault: func(r *rand.Rand) {
			faults := []messengersim.Fault{
				messengersim.Broken(), messengersim.LostAnswer(), messengersim.CutAnswer(), messengersim.EarlyEcho(), messengersim.TooMany(0),
				messengersim.TooMany(90 * time.Second), messengersim.Refuse(551, 1545041, "This person isn't available right now."),
				{Status: http.StatusBadGateway},
				{Drop: true},
			}
			sim.Next(faults[r.IntN(len(faults))])
		},
	}
	out.receipts = func(r *rand.Rand, every bool) {
		sim.Flush()
		for _, p := range who {
			for _, g := range shuffled(r, p.Got(), every) {
				for _, tell := range shuffled(r, []func(){g.Delivered, g.Read, g.Delivered}, true) {
					tell()
				}
			}
		}
	}
	out.got = func() (texts []string) {
		for _, p := range who {
			texts = append(texts, p.Texts()...)
		}
		return texts
	}
	return out
}

func instagramWeather(w *world) weather {
	sim := instagramsim.New(w.t, instagramsim.Options{Now: w.clock.Now})
	account := sim.Account("shop")
	var who []*instagramsim.Customer
	for i := range people {
		who = append(who, sim.Customer(fmt.Sprint("Ann ", i)))
	}
	return weather{
		channel: instagram.New(instagram.Options{BaseURL: sim.URL(), HTTPClient: sim.Client()}), client: sim.Client(),
		settings: account.Settings(), listen: account.OnWebhook, revoke: account.Revoke, restore: account.Restore,
		ends: []helpdesk.SendState{helpdesk.StateRead}, lost: []helpdesk.SendState{helpdesk.StateFailed, helpdesk.StateUnknown},
		say: func(r *rand.Rand, texts []string) {
			p := who[r.IntN(people)]
			sim.Mangle(instagramsim.Mangle{Times: 1 + r.IntN(3), Padding: []int{0, 0, 0, 3 << 20}[r.IntN(4)]})
			badly(r, func() {
				for _, text := range texts {
					p.Writes(text)
				}
			}, sim.Reversed, sim.Together)
		},
		fault: func(r *rand.Rand) {
			faults := []instagramsim.Fault{
				instagramsim.Broken(), instagramsim.LostAnswer(), instagramsim.CutAnswer(), instagramsim.EarlyEcho(), instagramsim.TooMany(0),
				instagramsim.TooMany(90 * time.Second), instagramsim.Refuse(551, 1545041, "This person isn't available right now."),
				{Status: http.StatusBadGateway},
				{Drop: true},
			}
			sim.Next(faults[r.IntN(len(faults))])
		},
		receipts: func(r *rand.Rand, every bool) {
			sim.Flush()
			for _, p := range who {
				for _, g := range shuffled(r, p.Got(), every) {
					g.Read()
				}
			}
		},
		got: func() (texts []string) {
			for _, p := range who {
				texts = append(texts, p.Texts()...)
			}
			return texts
		},
	}
}

// telegramWeather tells of no receipts: what was taken is sent, and what nobody
// knows of stays unknown.
func telegramWeather(w *world) weather {
	sim := telegramsim.New(telegramsim.Options{Now: w.clock.Now})
	w.t.Cleanup(sim.Close)
	bot := sim.NewBot("Shop")
	var who []*telegramsim.Person
	for i := range people {
		who = append(who, bot.Person(fmt.Sprint("Ann ", i), ""))
	}
	wrote := map[string]bool{}
	return weather{
		channel: telegram.New(telegram.Options{BaseURL: sim.URL}), client: &http.Client{}, settings: []byte(`{"bot_token":"` + bot.Token() + `"}`),
		listen: func(hook func(*http.Request) error) {
			bot.DeliverTo(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if hook(r) != nil {
					w.WriteHeader(http.StatusServiceUnavailable)
				}
			}))
		},
		revoke: bot.Revoke,
		ends:   []helpdesk.SendState{helpdesk.StateSent, helpdesk.StateUnknown}, lost: []helpdesk.SendState{helpdesk.StateFailed, helpdesk.StateUnknown},
		say: func(r *rand.Rand, texts []string) {
			p := who[r.IntN(people)]
			if r.IntN(2) == 0 {
				bot.Hold()
			}
			for _, text := range texts {
				if r.IntN(3) == 0 {
					bot.Twice()
				}
				wrote[text] = true
				p.Writes(text)
			}
			bot.Release()
		},
		fault: func(r *rand.Rand) {
			faults := []telegramsim.Fault{
				telegramsim.Broken(), telegramsim.Lose(), telegramsim.Cut(), telegramsim.TooMany(90), telegramsim.Long(3 << 20),
				telegramsim.Refuse(http.StatusBadRequest, "Bad Request: chat not found"), telegramsim.Refuse(http.StatusBadGateway, "Bad Gateway"),
			}
			sim.Fail("sendMessage", faults[r.IntN(len(faults))])
		},
		receipts: func(*rand.Rand, bool) {},
		got: func() (texts []string) {
			for _, p := range who {
				for _, m := range p.Sees() {
					if !wrote[m.Text] {
						texts = append(texts, m.Text)
					}
				}
			}
			return texts
		},
	}
}
