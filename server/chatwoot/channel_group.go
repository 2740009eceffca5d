package chatwoot

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
)

// Channel groups are an addition: Chatwoot has none.

type channelGroupView struct {
	ID          helpdesk.ChannelGroupID `json:"id"`
	Name        string                  `json:"name"`
	Description string                  `json:"description"`
	Inboxes     []helpdesk.InboxID      `json:"inbox_ids"` // that the caller sees
	CreatedAt   epoch                   `json:"created_at"`
	UpdatedAt   epoch                   `json:"updated_at"`
}

func viewChannelGroup(g *helpdesk.ChannelGroup) channelGroupView {
	boxes := append([]helpdesk.InboxID{}, g.Inboxes...) // [] for none
	return channelGroupView{g.ID, g.Name, g.Description, boxes, epoch{g.CreatedAt}, epoch{g.UpdatedAt}}
}

type channelGroupInput struct {
	Name        *string            `in:"name"`
	Description *string            `in:"description"`
	Inboxes     []helpdesk.InboxID `in:"inbox_ids"`
}

func (in channelGroupInput) input() helpdesk.ChannelGroupInput {
	return helpdesk.ChannelGroupInput{Name: in.Name, Description: in.Description, Inboxes: in.Inboxes}
}

type channelGroupID struct {
	ID helpdesk.ChannelGroupID `in:"id"`
}

type channelGroupChange struct {
	channelGroupID
	channelGroupInput
}

func listChannelGroups(ctx context.Context, c *call, _ none) ([]channelGroupView, error) {
	found, err := c.desk.ChannelGroups.List(ctx)
	return each(found, viewChannelGroup), err
}

func createChannelGroup(ctx context.Context, c *call, in channelGroupInput) (channelGroupView, error) {
	g, err := c.desk.ChannelGroups.Create(ctx, in.input())
	return shown(g, err, viewChannelGroup)
}

func showChannelGroup(ctx context.Context, c *call, in channelGroupID) (channelGroupView, error) {
	g, err := c.desk.ChannelGroups.Get(ctx, in.ID)
	return shown(g, err, viewChannelGroup)
}

func updateChannelGroup(ctx context.Context, c *call, in channelGroupChange) (channelGroupView, error) {
	g, err := c.desk.ChannelGroups.Update(ctx, in.ID, in.input())
	return shown(g, err, viewChannelGroup)
}

func deleteChannelGroup(ctx context.Context, c *call, in channelGroupID) (empty, error) {
	return empty{}, c.desk.ChannelGroups.Delete(ctx, in.ID)
}
