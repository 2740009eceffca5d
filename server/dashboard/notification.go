package dashboard

import (
	"net/http"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

func notificationRoutes() []route {
	one := func(verb string, notice string, do func(c *call, id helpdesk.NotificationID) error) route {
		return route{"POST /notifications/{id}/" + verb, "", func(c *call) error {
			id, err := c.id("id")
			if err != nil {
				return err
			}
			if err := do(c, helpdesk.NotificationID(id)); err != nil {
				return err
			}
			return c.done(c.path("/notifications", c.notificationQuery()), notice)
		}}
	}
	return []route{
		{"GET /notifications", "", (*call).notifications},
		{"POST /notifications/{id}/open", "", (*call).openNotification},
		{"POST /notifications/read", "", (*call).readNotifications},
		{"POST /notifications/delete", "", (*call).clearNotifications},
		one("read", "notifications.is_read", func(c *call, id helpdesk.NotificationID) error {
			_, err := c.desk.Notifications.MarkRead(c.ctx(), id)
			return err
		}),
		one("unread", "notifications.is_unread", func(c *call, id helpdesk.NotificationID) error {
			_, err := c.desk.Notifications.MarkUnread(c.ctx(), id)
			return err
		}),
		one("delete", "common.deleted", func(c *call, id helpdesk.NotificationID) error { return c.desk.Notifications.Delete(c.ctx(), id) }),
		one("snooze", "notifications.is_snoozed", (*call).snoozeNotification),
	}
}

const notificationRows = 30

// notificationsPage is what the person was told.
type notificationsPage struct {
	*call
	Filter string // "all" or "unread"

	list *helpdesk.NotificationList
}

// notificationQuery is the part of the address that a form keeps.
func (c *call) notificationQuery() string {
	if c.r.URL.Query().Get("show") == "unread" {
		return "?show=unread"
	}
	return ""
}

func (c *call) notifications() error {
	p := &notificationsPage{call: c, Filter: "all"}
	if c.notificationQuery() != "" {
		p.Filter = "unread"
	}
	return c.render("notifications", http.StatusOK, p)
}

// Query is for templates: what forms keep.
func (p *notificationsPage) Query() string { return p.notificationQuery() }

// Tabs is for templates.
func (p *notificationsPage) Tabs() ([]navItem, error) {
	l, err := p.read()
	if err != nil {
		return nil, err
	}
	unread := navItem{Name: p.T("notifications.show_unread"), To: p.path("/notifications?show=unread"), Current: p.Filter == "unread"}
	if l.Unread > 0 {
		unread.Count = p.number(l.Unread)
	}
	return []navItem{{Name: p.T("notifications.show_all"), To: p.path("/notifications"), Current: p.Filter == "all"}, unread}, nil
}

// read is the page's own list: of everything, or of what is unread.
func (p *notificationsPage) read() (*helpdesk.NotificationList, error) {
	var err error
	if p.list == nil {
		unread := p.Filter == "unread"
		p.list, err = p.desk.Notifications.List(p.ctx(), helpdesk.NotificationFilter{Unread: unread, Awake: unread}, helpdesk.Page{Limit: notificationRows, Offset: (p.page() - 1) * notificationRows})
	}
	return p.list, err
}

// notificationGroup is a part of the list.
type notificationGroup struct {
	Title string
	Rows  []notificationRow
}

// Groups is for templates: what is unread, and then what else there is.
func (p *notificationsPage) Groups() ([]notificationGroup, error) {
	l, err := p.read()
	if err != nil {
		return nil, err
	}
	fresh := l
	if p.Filter == "all" {
		if fresh, err = p.desk.Notifications.List(p.ctx(), helpdesk.NotificationFilter{Unread: true, Awake: true}, helpdesk.Page{Limit: notificationRows}); err != nil {
			return nil, err
		}
	}
	unread, rest := notificationGroup{Title: p.T("notifications.unread")}, notificationGroup{Title: p.T("notifications.earlier")}
	if p.Filter == "unread" || p.page() == 1 {
		for _, n := range fresh.Items {
			unread.Rows = append(unread.Rows, p.row(n))
		}
	}
	for _, n := range l.Items {
		if row := p.row(n); p.Filter == "all" && !row.Unread {
			rest.Rows = append(rest.Rows, row)
		}
	}
	var out []notificationGroup
	for _, g := range []notificationGroup{unread, rest} {
		if len(g.Rows) > 0 {
			out = append(out, g)
		}
	}
	return out, nil
}

// Pager is for templates.
func (p *notificationsPage) Pager() (pager, error) {
	l, err := p.read()
	if err != nil {
		return pager{}, err
	}
	return p.pager(notificationRows, l.Count), nil
}

// notificationRow is one thing that happened.
type notificationRow struct {
	ID       helpdesk.NotificationID
	What     string
	Icon     string
	Who      person
	Display  helpdesk.DisplayID
	Inbox    string
	Said     string
	At       moment
	Unread   bool
	Sleeping string // until when; "" = it does not
	Snoozes  []snoozeTime
}

func (p *notificationsPage) row(n *helpdesk.NotificationDetail) notificationRow {
	key := "notifications.kind_" + string(n.Kind)
	row := notificationRow{
		ID: n.ID, What: p.T(key), Icon: notificationIcon(n.Kind), At: p.moment(n.LastActivity), Unread: n.ReadAt.IsZero() && n.SnoozedUntil.IsZero(), Snoozes: p.snoozeTimes(),
	}
	if !n.SnoozedUntil.IsZero() {
		row.Sleeping = p.moment(n.SnoozedUntil).Full
	}
	if n.In != nil {
		row.Who, row.Display = p.contactFace(n.In.Customer), n.In.Display
		if n.In.Box != nil {
			row.Inbox = n.In.Box.Name
		}
	}
	if n.Said != nil {
		row.Said = shorten(n.Said.Content, 220)
	}
	return row
}

func notificationIcon(k helpdesk.NotificationKind) string {
	switch k {
	case helpdesk.NotifyCreated:
		return "plus"
	case helpdesk.NotifyAssigned:
		return "person"
	case helpdesk.NotifyMentioned:
		return "at"
	case helpdesk.NotifySLAFirst, helpdesk.NotifySLANext, helpdesk.NotifySLAResolution:
		return "warn"
	case helpdesk.NotifyMessage, helpdesk.NotifyParticipating:
	}
	return "chat"
}

// shorten is the beginning of a text, on one line.
func shorten(s string, most int) string {
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) <= most {
		return string(runes)
	}
	return string(runes[:most-1]) + "…"
}

