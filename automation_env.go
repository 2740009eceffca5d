package helpdesk

import (
	"bytes"
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
	Changed      map[string]RuleChange `expr:"changed"`      // of conversation.updated: the fields that changed, and "custom_attributes.key"
	Folded       RuleTexts             `expr:"folded"`       // texts without case, for comparing
}

// RuleConversation is a conversation as a rule sees it. Ids are those of the API;
// 0 is nobody and none.
type RuleConversation struct {
	DisplayID       int     `expr:"display_id"`
	Status          string  `expr:"status"`
	Priority        string  `expr:"priority"`
	AssigneeID      int     `expr:"assignee_id"`
	InboxID         int     `expr:"inbox_id"`
	ChannelGroupIDs []int   `expr:"channel_group_ids"` // those that the inbox is in
	TeamID          int     `expr:"team_id"`
	SLAPolicyID     int     `expr:"sla_policy_id"`
	CampaignID      float64 `expr:"campaign_id"`
	HasCampaign     bool    `expr:"has_campaign"`
	Muted           bool    `expr:"muted"`
	CreatedAt       int     `expr:"created_at"` // seconds since 1970
	WaitingSince    int     `expr:"waiting_since"`

	RuleRecord
}

// RuleContact is a contact as a rule sees it.
type RuleContact struct {
	Name        string `expr:"name"`
	Email       string `expr:"email"`
	PhoneNumber string `expr:"phone_number"`
	Identifier  string `expr:"identifier"`
	CountryCode string `expr:"country_code"`
	City        string `expr:"city"`
	Company     string `expr:"company"`
	Blocked     bool   `expr:"blocked"`

	RuleRecord
}

// RuleRecord is what conversations and contacts both have. Custom attributes are
// there as they are, and read as what their definitions may say; their texts are
// folded. Ages are in days by the calendar; less than 0 is ahead.
type RuleRecord struct {
	Labels          []string `expr:"labels"`
	CreatedDay      string   `expr:"created_day"`
	LastActivityDay string   `expr:"last_activity_day"`
	Age             int      `expr:"age"`
	LastActivityAge int      `expr:"last_activity_age"`

	Attributes map[string]any     `expr:"attributes"`
	Texts      map[string]string  `expr:"texts"`
	Numbers    map[string]float64 `expr:"numbers"`
	Days       map[string]string  `expr:"days"`
	Ages       map[string]int     `expr:"ages"` // of dates
	Checks     map[string]bool    `expr:"checks"`
}

