package storetest

import (
	"context"
	"fmt"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// testSearch: what messages are found by, and that nothing else is found.
func testSearch(s suite) {
	s.test("the words of a question", searchWords)
	s.test("every question is safe", searchIsSafe)
	s.test("newest first, page by page", searchPages)
	s.test("filters", searchFilters)
	s.test("the scope", searchScope)
	s.test("another account finds nothing", searchOtherAccount)
	s.test("a message that changes is found by what it says now", searchFollowsUpdates)
	s.test("activity is not found", func(d *desk) {
		c := d.conversation()
		told := text(c, "Assigned to Ada")
		told.Kind = helpdesk.Activity
		d.say(told, text(c, "Ada, please"))
		d.finds(helpdesk.MessageSearch{Query: "ada"}, "Ada, please")
	})
	s.test("what is deleted is not found", searchForgets)
	s.test("what was rolled back is not found", func(d *desk) {
		c := d.conversation()
		err := d.store.Update(d.ctx(), d.account, func(ctx context.Context, tx helpdesk.Tx) error {
			if err := tx.Messages().Insert(ctx, text(c, "never said")); err != nil {
				return err
			}
			return errOnPurpose
		})
		if err == nil {
			d.Fatal("the update succeeded")
		}
		d.say(text(c, "said"))
		d.finds(helpdesk.MessageSearch{Query: "never"})
		d.finds(helpdesk.MessageSearch{Query: "said"}, "said")
	})
	s.test("a search in an update sees what it wrote", func(d *desk) {
		c := d.conversation()
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			if err := tx.Messages().Insert(ctx, text(c, "just now")); err != nil {
				return err
			}
			found, err := tx.Messages().Search(ctx, helpdesk.MessageSearch{Query: "now"}, helpdesk.Page{})
			equal(d, "messages found", len(found), 1)
			return err
		})
	})
	s.test("contacts are found by parts", searchContacts)
}

// finds wants the contents of what is found, newest first.
func (d *desk) finds(f helpdesk.MessageSearch, want ...string) {
	d.Helper()
	equal(d, fmt.Sprintf("found by %+v", f), d.found(f, helpdesk.Page{}), want)
}

func (d *desk) found(f helpdesk.MessageSearch, p helpdesk.Page) []string {
	d.Helper()
	var out []string
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		out = nil
		rows, err := tx.Messages().Search(ctx, f, p)
		for _, m := range rows {
			if m.Conversation == 0 || m.Account != d.account {
				d.Fatalf("found %+v", m)
			}
			out = append(out, m.Content)
		}
		return err
	})
	return out
}

func searchWords(d *desk) {
	c := d.conversation()
	const (
		order   = "Où est ma COMMANDE n° 4711?"
		mail    = "write to ada.lovelace@example.com, please"
		plain   = "commander: the order of the orders"
		chinese = "我要退款申请"
		devan   = "मेरा ऑर्डर कहाँ है"
		dont    = "I don't know"
	)
	d.say(text(c, order), text(c, mail), text(c, plain), text(c, chinese), text(c, devan), text(c, dont))
	for q, want := range map[string][]string{
		"commande":                               {plain, order},
		"COMMANDE 4711":                          {order},
		"4711 commande":                          {order},
		"commande où":                            {order},
		"ou":                                     nil, // accents count
		"OÙ":                                     {order},
		"o\u0075\u0300":                          {order}, // the same letter, put together otherwise
		"47":                                     {order},
		"711":                                    nil, // the end of a word
		"47 est":                                 nil, // only the last word may be a beginning
		"4":                                      nil, // a single character is no beginning
		`"47"`:                                   nil,
		`"the order of"`:                         {plain},
		`"order the"`:                            nil,
		`“the order”`:                            {plain},
		`"the order`:                             {plain},
		"order the":                              {plain},
		"ada@example.com":                        nil,
		"lovelace@example":                       {mail},
		"lovelace@exam":                          {mail},
		"example.lovelace":                       nil,
		"example lovelace":                       {mail},
		"退款":                                     {chinese},
		"款退":                                     nil,
		"我 申请":                                   {chinese},
		"ऑर्डर":                                  {devan},
		"ऑर":                                     {devan},
		"don't":                                  {dont},
		"don’t know":                             {dont},
		strings.Repeat("commande ", 40) + "4711": {order},
	} {
		d.finds(helpdesk.MessageSearch{Query: q}, want...)
	}
	long := strings.Repeat("x", 5000)
	d.say(text(c, long))
	d.finds(helpdesk.MessageSearch{Query: long}, long)
	var many, every []string
	for i := range 150 {
		many = append([]string{fmt.Sprintf("begin%d", i)}, many...)
		every = append(every, fmt.Sprintf("begin%d", i))
	}
	d.say(text(c, strings.Join(every, " ")))
	for _, word := range every {
		d.say(text(c, word))
	}
	equal(d, "found by a beginning of many words", d.found(helpdesk.MessageSearch{Query: "begin"}, helpdesk.Page{Limit: 150}), many)
}