// openNotification leads to what it tells of, and marks it as read.
func (c *call) openNotification() error {
	id, err := c.id("id")
	if err != nil {
		return err
	}
	n, err := c.desk.Notifications.Get(c.ctx(), helpdesk.NotificationID(id))
	if err != nil {
		return err
	}
	if _, err := c.desk.Notifications.MarkRead(c.ctx(), n.ID); err != nil {
		return err
	}
	if n.In == nil {
		return redirect(c.path("/notifications"))
	}
	return redirect(c.path("/conversations/", str(n.In.Display), "?tab=all&status=all"))
}

func (c *call) snoozeNotification(id helpdesk.NotificationID) error {
	in, err := c.input()
	if err != nil {
		return err
	}
	until, err := c.snoozeUntil(in.Get("until"))
	if err == nil {
		_, err = c.desk.Notifications.Snooze(c.ctx(), id, until)
	}
	return err
}

func (c *call) readNotifications() error {
	if err := c.desk.Notifications.ReadAll(c.ctx(), 0); err != nil {
		return err
	}
	return c.done(c.path("/notifications", c.notificationQuery()), "notifications.all_read")
}

func (c *call) clearNotifications() error {
	if err := c.desk.Notifications.DeleteAll(c.ctx(), true); err != nil {
		return err
	}
	return c.done(c.path("/notifications", c.notificationQuery()), "common.deleted")
}
