package dashboard

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// inboxPage is one inbox, under one of its tabs.
type inboxPage struct {
	*call
	Box        *helpdesk.Inbox
	Icon       string
	KindName   string
	State, Why string
	Tab        string
	Tabs       []navItem

	Form     *form // what the tab asks
	Copies   *form // what is to be copied to somewhere else
	Steps    []string
	Hours    *hoursForm
	PreChat  []preChatRow
	Script   string
	Checks   bool // the provider can be asked
	Health   *helpdesk.Health
	NoAnswer string // why nobody can tell

	Templates []templateRow
}

// inboxTab is a part of an inbox's settings.
type inboxTab struct {
	key  string
	has  func(c *call, b *helpdesk.Inbox) bool
	show func(p *inboxPage) error
	save func(p *inboxPage, in input) error
}

func inboxTabs() []inboxTab {
	always := func(*call, *helpdesk.Inbox) bool { return true }
	return []inboxTab{
		{"general", always, (*inboxPage).showGeneral, (*inboxPage).saveGeneral},
		{"connection", func(_ *call, b *helpdesk.Inbox) bool { return b.Kind != widgetKind }, (*inboxPage).showConnection, (*inboxPage).saveConnection},
		{"widget", func(_ *call, b *helpdesk.Inbox) bool { return b.Kind == widgetKind }, (*inboxPage).showWidget, (*inboxPage).saveWidget},
		{"members", always, (*inboxPage).showMembers, (*inboxPage).saveMembers},
		{"hours", always, (*inboxPage).showHours, (*inboxPage).saveHours},
		{"assignment", always, (*inboxPage).showAssignment, (*inboxPage).saveAssignment},
		{"bot", always, (*inboxPage).showBot, (*inboxPage).saveBot},
		{"templates", (*call).hasTemplates, (*inboxPage).showTemplates, nil},
	}
}

// Words is for templates.
func (p *inboxPage) Words(key string) string { return p.T("inboxes." + key) }

// Base is the address of the inbox.
func (p *inboxPage) Base() string { return p.path("/settings/inboxes/", str(p.Box.ID)) }

// inboxPage reads the inbox of the path, and its tabs.
func (c *call) inboxPage(tab string) (*inboxPage, *inboxTab, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, nil, err
	}
	b, err := c.desk.Inboxes.Get(c.ctx(), helpdesk.InboxID(id))
	if err != nil {
		return nil, nil, err
	}
	p := &inboxPage{call: c, Box: b, Icon: channelIcon(b.Kind), KindName: c.kindName(b.Kind), Tab: tab}
	p.State, p.Why = c.inboxState(b)
	var found *inboxTab
	for _, t := range inboxTabs() {
		if !t.has(c, b) {
			continue
		}
		p.Tabs = append(p.Tabs, navItem{Name: c.say("inboxes", "tab_", t.key), To: p.Base() + "/" + t.key, Current: t.key == tab})
		if t.key == tab {
			found = &t
		}
	}
	if found == nil {
		return nil, nil, helpdesk.NotFound
	}
	return p, found, nil
}

func (c *call) inboxFirst() error {
	id, err := c.id("id")
	if err != nil {
		return err
	}
	return redirect(c.path("/settings/inboxes/", str(id), "/general"))
}

func (c *call) inboxShow() error {
	p, tab, err := c.inboxPage(c.r.PathValue("tab"))
	if err != nil {
		return err
	}
	if err := tab.show(p); err != nil {
		return err
	}
	return c.render("settings/inbox", http.StatusOK, p)
}

func (c *call) inboxSave() error {
	p, tab, err := c.inboxPage(c.r.PathValue("tab"))
	if err != nil {
		return err
	}
	if tab.save == nil {
		return helpdesk.NotFound
	}
	in, err := c.input()
	if err != nil {
		return err
	}
	err = tab.save(p, in)
	if err == nil {
		return c.done(p.Base()+"/"+tab.key, "common.saved")
	}
	if code := helpdesk.CodeOf(err); code != helpdesk.Invalid && code != helpdesk.Conflict && code != helpdesk.Unsupported {
		return err
	}
	if failed := tab.show(p); failed != nil {
		return failed
	}
	if p.Hours != nil {
		p.Hours = c.readHours(in)
		if err = p.Hours.refuse(err); err == nil {
			err = bad(map[string]string{"": ""})
		}
	}
	p.Form.refuse(c, err)
	p.Form.Problem = strings.Trim(p.Form.Problem, "; ")
	p.Form.fill(in.Values)
	p.fillPreChat(in)
	return c.render("settings/inbox", http.StatusUnprocessableEntity, p)
}

