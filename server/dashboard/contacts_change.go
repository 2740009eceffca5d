package dashboard

import (
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// chosen are the contacts whose boxes were ticked.
func chosen(in input) ([]helpdesk.ContactID, error) {
	list := ids[helpdesk.ContactID](in, "contact")
	if len(list) == 0 {
		return nil, helpdesk.Errorf(helpdesk.Invalid, "choose somebody first")
	}
	return list, nil
}

// postContactsChange puts labels on the chosen contacts, or takes them off.
func (c *call) postContactsChange() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	list, err := chosen(in)
	if err != nil {
		return err
	}
	change := helpdesk.ContactsChange{Contacts: list}
	if title := in.Get("add"); title != "" {
		change.AddLabels = []string{title}
	}
	if title := in.Get("remove"); title != "" {
		change.RemoveLabels = []string{title}
	}
	return c.startChange(in, change)
}

// postContactsDelete removes the chosen contacts.
func (c *call) postContactsDelete() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	list, err := chosen(in)
	if err != nil {
		return err
	}
	return c.startChange(in, helpdesk.ContactsChange{Contacts: list, Delete: true})
}

func (c *call) startChange(in input, change helpdesk.ContactsChange) error {
	if _, err := c.desk.Contacts.Change(c.ctx(), change); err != nil {
		return err
	}
	return c.done(c.backToList(in), "contacts.change_started")
}

// taskLine is a task as pages show it.
type taskLine struct {
	*helpdesk.Task
	Running bool
	Name    string // of an import: the file's
	File    string // address of what it came to; "" = there is none
	Why     string // why the first item was refused
}

// Percent is how far it is.
func (t taskLine) Percent() int {
	if t.Total == 0 {
		return 100
	}
	return t.Next * 100 / t.Total
}

// doneFor is how long a list says of a change that it is over.
const doneFor = 30 * time.Second

// Work are the changes of contacts that go on, or have just ended.
func (p *contactsPage) Work() ([]taskLine, error) {
	tasks, err := p.desk.Tasks.List(p.ctx(), helpdesk.Page{Limit: 10})
	var out []taskLine
	for _, t := range tasks {
		if t.Kind == helpdesk.ChangeContacts && (t.EndedAt.IsZero() || p.e.Now().Sub(t.EndedAt) < doneFor) {
			out = append(out, p.taskLine(t))
		}
	}
	return out, err
}

func (c *call) taskLine(t *helpdesk.Task) taskLine {
	line := taskLine{Task: t, Running: t.EndedAt.IsZero(), File: c.files.TaskURL(c.e.Agent(c.account.ID, c.self.ID), t)}
	if len(t.Failures) > 0 {
		line.Why = t.Failures[0].Reason
	}
	return line
}
