package chatwoot

import (
	"context"
	"net/http"

	"github.com/gohelpdesk/helpdesk"
)

// What only some channels have. An inbox that the caller may not see is missing
// first; then it is said which channels it takes.

type csatTemplate struct {
	Exists bool `json:"template_exists"`
}

func showCSATTemplate(ctx context.Context, c *call, in inboxID) (csatTemplate, error) {
	return csatTemplate{}, c.templatesOnly(ctx, in, http.StatusBadRequest, "CSAT template operations only available for WhatsApp and Twilio WhatsApp channels")
}

type csatTemplateInput struct {
	inboxID
	Template map[string]any `in:"template"`
}

func createCSATTemplate(ctx context.Context, c *call, in csatTemplateInput) (csatTemplate, error) {
	return csatTemplate{}, c.templatesOnly(ctx, in.inboxID, http.StatusBadRequest, "CSAT template operations only available for WhatsApp and Twilio WhatsApp channels")
}

func showInboxHealth(ctx context.Context, c *call, in inboxID) (messageOnly, error) {
	return messageOnly{}, c.templatesOnly(ctx, in, http.StatusBadRequest, "Health data only available for WhatsApp Cloud API channels")
}

func syncTemplates(ctx context.Context, c *call, in inboxID) (messageOnly, error) {
	if !c.isAdmin() {
		return messageOnly{}, &helpdesk.Error{Code: helpdesk.Forbidden}
	}
	return messageOnly{}, c.templatesOnly(ctx, in, http.StatusUnprocessableEntity, "Template sync is only available for WhatsApp channels")
}

// templatesOnly refuses what needs a provider's templates: no channel of this
// desk has them.
func (c *call) templatesOnly(ctx context.Context, in inboxID, status int, says string) error {
	if _, err := c.desk.Inboxes.Get(ctx, in.ID); err != nil {
		return err
	}
	return refused(status, says)
}