func (p *inboxPage) showGeneral() error {
	b, k := p.Box, p.Box.KeepAlive
	p.Form = p.ask("inboxes",
		field{Name: "name", Kind: asText, Value: b.Name, Required: true},
		field{Name: "avatar", Kind: asFile, Accept: "image/*"},
		field{Name: "active", Kind: asSwitch, Value: yesNo(b.Active)},
		field{Name: "active_contact", Kind: asSwitch, Value: yesNo(b.ActiveContact)},
		field{Name: "lock_to_single_conversation", Kind: asSwitch, Value: yesNo(b.Single)},
		field{Name: "csat_survey_enabled", Kind: asSwitch, Value: yesNo(b.CSATEnabled)},
		field{Name: "enable_email_collect", Kind: asSwitch, Value: yesNo(b.EmailCollect)},
		field{Name: "opt_out_words", Kind: asSwitch, Value: yesNo(b.OptOutWords)},
		field{Name: "greeting", Kind: asHeading},
		field{Name: "greeting_enabled", Kind: asSwitch, Value: yesNo(b.GreetingEnabled)},
		field{Name: "greeting_message", Kind: asArea, Value: b.Greeting},
		field{Name: "keep_alive", Kind: asHeading},
		field{Name: "keep_alive_active", Kind: asSwitch, Value: yesNo(k.Active)},
		field{Name: "inactivity", Kind: asNumber, Value: numberText(k.Inactivity)},
		field{Name: "inactivity_message", Kind: asArea, Value: k.InactivityMessage},
		field{Name: "finalisation", Kind: asNumber, Value: numberText(k.Finalisation)},
		field{Name: "finalisation_message", Kind: asArea, Value: k.FinalisationMessage},
		field{Name: "alarm", Kind: asHeading},
		field{Name: "silence_alarm_hours", Kind: asNumber, Value: numberText(b.SilenceAlarm)},
	)
	return nil
}

// numberText is a number as a field shows it: none is empty.
func numberText(n int) string {
	if n == 0 {
		return ""
	}
	return str(n)
}

func (p *inboxPage) saveGeneral(in input) error {
	problems := map[string]string{}
	change := helpdesk.InboxInput{
		Name: in.text("name"), Active: in.yes("active"), ActiveContact: in.yes("active_contact"), Single: in.yes("lock_to_single_conversation"),
		CSATEnabled: in.yes("csat_survey_enabled"), EmailCollect: in.yes("enable_email_collect"), OptOutWords: in.yes("opt_out_words"),
		GreetingEnabled: in.yes("greeting_enabled"), Greeting: in.area("greeting_message"), SilenceAlarm: in.number("silence_alarm_hours", problems),
		KeepAlive: &helpdesk.KeepAliveInput{
			Active: in.yes("keep_alive_active"), Inactivity: in.number("inactivity", problems), InactivityMessage: in.area("inactivity_message"),
			Finalisation: in.number("finalisation", problems), FinalisationMessage: in.area("finalisation_message"),
		},
	}
	if err := bad(problems); err != nil {
		return err
	}
	files, done, err := p.uploads("avatar")
	if err != nil {
		return err
	}
	defer done()
	if len(files) > 0 {
		change.Avatar = &files[0]
	}
	_, err = p.desk.Inboxes.Update(p.ctx(), p.Box.ID, change)
	return err
}

func (p *inboxPage) showMembers() error {
	options, err := p.agentOptions()
	if err != nil {
		return err
	}
	members, err := p.desk.Inboxes.Members(p.ctx(), p.Box.ID)
	var chosen []string
	for _, a := range members {
		chosen = append(chosen, str(a.ID))
	}
	p.Form = p.ask("inboxes", field{Name: "members", Kind: asChoices, Options: options, Values: chosen})
	return err
}

