package helpdesk

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// RuleAction is one thing that a macro or an automation rule does to a
// conversation. Values are what it needs: ids, texts, or nothing; they are kept
// as they were given.
type RuleAction struct {
	Name   RuleActionName `json:"name"`
	Values []any          `json:"values,omitempty"`
}

// RuleActionName names an action. Those below are all there are; any other is
// refused when it is saved.
type RuleActionName string

const (
	DoAssignAgent     RuleActionName = "assign_agent"               // an agent's id, "nil" for nobody, or "self" for who runs it
	DoAssignTeam      RuleActionName = "assign_team"                // a team's id; nothing, 0 or "nil" for none
	DoRemoveTeam      RuleActionName = "remove_assigned_team"       //
	DoAddLabel        RuleActionName = "add_label"                  // titles
	DoRemoveLabel     RuleActionName = "remove_label"               // titles
	DoChangeStatus    RuleActionName = "change_status"              // a Status
	DoOpen            RuleActionName = "open_conversation"          //
	DoResolve         RuleActionName = "resolve_conversation"       //
	DoSnooze          RuleActionName = "snooze_conversation"        // until the customer answers
	DoMute            RuleActionName = "mute_conversation"          //
	DoChangePriority  RuleActionName = "change_priority"            // a Priority, or "nil" for none
	DoSendMessage     RuleActionName = "send_message"               // a text
	DoAddNote         RuleActionName = "add_private_note"           // a text
	DoSendAttachment  RuleActionName = "send_attachment"            // the key of a file of the macro or rule, or the name of one handed over with it
	DoSendWebhook     RuleActionName = "send_webhook_event"         // an http or https address
	DoSendEmailToTeam RuleActionName = "send_email_to_team"         // {"team_ids": [ids], "message": text}
	DoCancel          RuleActionName = "cancel"                     // of rules: neither the actions after it, nor the rules after this one
	DoSetAttribute    RuleActionName = "set_conversation_attribute" // a key and a value; no value takes it away
	DoSetContact      RuleActionName = "set_contact_attribute"      // likewise, of the contact
	DoStartFlow       RuleActionName = "start_flow"                 // a flow's id; refused where one runs
	DoAddSLA          RuleActionName = "add_sla"                    // the id of an SLA policy; refused where another is set
	DoSendTranscript  RuleActionName = "send_email_transcript"      // e-mail addresses, up to ten; a comma divides them too
)

const maxRuleActions = 50 // of one macro or rule

// ruleAction is a row of the table of actions.
type ruleAction struct {
	needs Action // what its actor must be allowed; "" = it asks itself
	// check says what is wrong with the values; "" = nothing.
	check func(u *unit, a RuleAction, files []KeptFile) string
	// run does it to a conversation that is loaded, locked and visible. A
	// refusal must leave the conversation as it was.
	run func(u *unit, c *Conversation, a RuleAction, w *actionWork) error
}

// ruleActions is everything a macro or a rule can do.
func ruleActions() map[RuleActionName]ruleAction {
	return map[RuleActionName]ruleAction{
		DoAssignAgent: {"", checkAgent, (*unit).doAssignAgent},
		DoAssignTeam:  {AssignConversation, checkTeam, (*unit).doAssignTeam},
		DoRemoveTeam:  {AssignConversation, checkNothing, func(u *unit, c *Conversation, _ RuleAction, _ *actionWork) error { return u.setTeam(c, 0) }},
		DoAddLabel:    {EditConversation, checkTitles, (*unit).doAddLabel},
		DoRemoveLabel: {EditConversation, checkTitles, (*unit).doRemoveLabel},
		DoChangeStatus: {EditConversation, checkStatus, func(u *unit, c *Conversation, a RuleAction, _ *actionWork) error {
			return u.moveStatus(c, Status(a.text()))
		}},
		DoOpen:            {EditConversation, checkNothing, moveTo(Open)},
		DoResolve:         {EditConversation, checkNothing, moveTo(Resolved)},
		DoSnooze:          {EditConversation, checkNothing, moveTo(Snoozed)},
		DoMute:            {EditConversation, checkNothing, func(u *unit, c *Conversation, _ RuleAction, _ *actionWork) error { return u.setMuted(c, true) }},
		DoChangePriority:  {EditConversation, checkPriority, (*unit).doChangePriority},
		DoSendMessage:     {ReplyConversation, checkText, (*unit).doReply},
		DoAddNote:         {ReplyConversation, checkText, (*unit).doReply},
		DoSendAttachment:  {ReplyConversation, checkFile, (*unit).doReply},
		DoSendWebhook:     {EditConversation, checkAddress, (*unit).doSendWebhook},
		DoSendEmailToTeam: {EditConversation, checkTeamMail, (*unit).doSendEmailToTeam},
		DoCancel:          {"", checkNothing, func(*unit, *Conversation, RuleAction, *actionWork) error { return nil }},
		DoSetAttribute:    {EditConversation, checkAttribute(ConversationAttribute), (*unit).doSetAttribute},
		DoSetContact:      {EditContact, checkAttribute(ContactAttribute), (*unit).doSetContact},
		DoStartFlow:       {EditConversation, checkFlow, (*unit).doStartFlow},
		DoAddSLA:          {EditConversation, checkSLA, (*unit).doAddSLA},
		DoSendTranscript:  {ReplyConversation, checkTranscript, (*unit).doSendTranscript},
	}
}