func searchIsSafe(d *desk) {
	d.say(text(d.conversation(), "hello or not near you"))
	for _, q := range []string{
		"", " ", `"`, `""`, "*", "%", "_", `'`, `\`, ":", "-", "()", "AND", `" OR "`, "a AND NOT b", "hello*", "^hello", "words:hello", "-hello", "hello:*",
		"hello & !you", "hello | you", "hello <-> you", "NEAR(a b)", `"hello" * "`, "hello'; DROP TABLE x", "_i1", "1_hello", "$1 ?", "?",
	} {
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			_, err := tx.Messages().Search(ctx, helpdesk.MessageSearch{Query: q}, helpdesk.Page{})
			if err != nil {
				d.Errorf("%q: %v", q, err)
			}
			_, err = tx.Conversations().List(ctx, helpdesk.ConversationFilter{Text: q, Person: q}, helpdesk.Page{})
			return err
		})
	}
	d.finds(helpdesk.MessageSearch{Query: ` "%"" * `})
	d.finds(helpdesk.MessageSearch{Query: "not-hello"})
	d.finds(helpdesk.MessageSearch{Query: "-not (hello*"}, "hello or not near you")
}

func searchPages(d *desk) {
	c := d.conversation()
	for i := range 7 {
		d.say(text(c, fmt.Sprint("page ", i)), text(c, "noise"))
	}
	f := helpdesk.MessageSearch{Query: "page"}
	equal(d, "the first page", d.found(f, helpdesk.Page{Limit: 3}), []string{"page 6", "page 5", "page 4"})
	equal(d, "the last page", d.found(f, helpdesk.Page{Limit: 3, Offset: 6}), []string{"page 0"})
	equal(d, "beyond", len(d.found(f, helpdesk.Page{Limit: 3, Offset: 9})), 0)
}

func searchFilters(d *desk) {
	one, two := d.conversation(), d.conversation()
	theirs, ours := text(one, "hello theirs"), text(two, "hello ours")
	theirs.Sender, ours.Sender = helpdesk.ActorRef{Kind: helpdesk.ByContact, ID: 7}, helpdesk.ActorRef{Kind: helpdesk.ByAgent, ID: 7}
	theirs.CreatedAt, ours.CreatedAt = at(1), at(2)
	d.say(theirs, ours)
	for name, w := range map[string]struct {
		f    helpdesk.MessageSearch
		want []string
	}{
		"none":             {helpdesk.MessageSearch{}, []string{"hello ours", "hello theirs"}},
		"inbox":            {helpdesk.MessageSearch{Inbox: one.Inbox}, []string{"hello theirs"}},
		"sender":           {helpdesk.MessageSearch{From: ours.Sender}, []string{"hello ours"}},
		"since":            {helpdesk.MessageSearch{Since: away(2)}, []string{"hello ours"}},
		"until":            {helpdesk.MessageSearch{Until: away(1)}, []string{"hello theirs"}},
		"conversation":     {helpdesk.MessageSearch{Conversations: []helpdesk.ConversationID{two.ID}}, []string{"hello ours"}},
		"no conversations": {helpdesk.MessageSearch{Conversations: []helpdesk.ConversationID{}}, nil},
		"several":          {helpdesk.MessageSearch{Inbox: one.Inbox, From: ours.Sender}, nil},
	} {
		w.f.Query = "hello"
		equal(d, "found by "+name, d.found(w.f, helpdesk.Page{}), w.want)
	}
}

