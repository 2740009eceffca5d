package dashboard

import (
	"github.com/gohelpdesk/helpdesk"
)

// groupSetting is /settings/channelgroups: inboxes under one name.
func groupSetting() setting {
	return setting{
		Path: "channelgroups", May: helpdesk.ReadSettings, Edit: helpdesk.EditSettings, List: groupList, Form: groupForm, Save: saveGroup,
		Delete: func(c *call, id int64) error {
			return c.desk.ChannelGroups.Delete(c.ctx(), helpdesk.ChannelGroupID(id))
		},
	}
}

func groupList(c *call) (*table, error) {
	list, err := c.desk.ChannelGroups.List(c.ctx())
	if err != nil {
		return nil, err
	}
	names, err := c.inboxNames()
	t := &table{Columns: []string{"channelgroups.name", "channelgroups.inboxes"}}
	for _, g := range list {
		t.Rows = append(t.Rows, tableRow{ID: int64(g.ID), Cells: []cell{{Text: g.Name, Sub: g.Description}, {Text: namesOf(names, g.Inboxes)}}})
	}
	return t, err
}

func groupForm(c *call, id int64) (*form, error) {
	g := &helpdesk.ChannelGroup{}
	if id != 0 {
		var err error
		if g, err = c.desk.ChannelGroups.Get(c.ctx(), helpdesk.ChannelGroupID(id)); err != nil {
			return nil, err
		}
	}
	boxes, err := c.inboxChoices("inbox_ids", g.Inboxes)
	if err != nil {
		return nil, err
	}
	f := c.ask("channelgroups",
		field{Name: "name", Kind: asText, Value: g.Name, Required: true}, field{Name: "description", Kind: asText, Value: g.Description}, boxes)
	f.Title = g.Name
	return f, nil
}

func saveGroup(c *call, id int64, in input) (int64, error) {
	change := helpdesk.ChannelGroupInput{Name: in.text("name"), Description: in.text("description"), Inboxes: ids[helpdesk.InboxID](in, "inbox_ids")}
	var g *helpdesk.ChannelGroup
	var err error
	if id == 0 {
		g, err = c.desk.ChannelGroups.Create(c.ctx(), change)
	} else {
		g, err = c.desk.ChannelGroups.Update(c.ctx(), helpdesk.ChannelGroupID(id), change)
	}
	if err != nil {
		return 0, err
	}
	return int64(g.ID), nil
}