// checkActions cleans the actions of a macro or a rule, says what is wrong with
// each, and returns them with every file named by its key.
func (u *unit) checkActions(p problems, actions []RuleAction, files []KeptFile) []RuleAction {
	p.add(len(actions) == 0, "actions", "can't be blank")
	p.add(len(actions) > maxRuleActions, "actions", fmt.Sprintf("are too many (maximum is %d)", maxRuleActions))
	table := ruleActions()
	out := make([]RuleAction, len(actions))
	var wrong []string
	for i, a := range actions {
		values, _ := cleanValue(a.Values).([]any)
		a = RuleAction{RuleActionName(clean(string(a.Name))), values}
		if a.Name == DoSendAttachment {
			a = namedFile(a, files)
		}
		out[i] = a
		row, known := table[a.Name]
		if !known {
			wrong = append(wrong, fmt.Sprintf("%q is not supported", a.Name))
		} else if what := row.check(u, a, files); what != "" {
			wrong = append(wrong, string(a.Name)+" "+what)
		}
	}
	p.add(len(wrong) > 0, "actions", strings.Join(wrong, "; "))
	return out
}

// setActions replaces the actions of a macro or a rule, or with nil leaves them.
// Those that stay are not checked again, so that what they name may be deleted;
// but no file goes that they send.
func (u *unit) setActions(p problems, actions *[]RuleAction, given []RuleAction, files []KeptFile) {
	if given != nil {
		*actions = u.checkActions(p, given, files)
		return
	}
	for _, a := range *actions {
		p.add(a.Name == DoSendAttachment && checkFile(u, a, files) != "", "files", "must hold what the actions send")
	}
}

// namedFile turns the name of a file into its key.
func namedFile(a RuleAction, files []KeptFile) RuleAction {
	if _, ok := keptFile(files, a.text()); ok {
		return a
	}
	i := slices.IndexFunc(files, func(f KeptFile) bool { return f.Name != "" && f.Name == a.text() })
	if i >= 0 {
		a.Values = []any{files[i].Key}
	}
	return a
}

// text is the first value as a text.
func (a RuleAction) text() string {
	if len(a.Values) == 0 {
		return ""
	}
	s, _ := a.Values[0].(string)
	return strings.TrimSpace(s)
}

// id is the first value as an id: 0 when there is none, or it says "nil".
func (a RuleAction) id() (id int64, ok bool) {
	if len(a.Values) == 0 || a.Values[0] == nil {
		return 0, true
	}
	return idOf(a.Values[0])
}

// idOf reads an id that was given as a number or a text.
func idOf(v any) (id int64, ok bool) {
	switch v := v.(type) {
	case string:
		if v = strings.TrimSpace(v); v == "" || v == "nil" {
			return 0, true
		}
		id, err := strconv.ParseInt(v, 10, 64)
		return id, err == nil && id >= 0
	case float64:
		return int64(v), v >= 0 && v == float64(int64(v))
	case int:
		return int64(v), v >= 0
	case int64:
		return v, v >= 0
	default:
		return 0, false
	}
}