func searchScope(d *desk) {
	ann, bob, inbox, contact := d.agent(), d.agent(), d.inbox().ID, d.contact().ID
	here := d.address(inbox, contact)
	said := func(a *helpdesk.ContactInbox, content string, change func(*helpdesk.Conversation)) *helpdesk.Conversation {
		c := d.converse(a, change)
		d.say(text(c, "hello "+content))
		return c
	}
	said(here, "free", func(*helpdesk.Conversation) {})
	said(here, "own", func(c *helpdesk.Conversation) { c.Assignee = ann })
	others := said(here, "others", func(c *helpdesk.Conversation) { c.Assignee = bob })
	said(d.address(d.inbox().ID, contact), "elsewhere", func(*helpdesk.Conversation) {})
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		_, err := tx.Participants().Add(ctx, others.ID, ann)
		return err
	})
	mine := []helpdesk.InboxID{inbox}
	for want, s := range map[string]helpdesk.Scope{
		"elsewhere others own free": {All: true},
		"others own free":           {Inboxes: mine, Own: true, Free: true, Others: true, Agent: ann},
		"own free":                  {Inboxes: mine, Own: true, Free: true, Agent: ann},
		"others own":                {Inboxes: mine, Own: true, Part: true, Agent: ann},
		"free":                      {Inboxes: mine, Free: true, Agent: ann},
		"":                          {Own: true, Free: true, Others: true, Agent: ann},
	} {
		var all []string
		for _, content := range strings.Fields(want) {
			all = append(all, "hello "+content)
		}
		d.finds(helpdesk.MessageSearch{Query: "hello", Scope: &s}, all...)
	}
	everywhere := helpdesk.Scope{Own: true, Free: true, Others: true, Agent: ann}
	for id := range helpdesk.InboxID(200) {
		everywhere.Inboxes = append(everywhere.Inboxes, inbox+id)
	}
	d.finds(helpdesk.MessageSearch{Query: "hello", Scope: &everywhere}, "hello elsewhere", "hello others", "hello own", "hello free")
	d.finds(helpdesk.MessageSearch{Query: "hello", Inbox: inbox, Scope: &helpdesk.Scope{Inboxes: []helpdesk.InboxID{inbox + 1}, Own: true, Free: true, Others: true}})
}

func searchOtherAccount(d *desk) {
	c := d.conversation()
	d.say(text(c, "hello secret"))
	there := d.in(d.other)
	for _, q := range []string{"hello", "secret", "hel", "hello secret", `"hello secret"`} {
		there.finds(helpdesk.MessageSearch{Query: q})
		there.finds(helpdesk.MessageSearch{Query: q, Inbox: c.Inbox, Scope: &helpdesk.Scope{Inboxes: []helpdesk.InboxID{c.Inbox}, Own: true, Free: true, Others: true}})
	}
	there.say(text(there.conversation(), "hello there"))
	there.finds(helpdesk.MessageSearch{Query: "hello"}, "hello there")
	d.finds(helpdesk.MessageSearch{Query: "hello"}, "hello secret")
}

