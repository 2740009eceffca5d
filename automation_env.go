package helpdesk

import (
	"encoding/json"
	"maps"
	"strings"
	"time"
)

// RuleEnv is everything that a rule's expression can name. It holds values and
// maps of values: there is nothing to call, and nothing is nil. What a record does
// not have is "", 0, false or an empty list; what is not in a map of numbers is 0,
// and `"key" in contact.numbers` tells whether it is there.
type RuleEnv struct {
	Event        string                `expr:"event"`        // "message.created", …
	Today        string                `expr:"today"`        // YYYY-MM-DD in the account's time zone, as all days here
	Conversation RuleConversation      `expr:"conversation"` //
	Contact      RuleContact           `expr:"contact"`      // the conversation's
	Message      RuleMessage           `expr:"message"`      // of message.created; otherwise empty
	Changed      map[string]RuleChange `expr:"changed"`      // of conversation.updated: the fields that changed
	Folded       RuleTexts             `expr:"folded"`       // texts without case, for comparing
}

// RuleConversation is a conversation as a rule sees it. Ids are those of the API;
// 0 is nobody and none.
type RuleConversation struct {
	DisplayID       int      `expr:"display_id"`
	Status          string   `expr:"status"`
	Priority        string   `expr:"priority"`
	AssigneeID      int      `expr:"assignee_id"`
	InboxID         int      `expr:"inbox_id"`
	TeamID          int      `expr:"team_id"`
	CampaignID      float64  `expr:"campaign_id"`
	HasCampaign     bool     `expr:"has_campaign"`
	Labels          []string `expr:"labels"`
	Muted           bool     `expr:"muted"`
	CreatedDay      string   `expr:"created_day"`
	LastActivityDay string   `expr:"last_activity_day"`
	Age             int      `expr:"age"` // in days, by the calendar
	LastActivityAge int      `expr:"last_activity_age"`
	CreatedAt       int      `expr:"created_at"` // seconds since 1970
	WaitingSince    int      `expr:"waiting_since"`

	RuleAttributes
}

// RuleContact is a contact as a rule sees it.
type RuleContact struct {
	Name            string   `expr:"name"`
	Email           string   `expr:"email"`
	PhoneNumber     string   `expr:"phone_number"`
	Identifier      string   `expr:"identifier"`
	CountryCode     string   `expr:"country_code"`
	City            string   `expr:"city"`
	Company         string   `expr:"company"`
	Labels          []string `expr:"labels"`
	Blocked         bool     `expr:"blocked"`
	CreatedDay      string   `expr:"created_day"`
	LastActivityDay string   `expr:"last_activity_day"`
	Age             int      `expr:"age"` // in days, by the calendar
	LastActivityAge int      `expr:"last_activity_age"`

	RuleAttributes
}

// RuleAttributes are the custom attributes of a record: as they are, and read as
// what their definitions may say. Texts are folded.
type RuleAttributes struct {
	Attributes map[string]any     `expr:"attributes"`
	Texts      map[string]string  `expr:"texts"`
	Numbers    map[string]float64 `expr:"numbers"`
	Days       map[string]string  `expr:"days"`
	Ages       map[string]int     `expr:"ages"` // of dates: how many days ago; less than 0 is ahead
	Checks     map[string]bool    `expr:"checks"`
}

// RuleMessage is a message as a rule sees it.
type RuleMessage struct {
	Type    string `expr:"type"` // "incoming", "outgoing", "template"
	Private bool   `expr:"private"`
	Content string `expr:"content"`
	Files   int    `expr:"files"` // how many
}

// RuleChange is one field of conversation.updated, before and after: "" is none.
// Lists are written with commas.
type RuleChange struct {
	From string `expr:"from"`
	To   string `expr:"to"`
}

// RuleTexts are the texts that conditions compare, folded.
type RuleTexts struct {
	Content              string `expr:"content"`
	Name                 string `expr:"name"`
	Email                string `expr:"email"`
	PhoneNumber          string `expr:"phone_number"`
	Identifier           string `expr:"identifier"`
	CountryCode          string `expr:"country_code"`
	City                 string `expr:"city"`
	Company              string `expr:"company"`
	BrowserLanguage      string `expr:"browser_language"`
	ConversationLanguage string `expr:"conversation_language"`
	Referer              string `expr:"referer"`
	MailSubject          string `expr:"mail_subject"`
}

// Bounds of what an expression goes through.
const (
	maxEnvLabels  = 100
	maxEnvContent = 20_000 // characters of a message that rules read
)