// saveMembers leaves bots, which the form does not show, where they are.
func (p *inboxPage) saveMembers(in input) error {
	who := ids[helpdesk.AgentID](in, "members")
	members, err := p.desk.Inboxes.Members(p.ctx(), p.Box.ID)
	if err != nil {
		return err
	}
	for _, a := range members {
		if a.Bot {
			who = append(who, a.ID)
		}
	}
	return p.desk.Inboxes.SetMembers(p.ctx(), p.Box.ID, helpdesk.ReplaceMembers, who...)
}

func (p *inboxPage) showHours() error {
	p.Hours = p.hoursForm(p.Box.WorkingHours)
	p.Form = p.ask("inboxes", field{Name: "out_of_office_message", Kind: asArea, Value: p.Box.OutOfOffice})
	return nil
}

func (p *inboxPage) saveHours(in input) error {
	f := p.readHours(in)
	week, holidays, err := f.Week()
	if err != nil {
		return err
	}
	_, err = p.desk.Inboxes.Update(p.ctx(), p.Box.ID, helpdesk.InboxInput{
		HoursEnabled: &f.Enabled, Timezone: &f.Zone, Hours: week, Holidays: holidays, OutOfOffice: in.area("out_of_office_message"),
	})
	return err
}

func (p *inboxPage) showAssignment() error {
	policies, _, err := p.desk.AssignmentPolicies.List(p.ctx())
	options := append([]option{{Value: "0", Label: p.T("inboxes.no_policy")}}, optionsOf(policies, func(a *helpdesk.AssignmentPolicy) option {
		return option{Value: str(a.ID), Label: a.Name}
	})...)
	p.Form = p.ask("inboxes",
		field{Name: "enable_auto_assignment", Kind: asSwitch, Value: yesNo(p.Box.AutoAssign)},
		field{Name: "max_assignment_limit", Kind: asNumber, Value: numberText(p.Box.OpenLimit)},
		field{Name: "policy", Kind: asSelect, Value: str(p.Box.Policy), Options: options},
	)
	return err
}

func (p *inboxPage) saveAssignment(in input) error {
	problems := map[string]string{}
	limit := in.number("max_assignment_limit", problems)
	if err := bad(problems); err != nil {
		return err
	}
	if _, err := p.desk.Inboxes.Update(p.ctx(), p.Box.ID, helpdesk.InboxInput{AutoAssign: in.yes("enable_auto_assignment"), OpenLimit: limit}); err != nil {
		return err
	}
	switch policy := helpdesk.PolicyID(in.id("policy")); {
	case policy == p.Box.Policy:
		return nil
	case policy == 0:
		return p.desk.AssignmentPolicies.Detach(p.ctx(), p.Box.ID)
	default:
		_, err := p.desk.AssignmentPolicies.Attach(p.ctx(), p.Box.ID, policy)
		return err
	}
}

func (p *inboxPage) showBot() error {
	bots, err := p.desk.Bots.List(p.ctx())
	if err != nil {
		return err
	}
	flows, err := p.desk.Flows.List(p.ctx())
	none := []option{{Value: "0", Label: p.T("common.none")}}
	flowOptions := append(slices.Clone(none), optionsOf(flows, func(f *helpdesk.Flow) option { return option{Value: str(f.ID), Label: f.Name} })...)
	p.Form = p.ask("inboxes",
		field{Name: "bot", Kind: asSelect, Value: str(p.Box.Bot), Options: append(none, optionsOf(bots, func(b *helpdesk.Bot) option {
			return option{Value: str(b.ID), Label: cmp.Or(b.Name, str(b.ID))}
		})...)},
		field{Name: "entry_flow_id", Kind: asSelect, Value: str(p.Box.EntryFlow), Options: flowOptions},
		field{Name: "exit_flow_id", Kind: asSelect, Value: str(p.Box.ExitFlow), Options: flowOptions},
	)
	return err
}

func (p *inboxPage) saveBot(in input) error {
	entry, exit := helpdesk.FlowID(in.id("entry_flow_id")), helpdesk.FlowID(in.id("exit_flow_id"))
	if _, err := p.desk.Inboxes.Update(p.ctx(), p.Box.ID, helpdesk.InboxInput{EntryFlow: &entry, ExitFlow: &exit}); err != nil {
		return err
	}
	if bot := helpdesk.AgentID(in.id("bot")); bot != p.Box.Bot {
		_, err := p.desk.Inboxes.SetBot(p.ctx(), p.Box.ID, bot)
		return err
	}
	return nil
}