// titles are all values as label titles.
func (a RuleAction) titles() []string {
	var out []string
	for _, v := range a.Values {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return normalTitles(out)
}

func checkNothing(*unit, RuleAction, []KeptFile) string { return "" }

func checkAgent(u *unit, a RuleAction, _ []KeptFile) string {
	if a.text() == "self" {
		return ""
	}
	id, ok := a.id()
	if !ok || len(a.Values) == 0 || id != 0 && u.cfg.agents[AgentID(id)] == nil {
		return `must name an agent of the account, "nil" or "self"`
	}
	return ""
}

func checkTeam(u *unit, a RuleAction, _ []KeptFile) string {
	if id, ok := a.id(); !ok || id != 0 && u.cfg.teams[TeamID(id)] == nil {
		return `must name a team of the account, or "nil"`
	}
	return ""
}

func checkTitles(_ *unit, a RuleAction, _ []KeptFile) string {
	titles := a.titles()
	if len(titles) == 0 || len(titles) > len(a.Values) {
		return "must name labels"
	}
	if slices.ContainsFunc(titles, func(t string) bool { return tooLong(t, 255) }) {
		return "names a label that is too long (maximum is 255 characters)"
	}
	return ""
}

func checkStatus(_ *unit, a RuleAction, _ []KeptFile) string {
	if !knownStatus(Status(a.text())) {
		return "must be open, pending, snoozed or resolved"
	}
	return ""
}

func checkPriority(_ *unit, a RuleAction, _ []KeptFile) string {
	if !slices.Contains([]Priority{"", "nil", Low, Medium, High, Urgent}, Priority(a.text())) {
		return `must be low, medium, high, urgent or "nil"`
	}
	return ""
}

func checkText(_ *unit, a RuleAction, _ []KeptFile) string {
	if a.text() == "" {
		return "must hold a text"
	}
	if tooLong(a.text(), maxContent) {
		return "is too long (maximum is 150000 characters)"
	}
	return ""
}

func checkFile(_ *unit, a RuleAction, files []KeptFile) string {
	if _, ok := keptFile(files, a.text()); !ok {
		return "must name one of the files"
	}
	return ""
}

func checkAddress(_ *unit, a RuleAction, _ []KeptFile) string {
	if !webURL(a.text()) || tooLong(a.text(), 2048) {
		return "must hold an http or https address of at most 2048 characters"
	}
	return ""
}

func checkTeamMail(u *unit, a RuleAction, _ []KeptFile) string {
	if u.e.opts.Mailer == nil {
		return "needs a mailer, and this desk has none"
	}
	teams, message := a.teamMail()
	unknown := func(id TeamID) bool { return u.cfg.teams[id] == nil }
	if len(teams) == 0 || slices.ContainsFunc(teams, unknown) || message == "" {
		return "must hold teams of the account and a message"
	}
	return ""
}

// teamMail reads the values of send_email_to_team.
func (a RuleAction) teamMail() (teams []TeamID, message string) {
	if len(a.Values) == 0 {
		return nil, ""
	}
	in, _ := a.Values[0].(map[string]any)
	ids, _ := in["team_ids"].([]any)
	for _, v := range ids {
		id, ok := idOf(v)
		if !ok {
			return nil, ""
		}
		teams = append(teams, TeamID(id))
	}
	message, _ = in["message"].(string)
	return teams, strings.TrimSpace(message)
}

func (u *unit) doAssignAgent(c *Conversation, a RuleAction, _ *actionWork) error {
	id, _ := a.id()
	to := AgentID(id)
	if a.text() == "self" {
		if to = u.selfID(); to == 0 {
			return Errorf(Unsupported, "whoever runs this is no agent")
		}
	}
	return u.reassign(c, Assignment{To: to})
}

func (u *unit) doAssignTeam(c *Conversation, a RuleAction, _ *actionWork) error {
	id, _ := a.id()
	return u.setTeam(c, TeamID(id))
}

func (u *unit) doAddLabel(c *Conversation, a RuleAction, _ *actionWork) error {
	return u.setLabels(c, append(u.cfg.labelTitles(c.Labels), a.titles()...))
}

func (u *unit) doRemoveLabel(c *Conversation, a RuleAction, _ *actionWork) error {
	return u.setLabels(c, without(u.cfg.labelTitles(c.Labels), a.titles()))
}

func (u *unit) doChangePriority(c *Conversation, a RuleAction, _ *actionWork) error {
	to := Priority(a.text())
	if to == "nil" {
		to = ""
	}
	u.setPriority(c, to)
	return nil
}

func moveTo(to Status) func(*unit, *Conversation, RuleAction, *actionWork) error {
	return func(u *unit, c *Conversation, _ RuleAction, _ *actionWork) error { return u.moveStatus(c, to) }
}

// moveStatus is changeStatus for those who do not say until when.
func (u *unit) moveStatus(c *Conversation, to Status) error {
	if c.Status == to {
		return nil
	}
	return u.changeStatus(c, to, time.Time{})
}

// doReply sends what was prepared before the transaction.
func (u *unit) doReply(c *Conversation, _ RuleAction, w *actionWork) error {
	if w.failed != nil {
		return w.failed
	}
	r := *w.reply
	r.literal = false // people wrote it, also where a bot runs the macro
	_, err := u.appendReply(c, r)
	w.taken = err == nil
	return err
}

func (u *unit) doSendWebhook(c *Conversation, a RuleAction, w *actionWork) error {
	u.enqueue(&Job{Kind: jobActionPost, Args: args(actionPost{
		UID: "msg_" + newToken(), URL: a.text(), Event: w.event, Conversation: c.ID, At: u.now,
	})})
	return nil
}

func (u *unit) doSendEmailToTeam(c *Conversation, a RuleAction, _ *actionWork) error {
	teams, message := a.teamMail()
	message, err := u.fillReply(c, message)
	if err != nil {
		return err
	}
	var to []string
	for _, team := range teams {
		for _, id := range u.cfg.teamMembers[team] {
			if agent := u.cfg.agents[id]; agent != nil && agent.Email != "" {
				to = append(to, agent.Email)
			}
		}
	}
	slices.Sort(to)
	for _, address := range slices.Compact(to) { // one each: nobody learns who else gets it
		subject := fmt.Sprintf("[#%d] %s", c.Display, cmp.Or(u.cfg.account.Name, "helpdesk"))
		if err := u.mail(Mail{To: []string{address}, Subject: subject, Text: message}); err != nil {
			return err
		}
	}
	return nil
}
