package dashboard

import (
	"github.com/gohelpdesk/helpdesk"
)

// botSetting is /settings/bots.
func botSetting() setting {
	return setting{
		Path: "bots", May: helpdesk.ReadSettings, Edit: helpdesk.EditSettings, List: botList, Form: botForm, Save: saveBot, More: botSecrets, Page: "settings/bot",
		Delete: func(c *call, id int64) error { return c.desk.Bots.Delete(c.ctx(), helpdesk.AgentID(id)) },
	}
}

func botRoutes() []route {
	return []route{{"POST /settings/bots/{id}/token", helpdesk.EditSettings, (*call).resetBotToken}}
}

func botList(c *call) (*table, error) {
	list, err := c.desk.Bots.List(c.ctx())
	t := &table{Columns: []string{"bots.name", "bots.where", "bots.gives_way"}}
	for _, b := range list {
		where := cell{Text: b.URL, Mono: b.URL != ""}
		switch {
		case b.Program != "":
			where = cell{Text: c.T("bots.program", "name", b.Program)}
		case b.URL == "":
			where = cell{Text: c.T("bots.api_only")}
		}
		way := c.T("bots.never")
		if b.GiveWayAfter > 0 {
			way = spanText(b.GiveWayAfter)
		}
		who := face(b.Name, b.Avatar)
		row := tableRow{ID: int64(b.ID), Cells: []cell{{Text: b.Name, Sub: b.Description, Face: &who}, where, {Text: way}}}
		if b.Account != c.account.ID { // the installation's own
			row.Fixed = true
		}
		t.Rows = append(t.Rows, row)
	}
	return t, err
}

// bot is one that the account may change.
func (c *call) bot(id int64) (*helpdesk.Bot, error) {
	if id == 0 {
		return &helpdesk.Bot{GiveWayAfter: 300}, nil
	}
	b, err := c.desk.Bots.Get(c.ctx(), helpdesk.AgentID(id))
	if err == nil && b.Account != c.account.ID {
		err = helpdesk.NotFound
	}
	return b, err
}

func botForm(c *call, id int64) (*form, error) {
	b, err := c.bot(id)
	if err != nil {
		return nil, err
	}
	fields := []field{{Name: "name", Kind: asText, Value: b.Name, Required: true}, {Name: "description", Kind: asText, Value: b.Description}}
	if b.Program != "" {
		fields = append(fields, field{Name: "program", Kind: asCopy, Value: b.Program})
	} else {
		fields = append(fields, field{Name: "outgoing_url", Kind: asURL, Value: b.URL})
	}
	fields = append(fields, field{Name: "give_way_after", Kind: asText, Value: spanText(b.GiveWayAfter), Half: true},
		field{Name: "avatar", Kind: asFile, Accept: "image/png,image/jpeg,image/gif,image/webp"})
	if b.Avatar != "" {
		fields = append(fields, field{Name: "avatar_remove", Kind: asSwitch})
	}
	f := c.ask("bots", fields...)
	f.Title = b.Name
	return f, nil
}

// botSecrets are what a bot's program needs to know.
func botSecrets(c *call, id int64) (any, error) {
	if id == 0 {
		return nil, nil //nolint:nilnil // a new bot has none
	}
	token, err := c.desk.Bots.Token(c.ctx(), helpdesk.AgentID(id))
	if err != nil {
		return nil, err
	}
	secrets, err := c.desk.Bots.Secrets(c.ctx())
	fields := []field{{Name: "access_token", Kind: asSecret, Value: token}}
	if s := secrets[helpdesk.AgentID(id)]; s != "" {
		fields = append(fields, field{Name: "secret", Kind: asSecret, Value: s})
	}
	return c.ask("bots", fields...), err
}

func saveBot(c *call, id int64, in input) (int64, error) {
	b, err := c.bot(id)
	if err != nil {
		return 0, err
	}
	pictures, done, err := c.uploads("avatar")
	if err != nil {
		return 0, err
	}
	defer done()
	problems := map[string]string{}
	change := helpdesk.BotInput{Name: in.text("name"), Description: in.text("description"), GiveWayAfter: new(in.span("give_way_after", problems))}
	if b.Program == "" {
		change.URL = in.text("outgoing_url")
	}
	if len(pictures) > 0 {
		change.Avatar = &pictures[0]
	} else if *in.yes("avatar_remove") {
		change.Avatar = &helpdesk.File{}
	}
	if err := bad(problems); err != nil {
		return 0, err
	}
	if id == 0 {
		b, err = c.desk.Bots.Create(c.ctx(), change)
	} else {
		b, err = c.desk.Bots.Update(c.ctx(), helpdesk.AgentID(id), change)
	}
	if err != nil {
		return 0, err
	}
	return int64(b.ID), nil
}

func (c *call) resetBotToken() error {
	id, err := c.id("id")
	if err != nil {
		return err
	}
	if _, err := c.desk.Bots.ResetToken(c.ctx(), helpdesk.AgentID(id)); err != nil {
		return err
	}
	return c.done(c.path("/settings/bots/", str(id)), "bots.token_changed")
}
