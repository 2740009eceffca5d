package chatwoot

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
)

// routingView is what came of looking for an owner once.
type routingView struct {
	At       epoch                    `json:"created_at"`
	Assignee *helpdesk.AgentID        `json:"assignee_id"` // null = it waits
	Inbox    helpdesk.InboxID         `json:"inbox_id"`
	Team     *helpdesk.TeamID         `json:"team_id"`
	Policy   *helpdesk.PolicyID       `json:"assignment_policy_id"`
	Order    helpdesk.AssignmentOrder `json:"assignment_order"`
	Weight   float64                  `json:"weight"`
	Behind   bool                     `json:"behind_others"`
	Passed   []helpdesk.PassedOver    `json:"passed_over"`
	More     int                      `json:"more_passed_over"` // how many beyond those
}

func viewRouting(d *helpdesk.RoutingDecision) routingView {
	return routingView{
		At: epoch{d.At}, Assignee: number(d.To), Inbox: d.Inbox, Team: number(d.Team), Policy: number(d.Policy), Order: d.Order,
		Weight: d.Weight, Behind: d.Behind, Passed: append([]helpdesk.PassedOver{}, d.Passed...), More: d.More,
	}
}

func listRouting(ctx context.Context, c *call, in onConversation) (payload[[]routingView], error) {
	row, err := in.find(ctx, c)
	if err != nil {
		return payload[[]routingView]{}, err
	}
	found, err := c.desk.Conversations.Routing(ctx, row.ID)
	return wrap(each(found, viewRouting)), err
}

type positionView struct {
	Position int `json:"position"` // counting from 1; 0 = it does not wait
}

func showQueuePosition(ctx context.Context, c *call, in onConversation) (positionView, error) {
	row, err := in.find(ctx, c)
	if err != nil {
		return positionView{}, err
	}
	n, err := c.desk.Conversations.QueuePosition(ctx, row.ID)
	return positionView{n}, err
}
