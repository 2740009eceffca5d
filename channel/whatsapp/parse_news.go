package whatsapp

import (
	"encoding/json"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

type historyContext struct {
	Status string `json:"status"`
	FromMe *bool  `json:"from_me"`
}

// history is what was said before the inbox was connected, in chunks of any order.
func (p *parser) history(item *helpdesk.BatchItem, v value) {
	type thread struct {
		ID       wire.Text       `json:"id"` // the customer's number
		Messages json.RawMessage `json:"messages"`
	}
	type chunk struct {
		Threads json.RawMessage `json:"threads"`
		Errors  json.RawMessage `json:"errors"`
	}
	for _, c := range wire.Each[chunk](v.History) {
		for _, t := range wire.Each[thread](c.Threads) {
			for _, m := range wire.Each[message](t.Messages) {
				d := oldReceived
				if m.History.FromMe != nil && *m.History.FromMe || m.History.FromMe == nil && t.ID != "" && m.From != t.ID {
					d = oldSentByUs
				}
				m.historyPhone = string(t.ID)
				p.message(item, v, m, d)
			}
		}
		for _, e := range wire.Each[webhookError](c.Errors) { // the owner does not share it
			item.Notices = append(item.Notices, helpdesk.Notice{
				Kind: helpdesk.NoticeOther, At: p.at, Reason: e.text(), Details: map[string]any{"event": "history", "code": e.Code.Int()},
			})
		}
	}
	for _, m := range wire.Each[message](v.Messages) { // files that come after their chunk
		d := oldReceived
		if m.To != "" || m.History.FromMe != nil && *m.History.FromMe || string(m.From) == strings.TrimPrefix(p.w.s.PhoneNumber, "+") {
			d = oldSentByUs
		}
		p.message(item, v, m, d)
	}
}

type templateNews struct {
	Event         string    `json:"event"`
	ID            wire.Text `json:"message_template_id"`
	Name          string    `json:"message_template_name"`
	Language      string    `json:"message_template_language"`
	Category      string    `json:"message_template_category"`
	Reason        string    `json:"reason"`
	NewQuality    string    `json:"new_quality_score"`
	NewCategory   string    `json:"new_category"`
	RejectionInfo struct {
		Reason string `json:"reason"`
	} `json:"rejection_info"`
	OtherInfo struct {
		Title       string `json:"title"`
		Description string `json:"description"`
	} `json:"other_info"`
}

// templateStates are the events of templates, and what a template is after each;
// an event that is not here leaves it as it was.
var templateStates = map[string]helpdesk.TemplateStatus{
	"APPROVED": helpdesk.TemplateApproved, "REINSTATED": helpdesk.TemplateApproved, "UNARCHIVED": helpdesk.TemplateApproved,
	"REJECTED": helpdesk.TemplateRejected, "PENDING": helpdesk.TemplatePending, "IN_APPEAL": helpdesk.TemplatePending,
	"PAUSED": helpdesk.TemplatePaused, "DISABLED": helpdesk.TemplateDisabled, "LOCKED": helpdesk.TemplateDisabled,
	"LIMIT_EXCEEDED": helpdesk.TemplateDisabled, "ARCHIVED": helpdesk.TemplateDisabled,
	"PENDING_DELETION": helpdesk.TemplateDeleted, "DELETED": helpdesk.TemplateDeleted,
}

// news is what concerns the business account or the number itself.
func (p *parser) news(item *helpdesk.BatchItem, c change) {
	note := helpdesk.Notice{At: p.at, Owner: p.w.s.BusinessAccountID, Kind: helpdesk.NoticeOther}
	var event struct {
		Event string `json:"event"`
	}
	_ = wire.Decode(c.Value, &event)
	note.Reason = wire.Clip(wire.Clean(strings.ToLower(strings.ReplaceAll(event.Event, "_", " "))), 200)
	note.Details = map[string]any{"field": c.Field}
	if event.Event != "" {
		note.Details["event"] = wire.Clip(wire.Clean(event.Event), 100)
	}
	switch c.Field {
	case "message_template_status_update", "message_template_quality_update", "template_category_update", "message_template_components_update":
		if !template(&note, c) {
			return
		}
	case "account_update":
		account(&note, event.Event, c.Value)
	case "phone_number_quality_update", "business_capability_update":
		limits(&note, c.Value)
	case "account_alerts":
		var v struct {
			Info struct {
				Type        string `json:"alert_type"`
				Severity    string `json:"alert_severity"`
				Description string `json:"alert_description"`
			} `json:"alert_info"`
		}
		_ = wire.Decode(c.Value, &v)
		note.Reason = wire.Clip(wire.Clean(v.Info.Description), 500)
		note.Details["event"], note.Details["severity"] = v.Info.Type, v.Info.Severity
	case "smb_app_state_sync":
		var v struct {
			Sync []json.RawMessage `json:"state_sync"`
		}
		_ = wire.Decode(c.Value, &v)
		note.Reason, note.Details["contacts"] = "the phone shared its contacts", len(v.Sync)
	case "account_review_update", "phone_number_name_update", "security", "account_settings_update":
		if o := wire.Object(c.Value); o != nil {
			note.Details["value"] = o
		}
	default:
		return // calls, flows, groups: not of this desk
	}
	item.Notices = append(item.Notices, note)
}

func template(note *helpdesk.Notice, c change) bool {
	var v templateNews
	if wire.Decode(c.Value, &v) != nil || v.ID == "" && v.Name == "" {
		return false
	}
	t := &helpdesk.TemplateNews{ID: string(v.ID), Name: v.Name, Language: v.Language}
	note.Kind, note.Template = helpdesk.NoticeTemplate, t
	switch c.Field {
	case "message_template_status_update":
		t.Status, t.Category = templateStates[v.Event], v.Category
		for _, reason := range []string{v.RejectionInfo.Reason, v.OtherInfo.Description, v.Reason} {
			if reason != "" && reason != "NONE" {
				t.Reason = wire.Clip(wire.Clean(reason), 1000)
				break
			}
		}
	case "message_template_quality_update":
		t.Quality = v.NewQuality
	case "template_category_update":
		t.Category = v.NewCategory
	}
	return true
}

func account(note *helpdesk.Notice, event string, raw json.RawMessage) {
	var v struct {
		Ban struct {
			State string `json:"waba_ban_state"`
		} `json:"ban_info"`
		Disconnection struct {
			Reason string `json:"reason"`
		} `json:"disconnection_info"`
	}
	_ = wire.Decode(raw, &v)
	switch {
	case event == "DISABLED_UPDATE" && v.Ban.State == "REINSTATE", event == "ACCOUNT_RECONNECTED":
		note.Kind = helpdesk.NoticeRestored
	case event == "DISABLED_UPDATE" && v.Ban.State == "SCHEDULE_FOR_DISABLE":
		// not yet: administrators hear of it
	case event == "ACCOUNT_DELETED", event == "PARTNER_REMOVED", event == "PARTNER_APP_UNINSTALLED", event == "ACCOUNT_OFFBOARDED", event == "DISABLED_UPDATE":
		note.Kind = helpdesk.NoticeRevoked
	}
	if v.Disconnection.Reason != "" {
		note.Details["reason"] = wire.Clip(wire.Clean(v.Disconnection.Reason), 100)
	}
	if o := wire.Object(raw); o != nil && note.Kind == helpdesk.NoticeOther {
		note.Details["value"] = o
	}
}

// tiers are how many people may be written to first within a day.
var tiers = map[string]int{
	"TIER_50": 50, "TIER_250": 250, "TIER_1K": 1000, "TIER_2K": 2000, "TIER_10K": 10_000, "TIER_100K": 100_000,
	"TIER_UNLIMITED": -1, "UNLIMITED": -1,
}

// limits reads how many people a number, or the whole business, may write to. The
// value of the whole business counts.
func limits(note *helpdesk.Notice, raw json.RawMessage) {
	var v struct {
		Business wire.Text `json:"max_daily_conversations_per_business"`
		Phone    wire.Text `json:"max_daily_conversation_per_phone"`
		Current  wire.Text `json:"current_limit"`
	}
	_ = wire.Decode(raw, &v)
	for _, given := range []wire.Text{v.Business, v.Current, v.Phone} {
		if n := tier(string(given)); n != 0 {
			note.Kind, note.Limit = helpdesk.NoticeLimit, n
			return
		}
	}
	switch note.Details["event"] {
	case "FLAGGED":
		note.Kind, note.Value = helpdesk.NoticeQuality, "red"
	case "UNFLAGGED":
		note.Kind, note.Value = helpdesk.NoticeQuality, "green"
	}
}

// tier is a limit in either spelling; 0 = none.
func tier(s string) int {
	if n, known := tiers[strings.ToUpper(s)]; known {
		return n
	}
	return max(wire.Text(s).Int(), -1)
}