// ruleEnv gathers what rules see of a conversation and what happened to it.
func (u *unit) ruleEnv(c *Conversation, t trigger) (*RuleEnv, error) {
	contact, err := u.tx.Contacts().Get(u.ctx, c.Contact)
	if err != nil {
		return nil, err
	}
	day := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(u.cfg.zone).Format(time.DateOnly)
	}
	extra := func(key string) string { s, _ := c.Extra[key].(string); return fold(s) }
	env := &RuleEnv{
		Event: string(t.ev.Kind), Today: day(u.now), Changed: t.changed,
		Conversation: RuleConversation{
			DisplayID: int(c.Display), Status: string(c.Status), Priority: string(c.Priority),
			AssigneeID: int(c.Assignee), InboxID: int(c.Inbox), TeamID: int(c.Team),
			Labels: u.envLabels(c.Labels), Muted: c.Muted, CreatedDay: day(c.CreatedAt), LastActivityDay: day(c.LastActivity),
			CreatedAt: int(c.CreatedAt.Unix()), RuleAttributes: u.ruleAttributes(c.Attributes),
			Age: u.age(day(c.CreatedAt)), LastActivityAge: u.age(day(c.LastActivity)),
		},
		Contact: RuleContact{
			Name: contact.Name, Email: contact.Email, PhoneNumber: contact.Phone, Identifier: contact.Identifier,
			CountryCode: contact.Country, City: contact.City, Company: contact.Company,
			Labels: u.envLabels(contact.Labels), Blocked: contact.Blocked, CreatedDay: day(contact.CreatedAt),
			LastActivityDay: day(contact.LastActivityAt), RuleAttributes: u.ruleAttributes(contact.Attributes),
			Age: u.age(day(contact.CreatedAt)), LastActivityAge: u.age(day(contact.LastActivityAt)),
		},
		Folded: RuleTexts{
			Name: fold(contact.Name), Email: fold(contact.Email), PhoneNumber: fold(contact.Phone), Identifier: fold(contact.Identifier),
			CountryCode: fold(contact.Country), City: fold(contact.City), Company: fold(contact.Company),
			BrowserLanguage: extra("browser_language"), ConversationLanguage: extra("conversation_language"),
			Referer: extra("referer"), MailSubject: extra("mail_subject"),
		},
	}
	if !c.WaitingSince.IsZero() {
		env.Conversation.WaitingSince = int(c.WaitingSince.Unix())
	}
	if n := ReadingsOf(c.Extra["campaign_id"]).Number; n != nil {
		env.Conversation.CampaignID, env.Conversation.HasCampaign = *n, true
	}
	if m := t.m; m != nil {
		content := clip(m.Content, maxEnvContent)
		env.Message = RuleMessage{Type: string(m.Kind), Private: m.Private, Content: content, Files: len(m.Attachments)}
		env.Folded.Content = fold(content)
	}
	return env, nil
}

func (u *unit) envLabels(ids []LabelID) []string {
	titles := u.cfg.labelTitles(ids)
	return titles[:min(len(titles), maxEnvLabels)]
}

// ruleAttributes reads attributes in every way that a condition may.
func (u *unit) ruleAttributes(values map[string]any) RuleAttributes {
	out := RuleAttributes{Attributes: values}
	if len(values) == 0 {
		return out
	}
	out.Texts, out.Numbers = make(map[string]string, len(values)), make(map[string]float64)
	out.Days, out.Ages, out.Checks = make(map[string]string), make(map[string]int), make(map[string]bool)
	for key, v := range values {
		read := ReadingsOf(v)
		if read.Text != "" {
			out.Texts[key] = read.Text
		}
		if read.Number != nil {
			out.Numbers[key] = *read.Number
		}
		if read.Day != "" {
			out.Days[key], out.Ages[key] = read.Day, u.age(read.Day)
		}
		if read.Check != nil {
			out.Checks[key] = *read.Check
		}
	}
	return out
}

// age is how many days ago a day was, in the account's time zone.
func (u *unit) age(day string) int {
	then, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0
	}
	today, _ := time.Parse(time.DateOnly, u.now.In(u.cfg.zone).Format(time.DateOnly))
	return int(today.Sub(then) / (24 * time.Hour))
}

// mergeChanges lays what changed later over what changed before: a field's first
// value and its last.
func mergeChanges(before map[string]RuleChange, details map[string]Change) map[string]RuleChange {
	out := maps.Clone(before)
	if out == nil {
		out = make(map[string]RuleChange, len(details))
	}
	for field, ch := range details {
		now := RuleChange{jsonText(ch.Before), jsonText(ch.After)}
		if earlier, ok := out[field]; ok {
			now.From = earlier.From
		}
		out[field] = now
	}
	return out
}

// jsonText is a value of a change as a text.
func jsonText(raw json.RawMessage) string {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return ""
	}
	if list, ok := v.([]any); ok {
		parts := make([]string, 0, len(list))
		for _, one := range list {
			text, _ := valueText(one)
			parts = append(parts, text)
		}
		return strings.Join(parts, ",")
	}
	text, _ := valueText(v)
	if text == "0" { // an id: nobody
		return ""
	}
	return text
}
