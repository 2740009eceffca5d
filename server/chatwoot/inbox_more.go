package chatwoot

import (
	"context"
	"maps"
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

// inboxHealth is what a provider says of an inbox.
type inboxHealth struct {
	Healthy  bool            `json:"healthy"`
	Problems []healthProblem `json:"problems"`
	Facts    map[string]any  `json:"facts"`
}

type healthProblem struct {
	Code      string `json:"code"`
	Message   string `json:"message"`
	Reconnect bool   `json:"reauthorization_required"`
}

func showInboxHealth(ctx context.Context, c *call, in inboxID) (inboxHealth, error) {
	h, err := c.desk.Inboxes.Check(ctx, in.ID)
	if helpdesk.CodeOf(err) == helpdesk.Unsupported {
		err = refused(http.StatusBadRequest, "Health data only available for channels with a provider")
	}
	if err != nil {
		return inboxHealth{}, err
	}
	out := inboxHealth{Healthy: len(h.Problems) == 0, Problems: []healthProblem{}, Facts: map[string]any{}}
	maps.Copy(out.Facts, h.Facts)
	for _, p := range h.Problems {
		out.Problems = append(out.Problems, healthProblem{p.Code, p.Message, p.Revoked})
	}
	return out, nil
}

// templatesOnly refuses what needs a provider's templates: no channel of this
// desk has them.
func (c *call) templatesOnly(ctx context.Context, in inboxID, status int, says string) error {
	if _, err := c.desk.Inboxes.Get(ctx, in.ID); err != nil {
		return err
	}
	return refused(status, says)
}
