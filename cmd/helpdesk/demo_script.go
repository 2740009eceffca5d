package main

import (
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// demoPlay is a small bicycle shop's week, invented from end to end.
type demoPlay struct {
	account  string
	agents   []demoAgent // the first is the administrator
	inboxes  []string
	widget   string // settings of the one for the website, in JSON
	teams    []demoTeam
	labels   []demoLabel
	contacts map[string]demoContact
	talks    []demoTalk
}

type demoAgent struct {
	key, name, email string
	role             helpdesk.Role
}

type demoTeam struct {
	name, description string
	members           []string
}

type demoLabel struct{ title, description, color string }

type demoContact struct{ source, name, email, phone, company, city string }

type demoTalk struct {
	contact, inbox string
	ago            time.Duration // when it began; later lines follow some minutes apart
	owner, team    string
	labels         []string
	priority       helpdesk.Priority
	status         helpdesk.Status // how it ends; "" = open
	lines          []demoLine
}

// demoLine is one message: of the customer, or by an agent.
type demoLine struct {
	by, text string
	note     bool
}

func asks(text string) demoLine        { return demoLine{text: text} }
func answers(by, text string) demoLine { return demoLine{by: by, text: text} }
func notes(by, text string) demoLine   { return demoLine{by: by, text: text, note: true} }

const (
	ana, ben, chloe = "ana", "ben", "chloe"
	website, app    = "Website", "Mobile app"
	hour, day       = time.Hour, 24 * time.Hour
)

func demoScript() demoPlay {
	return demoPlay{
		account: "Velo & Co",
		agents: []demoAgent{
			{ana, "Ana Duarte", "ana@example.com", helpdesk.Administrator},
			{ben, "Ben Okafor", "ben@example.com", helpdesk.Supervisor},
			{chloe, "Chloé Martin", "chloe@example.com", helpdesk.AgentRole},
		},
		inboxes: []string{website, app},
		widget: `{"website_url": "https://velo.example", "widget_color": "#1f5fbf", "welcome_title": "Hello from the workshop",
			"welcome_tagline": "Ask about bicycles, sizes, orders or repairs."}`,
		teams: []demoTeam{
			{"sales", "Questions before buying", []string{ana, ben}},
			{"workshop", "Repairs, spare parts and warranty", []string{ben, chloe}},
		},
		labels: []demoLabel{
			{"order", "About an order that was placed", "#1a73e8"},
			{"warranty", "Something broke", "#d93025"},
			{"billing", "Invoices and payments", "#188038"},
			{"app", "The mobile app misbehaves", "#9334e6"},
			{"vip", "Handle with care", "#f29900"},
		},
		contacts: demoContacts(),
		talks:    append(demoPast(), demoPresent()...),
	}
}

func demoContacts() map[string]demoContact {
	return map[string]demoContact{
		"maria":  {"demo-maria", "Maria Silva", "maria.silva@example.org", "+12025550101", "", "Lisbon"},
		"jonas":  {"demo-jonas", "Jonas Weber", "jonas.weber@example.org", "+12025550102", "Weber Couriers", "Hamburg"},
		"aisha":  {"demo-aisha", "Aisha Bello", "aisha.bello@example.org", "", "", "Lagos"},
		"tom":    {"demo-tom", "Tom Baker", "tom.baker@example.org", "+12025550104", "", "Leeds"},
		"yuki":   {"demo-yuki", "Yuki Tanaka", "yuki.tanaka@example.org", "", "Tanaka Design", "Osaka"},
		"elena":  {"demo-elena", "Elena Popescu", "elena.popescu@example.org", "+12025550106", "", "Cluj"},
		"sam":    {"demo-sam", "Sam O'Neill", "sam.oneill@example.org", "", "", "Cork"},
		"priya":  {"demo-priya", "Priya Nair", "priya.nair@example.org", "+12025550108", "Nair Logistics", "Pune"},
		"luca":   {"demo-luca", "Luca Moretti", "luca.moretti@example.org", "", "", "Turin"},
		"ingrid": {"demo-ingrid", "Ingrid Holm", "ingrid.holm@example.org", "+12025550110", "", "Bergen"},
		"carlos": {"demo-carlos", "Carlos Mendes", "carlos.mendes@example.org", "", "", "Recife"},
		"nora":   {"demo-nora", "", "", "", "", ""}, // a visitor who has not said who she is
	}
}

// demoPast is what is done, or put away.
func demoPast() []demoTalk {
	return []demoTalk{
		{
			contact: "maria", inbox: website, ago: 9 * day, owner: ana, labels: []string{"order"}, status: helpdesk.Resolved, lines: []demoLine{
				asks("Hello! I ordered a city bike last Friday, number 10482. Has it left your warehouse?"),
				answers(ana, "Hi Maria, it left this morning. You should have it on Thursday; the carrier will write to you the evening before."),
				asks("Perfect, thank you!"),
			},
		},
		{
			contact: "jonas", inbox: website, ago: 8 * day, owner: ben, team: "sales", status: helpdesk.Resolved, lines: []demoLine{
				asks("We need six cargo bikes for our couriers. Is there a price for companies?"),
				answers(ben, "There is: 8 % from five bikes on, and the first service is free. Shall I write you an offer?"),
				asks("Yes please, to this address."),
				answers(ben, "You have it in your mailbox. It stands for 30 days."),
			},
		},
		{
			contact: "tom", inbox: app, ago: 7 * day, owner: chloe, labels: []string{"app"}, status: helpdesk.Resolved, lines: []demoLine{
				asks("The app signs me out every time I close it."),
				answers(chloe, "Sorry about that, Tom. Version 4.2 mends it; it is in the store since yesterday."),
				asks("Updated, works."),
			},
		},
		{
			contact: "elena", inbox: website, ago: 6 * day, owner: ana, labels: []string{"billing"}, status: helpdesk.Resolved, lines: []demoLine{
				asks("My invoice has the old company name on it. Can you send a new one?"),
				answers(ana, "Of course. Which name shall it carry?"),
				asks("Just mine: Elena Popescu."),
				answers(ana, "Done, the corrected invoice is on its way to you."),
			},
		},
		{
			contact: "sam", inbox: website, ago: 5 * day, owner: chloe, team: "workshop", labels: []string{"warranty"}, status: helpdesk.Resolved, lines: []demoLine{
				asks("One spoke of my rear wheel broke after two weeks."),
				notes(chloe, "Third one of that batch. I told the workshop."),
				answers(chloe, "That should not happen, and it is covered. Bring the wheel in whenever you like, it takes ten minutes."),
			},
		},
		{
			contact: "luca", inbox: app, ago: 4 * day, owner: ben, status: helpdesk.Resolved, lines: []demoLine{
				asks("Do you ship to Turin?"),
				answers(ben, "We do, in four working days, and assembled."),
			},
		},
		{
			contact: "priya", inbox: website, ago: 3 * day, owner: ana, labels: []string{"vip", "order"}, status: helpdesk.Snoozed, lines: []demoLine{
				asks("Please deliver our twelve e-bikes only after the 20th, the yard is being paved."),
				answers(ana, "Noted, Priya. I will call the carrier on the day before and confirm a time with you."),
				notes(ana, "Put away until I can reach the carrier."),
			},
		},
		{
			contact: "ingrid", inbox: app, ago: 2 * day, owner: chloe, team: "workshop", status: helpdesk.Snoozed, lines: []demoLine{
				asks("Are winter tyres in stock for 28 inch?"),
				answers(chloe, "They arrive tomorrow. I will write to you as soon as they are here."),
			},
		},
		{
			contact: "carlos", inbox: website, ago: 30 * hour, status: helpdesk.Pending, lines: []demoLine{
				asks("Can I rent a bike for a weekend?"),
			},
		},
		{
			contact: "yuki", inbox: app, ago: 28 * hour, status: helpdesk.Pending, labels: []string{"app"}, lines: []demoLine{
				asks("The map stays empty on my tablet."),
			},
		},
	}
}

// demoPresent is what lies on the table today.
func demoPresent() []demoTalk {
	return []demoTalk{
		{
			contact: "maria", inbox: website, ago: 20 * hour, owner: ana, labels: []string{"order"}, lines: []demoLine{
				asks("The bike is here and it is lovely! Only the bell is missing."),
				answers(ana, "Thank you, Maria! A bell leaves today, with a second one as an apology."),
				asks("You are very kind. Where do I screw it on?"),
			},
		},
		{
			contact: "aisha", inbox: app, ago: 16 * hour, owner: chloe, labels: []string{"app"}, priority: helpdesk.High, lines: []demoLine{
				asks("I paid twice, the app said the first payment had failed."),
				answers(chloe, "I see both payments. One of them goes back to your card today; banks take up to three days."),
				notes(chloe, "Refund of the second payment asked for."),
			},
		},
		{
			contact: "jonas", inbox: website, ago: 9 * hour, owner: ben, team: "sales", labels: []string{"vip"}, priority: helpdesk.High, lines: []demoLine{
				asks("We would like to take the offer. Can two of the six be blue?"),
				answers(ben, "Yes, without any delay. Shall I book it like that?"),
				asks("Please do. When can we count on them?"),
			},
		},
		{
			contact: "priya", inbox: app, ago: 7 * hour, owner: ana, labels: []string{"billing", "vip"}, priority: helpdesk.Urgent, lines: []demoLine{
				asks("Our purchasing needs the invoice as one PDF before noon tomorrow."),
			},
		},
		{
			contact: "elena", inbox: website, ago: 6 * hour, owner: chloe, team: "workshop", lines: []demoLine{
				asks("My brakes squeal when it rains. Is that dangerous?"),
				answers(chloe, "It is only annoying: the pads are glazed. Would you like to come by on Saturday?"),
			},
		},
		{
			contact: "tom", inbox: website, ago: 5 * hour, team: "sales", lines: []demoLine{
				asks("Which lock would you take for a bike that sleeps in the street?"),
			},
		},
		{
			contact: "sam", inbox: app, ago: 3 * hour, labels: []string{"warranty"}, priority: helpdesk.Medium, lines: []demoLine{
				asks("Another spoke. Same wheel."),
				asks("I would rather have a new wheel this time."),
			},
		},
		{
			contact: "luca", inbox: app, ago: 2 * hour, lines: []demoLine{
				asks("Il sito non accetta il mio codice postale, 10121."),
			},
		},
		{
			contact: "ingrid", inbox: website, ago: hour, labels: []string{"order"}, lines: []demoLine{
				asks("Can I still change the colour of order 10533? 🙏"),
			},
		},
		{
			contact: "carlos", inbox: app, ago: 40 * time.Minute, lines: []demoLine{
				asks("How do I reset my password?"),
			},
		},
		{
			contact: "nora", inbox: website, ago: 15 * time.Minute, lines: []demoLine{
				asks("Hi, are you open on Sunday?"),
			},
		},
	}
}
