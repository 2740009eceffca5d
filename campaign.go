package helpdesk

import (
	"context"
	"slices"
	"strings"
	"time"
)

// CampaignKind says how a campaign reaches people.
type CampaignKind string

const (
	OngoingCampaign CampaignKind = "ongoing" // shown to visitors of a website
	OneOffCampaign  CampaignKind = "one_off" // sent once, at a time, to contacts with a label
)

// CampaignStatus is how far a campaign is.
type CampaignStatus string

const (
	CampaignActive    CampaignStatus = "active"
	CampaignCompleted CampaignStatus = "completed" // it was sent, and does not change any more
)

// campaignKinds says which channels carry campaigns, and of which kind.
func campaignKinds() map[ChannelKind]CampaignKind {
	return map[ChannelKind]CampaignKind{
		"web_widget": OngoingCampaign, "sms": OneOffCampaign, "twilio": OneOffCampaign, "twilio_sms": OneOffCampaign,
		"whatsapp": OneOffCampaign,
	}
}

// Campaign is a message to many people, in one inbox. Campaigns are kept and
// checked here; nothing sends them yet, so an active one stays active.
type Campaign struct {
	Account     AccountID
	ID          CampaignID
	Number      CampaignNumber // what people call it by
	Title       string
	Description string
	Message     string
	Inbox       InboxID
	Kind        CampaignKind // follows from the inbox's channel
	Status      CampaignStatus
	Sender      AgentID // whose message it is; 0 = nobody's
	Enabled     bool
	// HoursOnly keeps an ongoing campaign to the inbox's business hours.
	HoursOnly bool
	// URL and TimeOnPage, in seconds, say when an ongoing campaign is shown.
	URL        string
	TimeOnPage int
	// ScheduledAt and Audience are a one-off campaign's: when, and to the
	// contacts with any of the labels. A label that is deleted reaches nobody.
	ScheduledAt time.Time
	Audience    []LabelID
	Template    map[string]any // what the provider's message template needs

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// Campaigns is the service for campaigns.
type Campaigns struct{ d *Desk }

// CampaignInput is what a campaign is made of; in an update nil leaves a field
// alone. Fields of the other kind of campaign are ignored.
type CampaignInput struct {
	Title, Description, Message *string
	Inbox                       InboxID  // 0 = as it is
	Sender                      *AgentID // 0 = nobody
	Enabled, HoursOnly          *bool    // nil on create = true, false
	URL                         *string
	TimeOnPage                  *int // seconds
	ScheduledAt                 *time.Time
	Audience                    []LabelID
	Template                    map[string]any
}

const (
	maxCampaignText = 20_000 // characters
	maxAudience     = 100    // labels
)

func loadCampaign(u *unit, id int64) (*Campaign, error) {
	return u.tx.Campaigns().Get(u.ctx, CampaignID(id))
}

// List returns campaigns, newest first; inbox 0 = of every inbox.
func (s Campaigns) List(ctx context.Context, inbox InboxID) ([]*Campaign, error) {
	return read(ctx, s.d, func(u *unit) ([]*Campaign, error) {
		if err := u.may(EditCampaigns); err != nil {
			return nil, err
		}
		if inbox != 0 && u.cfg.inboxes[inbox] == nil {
			return nil, notFound("inbox")
		}
		return all(u.ctx, Repo[CampaignID, Campaign, CampaignFilter](u.tx.Campaigns()), CampaignFilter{Inbox: inbox})
	})
}

// Get returns one campaign.
func (s Campaigns) Get(ctx context.Context, id CampaignID) (*Campaign, error) {
	return read(ctx, s.d, func(u *unit) (*Campaign, error) {
		if err := u.may(EditCampaigns); err != nil {
			return nil, err
		}
		return u.tx.Campaigns().Get(u.ctx, id)
	})
}

// ByNumber returns the campaign people call by this number.
func (s Campaigns) ByNumber(ctx context.Context, n CampaignNumber) (*Campaign, error) {
	return read(ctx, s.d, func(u *unit) (*Campaign, error) {
		if err := u.may(EditCampaigns); err != nil {
			return nil, err
		}
		return u.tx.Campaigns().ByNumber(u.ctx, n)
	})
}

// Create adds a campaign. Its kind follows from the inbox's channel; a one-off
// one without a time is due now.
func (s Campaigns) Create(ctx context.Context, in CampaignInput) (*Campaign, error) {
	return change(ctx, s.d, loadCampaign, func(u *unit) (*Campaign, int64, error) {
		if err := u.may(EditCampaigns); err != nil {
			return nil, 0, err
		}
		c := &Campaign{Account: u.actor.account, Status: CampaignActive, Enabled: true, ScheduledAt: u.now, CreatedAt: u.now}
		if err := u.applyCampaign(c, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Campaigns().Insert(u.ctx, c); err != nil {
			return nil, 0, err
		}
		return c, int64(c.ID), record(u, "campaign", int64(c.ID), nil, c)
	})
}

// Update changes a campaign, by its number, that is not completed.
func (s Campaigns) Update(ctx context.Context, n CampaignNumber, in CampaignInput) (*Campaign, error) {
	return change(ctx, s.d, loadCampaign, func(u *unit) (*Campaign, int64, error) {
		if err := u.may(EditCampaigns); err != nil {
			return nil, 0, err
		}
		c, err := u.tx.Campaigns().ByNumber(u.ctx, n)
		if err != nil {
			return nil, 0, err
		}
		if c.Status == CampaignCompleted {
			return nil, 0, problems{"status": "is completed: the campaign cannot be changed"}.err()
		}
		before := *c
		if err := u.applyCampaign(c, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Campaigns().Update(u.ctx, c); err != nil {
			return nil, 0, err
		}
		return c, int64(c.ID), record(u, "campaign", int64(c.ID), &before, c)
	})
}

func (u *unit) applyCampaign(c *Campaign, in CampaignInput) error {
	p := problems{}
	setText(p, &c.Title, in.Title, "title", 255)
	setText(p, &c.Description, in.Description, "description", maxCampaignText)
	setText(p, &c.Message, in.Message, "message", maxCampaignText)
	p.add(c.Title == "", "title", "can't be blank")
	p.add(c.Message == "", "message", "can't be blank")
	if in.Inbox != 0 {
		c.Inbox = in.Inbox
	}
	if box := u.cfg.inboxes[c.Inbox]; box == nil {
		p.add(true, "inbox_id", "must exist")
	} else {
		c.Kind = campaignKinds()[box.Kind]
		p.add(c.Kind == "", "inbox", "Unsupported Inbox type")
	}
	if in.Sender != nil {
		c.Sender = *in.Sender
		sender := u.cfg.agents[c.Sender]
		p.add(c.Sender != 0 && (sender == nil || sender.Bot), "sender_id", "must be an agent of the account")
	}
	setBool(&c.Enabled, in.Enabled)
	setBool(&c.HoursOnly, in.HoursOnly)
	if in.Template != nil {
		c.Template = cleanMap(in.Template)
	}
	u.applyTrigger(p, c, in)
	u.applySchedule(p, c, in)
	c.UpdatedAt = u.now
	return p.err()
}

// applyTrigger sets when an ongoing campaign is shown.
func (u *unit) applyTrigger(p problems, c *Campaign, in CampaignInput) {
	if c.Kind != OngoingCampaign {
		c.URL, c.TimeOnPage = "", 0
		return
	}
	setText(p, &c.URL, in.URL, "trigger_rules", 2048)
	if in.TimeOnPage != nil {
		c.TimeOnPage = *in.TimeOnPage
	}
	web := strings.HasPrefix(c.URL, "http://") || strings.HasPrefix(c.URL, "https://") // a pattern, not always a URL
	p.add(c.URL != "" && !web, "trigger_rules", "must hold a url that begins with http:// or https://")
	p.add(c.TimeOnPage < 0 || c.TimeOnPage > 24*60*60, "trigger_rules", "must hold a time_on_page of 0 to 86400 seconds")
}

// applySchedule sets when a one-off campaign is sent, and to whom.
func (u *unit) applySchedule(p problems, c *Campaign, in CampaignInput) {
	if c.Kind != OneOffCampaign {
		c.ScheduledAt, c.Audience = time.Time{}, nil
		return
	}
	if in.ScheduledAt != nil {
		c.ScheduledAt = in.ScheduledAt.UTC().Truncate(time.Microsecond)
	}
	if c.ScheduledAt.IsZero() {
		c.ScheduledAt = u.now
	}
	if in.Audience == nil {
		return
	}
	c.Audience = slices.Compact(slices.Sorted(slices.Values(in.Audience)))
	p.add(len(c.Audience) > maxAudience, "audience", "holds too many labels (maximum is 100)")
	for _, id := range c.Audience {
		p.add(u.cfg.labels[id] == nil, "audience", "holds a label that does not exist")
	}
}

// Delete removes a campaign by its number, which is not used again.
func (s Campaigns) Delete(ctx context.Context, n CampaignNumber) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditCampaigns); err != nil {
			return err
		}
		c, err := u.tx.Campaigns().ByNumber(u.ctx, n)
		if err != nil {
			return err
		}
		if err := u.tx.Campaigns().Delete(u.ctx, c.ID); err != nil {
			return err
		}
		return record(u, "campaign", int64(c.ID), c, nil)
	})
}