// RuleMessage is a message as a rule sees it.
type RuleMessage struct {
	Type    string `expr:"type"` // "incoming", "outgoing", "template"
	Private bool   `expr:"private"`
	Content string `expr:"content"`
	Files   int    `expr:"files"` // how many

	Automatic bool `expr:"automatic"` // a program of the customer's wrote it
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

// maxEnvContent is how many characters of a message rules read.
const maxEnvContent = 20_000

// ruleEnv gathers what rules see of a conversation and what happened to it.
func (u *unit) ruleEnv(c *Conversation, t trigger) (*RuleEnv, error) {
	contact, err := u.tx.Contacts().Get(u.ctx, c.Contact)
	if err != nil {
		return nil, err
	}
	return u.ruleEnvOf(c, contact, t), nil
}

// ruleEnvOf is ruleEnv of a conversation whose contact is at hand.
func (u *unit) ruleEnvOf(c *Conversation, contact *Contact, t trigger) *RuleEnv {
	extra := func(key string) string { s, _ := c.Extra[key].(string); return fold(s) }
	env := &RuleEnv{
		Event: string(t.ev.Kind), Today: u.day(u.now), Changed: t.changed,
		Conversation: u.ruleConversation(c), Contact: u.ruleContact(contact),
		Folded: RuleTexts{
			Name: fold(contact.Name), Email: fold(contact.Email), PhoneNumber: fold(contact.Phone), Identifier: fold(contact.Identifier),
			CountryCode: fold(contact.Country), City: fold(contact.City), Company: fold(contact.Company),
			BrowserLanguage: extra("browser_language"), ConversationLanguage: extra("conversation_language"),
			Referer: extra("referer"), MailSubject: extra("mail_subject"),
		},
	}
	if m := t.m; m != nil {
		content := clip(m.Content, maxEnvContent)
		env.Message = RuleMessage{Type: string(m.Kind), Private: m.Private, Content: content, Files: len(m.Attachments), Automatic: m.automatic()}
		env.Folded.Content = fold(content)
	}
	return env
}

func (u *unit) ruleConversation(c *Conversation) RuleConversation {
	out := RuleConversation{
		DisplayID: int(c.Display), Status: string(c.Status), Priority: string(c.Priority),
		AssigneeID: int(c.Assignee), InboxID: int(c.Inbox), ChannelGroupIDs: u.cfg.groupsOf[c.Inbox], TeamID: int(c.Team), SLAPolicyID: int(c.SLA),
		Muted: c.Muted, CreatedAt: int(c.CreatedAt.Unix()), RuleRecord: u.ruleRecord(c.Labels, c.Attributes, c.CreatedAt, c.LastActivity),
	}
	if !c.WaitingSince.IsZero() {
		out.WaitingSince = int(c.WaitingSince.Unix())
	}
	if n := ReadingsOf(c.Extra["campaign_id"]).Number; n != nil {
		out.CampaignID, out.HasCampaign = *n, true
	}
	return out
}

func (u *unit) ruleContact(c *Contact) RuleContact {
	return RuleContact{
		Name: c.Name, Email: c.Email, PhoneNumber: c.Phone, Identifier: c.Identifier,
		CountryCode: c.Country, City: c.City, Company: c.Company,
		Blocked: c.Blocked, RuleRecord: u.ruleRecord(c.Labels, c.Attributes, c.CreatedAt, c.LastActivityAt),
	}
}

// ruleRecord reads attributes in every way that a condition may.
func (u *unit) ruleRecord(labels []LabelID, values map[string]any, created, active time.Time) RuleRecord {
	out := RuleRecord{
		Labels: u.cfg.labelTitles(labels), Attributes: values,
		CreatedDay: u.day(created), Age: u.age(u.day(created)), LastActivityDay: u.day(active), LastActivityAge: u.age(u.day(active)),
	}
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

// day is the date of a moment in the account's time zone; "" is never.
func (u *unit) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(u.cfg.zone).Format(time.DateOnly)
}

// age is how many days ago a day was, in the account's time zone.
func (u *unit) age(day string) int {
	then, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0
	}
	today, _ := time.Parse(time.DateOnly, u.day(u.now))
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
		if field == "custom_attributes" {
			mergeAttributes(out, ch)
			continue
		}
		addChange(out, field, ch.Before, ch.After)
	}
	return out
}

// changedAttribute goes before the key of a custom attribute that changed.
const changedAttribute = "custom_attributes."

// mergeAttributes adds each attribute that differs.
func mergeAttributes(out map[string]RuleChange, ch Change) {
	var before, after map[string]json.RawMessage
	if json.Unmarshal(ch.Before, &before) != nil || json.Unmarshal(ch.After, &after) != nil {
		return
	}
	keys := maps.Clone(after)
	if keys == nil {
		keys = map[string]json.RawMessage{}
	}
	maps.Copy(keys, before)
	for key := range keys {
		if !bytes.Equal(before[key], after[key]) {
			addChange(out, changedAttribute+key, before[key], after[key])
		}
	}
}

func addChange(out map[string]RuleChange, field string, before, after json.RawMessage) {
	now := RuleChange{jsonText(before), jsonText(after)}
	if earlier, ok := out[field]; ok {
		now.From = earlier.From
	}
	out[field] = now
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
