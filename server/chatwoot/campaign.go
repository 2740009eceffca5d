package chatwoot

import (
	"context"
	"fmt"

	"github.com/gohelpdesk/helpdesk"
)

type campaignInput struct {
	Title       *string           `in:"title"`
	Description *string           `in:"description"`
	Message     *string           `in:"message"`
	Inbox       helpdesk.InboxID  `in:"inbox_id"`
	Sender      *helpdesk.AgentID `in:"sender_id"`
	Enabled     *bool             `in:"enabled"`
	HoursOnly   *bool             `in:"trigger_only_during_business_hours"`
	Trigger     *struct {
		URL        *string `in:"url"`
		TimeOnPage *int    `in:"time_on_page"`
	} `in:"trigger_rules"`
	ScheduledAt *string          `in:"scheduled_at"`
	Audience    *[]audienceInput `in:"audience"`
	Template    map[string]any   `in:"template_params"`
}

type audienceInput struct {
	Type string           `in:"type"`
	ID   helpdesk.LabelID `in:"id"`
}

func (in campaignInput) input() (helpdesk.CampaignInput, error) {
	out := helpdesk.CampaignInput{
		Title: in.Title, Description: in.Description, Message: in.Message, Inbox: in.Inbox, Sender: in.Sender,
		Enabled: in.Enabled, HoursOnly: in.HoursOnly, Template: in.Template,
	}
	if in.Trigger != nil {
		out.URL, out.TimeOnPage = in.Trigger.URL, in.Trigger.TimeOnPage
	}
	if in.ScheduledAt != nil && *in.ScheduledAt != "" {
		at, err := readTime(*in.ScheduledAt)
		if err != nil {
			return out, invalidField("scheduled_at", "is not a time")
		}
		out.ScheduledAt = &at
	}
	if in.Audience != nil {
		out.Audience = []helpdesk.LabelID{}
		for _, a := range *in.Audience {
			if a.Type != "" && a.Type != "Label" {
				return out, invalidField("audience", fmt.Sprintf("cannot hold a %q", a.Type))
			}
			out.Audience = append(out.Audience, a.ID)
		}
	}
	return out, nil
}

func invalidField(name, what string) error {
	return &helpdesk.Error{Code: helpdesk.Invalid, Message: "invalid " + name, Fields: map[string]string{name: what}}
}

type campaignID struct {
	Number helpdesk.CampaignNumber `in:"id"`
}

type campaignChange struct {
	campaignID
	campaignInput
}

// campaigns shapes campaigns, with their inboxes and senders.
func (c *call) campaigns(ctx context.Context, found ...*helpdesk.Campaign) ([]campaignView, error) {
	// Who edits campaigns may see their inboxes here, member or not.
	system := c.e.As(c.e.System(c.actor.Account()))
	boxes, err := system.Inboxes.List(ctx)
	if err != nil {
		return nil, err
	}
	agents, err := c.agentsByID(ctx)
	if err != nil {
		return nil, err
	}
	byID := make(map[helpdesk.InboxID]*helpdesk.Inbox, len(boxes))
	for _, b := range boxes {
		byID[b.ID] = b
	}
	return each(found, func(v *helpdesk.Campaign) campaignView { return viewCampaign(v, byID[v.Inbox], agents[v.Sender]) }), nil
}

func (c *call) oneCampaign(ctx context.Context, v *helpdesk.Campaign, err error) (campaignView, error) {
	if err != nil {
		return campaignView{}, err
	}
	out, err := c.campaigns(ctx, v)
	if err != nil {
		return campaignView{}, err
	}
	return out[0], nil
}

func listCampaigns(ctx context.Context, c *call, _ none) ([]campaignView, error) {
	return listInboxCampaigns(ctx, c, inboxID{})
}

func listInboxCampaigns(ctx context.Context, c *call, in inboxID) ([]campaignView, error) {
	found, err := c.desk.Campaigns.List(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return c.campaigns(ctx, found...)
}

func createCampaign(ctx context.Context, c *call, in campaignInput) (campaignView, error) {
	input, err := in.input()
	if err != nil {
		return campaignView{}, err
	}
	v, err := c.desk.Campaigns.Create(ctx, input)
	return c.oneCampaign(ctx, v, err)
}

func showCampaign(ctx context.Context, c *call, in campaignID) (campaignView, error) {
	v, err := c.desk.Campaigns.ByNumber(ctx, in.Number)
	return c.oneCampaign(ctx, v, err)
}

func updateCampaign(ctx context.Context, c *call, in campaignChange) (campaignView, error) {
	input, err := in.input()
	if err != nil {
		return campaignView{}, err
	}
	v, err := c.desk.Campaigns.Update(ctx, in.Number, input)
	return c.oneCampaign(ctx, v, err)
}

func deleteCampaign(ctx context.Context, c *call, in campaignID) (empty, error) {
	return empty{}, c.desk.Campaigns.Delete(ctx, in.Number)
}