func searchFollowsUpdates(d *desk) {
	m := text(d.conversation(), "wrong words")
	d.say(m)
	write := func(content string, attrs map[string]any) {
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			row := *m
			row.Content, row.ContentAttrs = content, attrs
			if err := tx.Messages().Update(ctx, &row); err != nil {
				return err
			}
			*m = row
			return nil
		})
	}
	write("right words", nil)
	d.finds(helpdesk.MessageSearch{Query: "wrong"})
	d.finds(helpdesk.MessageSearch{Query: "right"}, "right words")
	write("This message was deleted", map[string]any{"deleted": true})
	for _, q := range []string{"right", "words", "message"} {
		d.finds(helpdesk.MessageSearch{Query: q})
	}
	write("", nil)
	write("back again", nil)
	d.finds(helpdesk.MessageSearch{Query: "again"}, "back again")
}

func searchForgets(d *desk) {
	box := d.inbox()
	contact, other := d.contact(), d.contact()
	byConversation := d.converse(d.address(box.ID, other.ID))
	byContact, byInbox := d.converse(d.address(box.ID, contact.ID)), d.conversation()
	kept := d.conversation()
	for _, c := range []*helpdesk.Conversation{byConversation, byContact, byInbox, kept} {
		d.say(text(c, "hello"), text(c, "hello again"))
	}
	count := func(want int) {
		d.Helper()
		equal(d, "messages found", len(d.found(helpdesk.MessageSearch{Query: "hello"}, helpdesk.Page{})), want)
	}
	count(8)
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		return tx.Conversations().Delete(ctx, byConversation.ID)
	})
	count(6)
	d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Contacts().Delete(ctx, contact.ID) })
	count(4)
	d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Inboxes().Delete(ctx, byInbox.Inbox) })
	d.finds(helpdesk.MessageSearch{Query: "hello"}, "hello again", "hello")
}

func searchContacts(d *desk) {
	ada := insert(d, contacts, &helpdesk.Contact{
		Account: d.account, Name: "Ada Lovelace", Email: "ada.l@Example.com", Phone: "+5511987654321", Identifier: "cust-0042", Company: "ÉTÉ & Co",
		LastActivityAt: at(5), CreatedAt: start, UpdatedAt: start,
	})
	find := func(d *desk, f helpdesk.ContactFilter) (n int) {
		d.Helper()
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			rows, err := tx.Contacts().List(ctx, f, helpdesk.Page{})
			if err != nil {
				return err
			}
			n, err = tx.Contacts().Count(ctx, f)
			equal(d, "Count", n, len(rows))
			return err
		})
		return n
	}
	for _, q := range []string{"LOVE", "a l", "da love", "ada.l@ex", "@e", "98765", "+55", "T-00", "été", "é & c", "lace", "l", "&"} {
		equal(d, fmt.Sprintf("contacts by %q", q), find(d, helpdesk.ContactFilter{Query: q}), 1)
		equal(d, fmt.Sprintf("contacts of another account by %q", q), find(d.in(d.other), helpdesk.ContactFilter{Query: q}), 0)
	}
	for _, q := range []string{"evol", "lovelacs", "%", "_", "adal", "lace ada", "%%%", "___"} {
		equal(d, fmt.Sprintf("contacts by %q", q), find(d, helpdesk.ContactFilter{Query: q}), 0)
	}
	equal(d, "active since", find(d, helpdesk.ContactFilter{ActiveSince: away(5), ActiveUntil: away(5)}), 1)
	equal(d, "active since later", find(d, helpdesk.ContactFilter{ActiveSince: away(6)}), 0)
	equal(d, "active until earlier", find(d, helpdesk.ContactFilter{Query: "lace", ActiveUntil: away(4)}), 0)
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		row := *ada
		row.Name = "Grace Hopper"
		if err := tx.Contacts().Update(ctx, &row); err != nil {
			return err
		}
		*ada = row
		return nil
	})
	equal(d, "contacts by the old name", find(d, helpdesk.ContactFilter{Query: "lovelace"}), 0)
	equal(d, "contacts by the new name", find(d, helpdesk.ContactFilter{Query: "hopper"}), 1)
	d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Contacts().Delete(ctx, ada.ID) })
	equal(d, "contacts that are gone", find(d, helpdesk.ContactFilter{Query: "hopper"}), 0)
}
