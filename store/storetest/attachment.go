package storetest

import (
	"context"
	"fmt"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// testAttachments: files that came with messages.
func testAttachments(s suite) {
	s.test("are read along in order", func(d *desk) {
		m := text(d.conversation(), "files")
		for i := range 4 {
			a := fullAttachment(d.account)
			a.Name = fmt.Sprint(i)
			m.Attachments = append(m.Attachments, a)
		}
		d.say(m)
		var names []string
		for _, a := range d.message(m.ID).Attachments {
			names = append(names, a.Name)
			equal(d, "message of the attachment", a.Message, m.ID)
		}
		equal(d, "attachments", names, []string{"0", "1", "2", "3"})
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			rows, err := tx.Messages().List(ctx, helpdesk.MessageFilter{Conversation: m.Conversation}, helpdesk.Page{})
			equal(d, "attachments in List", len(rows[0].Attachments), 4)
			return err
		})
	})
	s.test("Attachment and UpdateAttachment keep every field", func(d *desk) {
		m := text(d.conversation(), "file")
		m.Attachments = []*helpdesk.Attachment{fullAttachment(d.account)}
		filled(d, m.Attachments[0], "ID", "Message")
		d.say(m)
		stored := d.message(m.ID).Attachments[0]
		same(d, stored, fullAttachment(d.account), "ID", "Message")
		inUTC(d, stored)
		got, err := d.attachment(stored.ID)
		d.ok(err)
		same(d, got, stored)
		changed := *got
		changed.Blob, changed.URL, changed.Size, changed.Width, changed.Height = "fetched", "", 9, 0, 0
		changed.ContentType, changed.Meta = "text/plain", map[string]any{"a": "b"}
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
			a := changed
			return tx.Messages().UpdateAttachment(ctx, &a)
		})
		got, err = d.attachment(stored.ID)
		d.ok(err)
		same(d, got, &changed)
	})
	s.test("AddAttachments adds to those that are there", addAttachments)
	testAttachmentsGone(s)
}

func addAttachments(d *desk) {
	file := func(name string) *helpdesk.Attachment {
		a := fullAttachment(d.account)
		a.Name = name
		return a
	}
	m, bare := text(d.conversation(), "files"), text(d.conversation(), "none")
	m.Attachments = []*helpdesk.Attachment{file("0")}
	d.say(m)
	d.say(bare)
	for id, want := range map[helpdesk.MessageID][]string{m.ID: {"0", "1", "2"}, bare.ID: {"1", "2"}} {
		more := []*helpdesk.Attachment{file("1"), file("2")}
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Messages().AddAttachments(ctx, id, more...) })
		stored := d.message(id)
		var names []string
		for _, a := range stored.Attachments {
			names = append(names, a.Name)
			equal(d, "message of the attachment", a.Message, id)
		}
		equal(d, "attachments", names, want)
		equal(d, "the version", stored.Version, int64(1))
		same(d, stored.Attachments[len(want)-1], more[1])
	}
	add := func(id helpdesk.MessageID) func(context.Context, helpdesk.Tx) error {
		return func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Messages().AddAttachments(ctx, id, file("x"))
		}
	}
	d.refuses(helpdesk.NotFound, add(bare.ID+1000))
	d.in(d.other).refuses(helpdesk.NotFound, add(m.ID))
	equal(d, "attachments", len(d.message(m.ID).Attachments), 3)
}

// testAttachmentsGone: what is deleted or another account's is out of reach.
func testAttachmentsGone(s suite) {
	s.test("DeleteAttachments returns the blobs", func(d *desk) {
		c := d.conversation()
		m, bystander := text(c, "files"), text(c, "file")
		for i := range 3 {
			m.Attachments = append(m.Attachments, &helpdesk.Attachment{Type: "file", Blob: fmt.Sprintf("blob-%d", i), CreatedAt: start})
		}
		m.Attachments = append(m.Attachments, &helpdesk.Attachment{Type: "location", CreatedAt: start}) // nothing stored
		bystander.Attachments = []*helpdesk.Attachment{{Type: "file", Blob: "stays", CreatedAt: start}}
		d.say(m, bystander)
		var blobs []string
		d.twice(func(ctx context.Context, tx helpdesk.Tx) (err error) {
			blobs, err = tx.Messages().DeleteAttachments(ctx, m.ID)
			return err
		})
		slices.Sort(blobs)
		equal(d, "blobs", blobs, []string{"blob-0", "blob-1", "blob-2"})
		equal(d, "attachments left", len(d.message(m.ID).Attachments), 0)
		equal(d, "attachments of another message", len(d.message(bystander.ID).Attachments), 1)
	})
	s.test("another account's are NotFound", func(d *desk) {
		m := text(d.conversation(), "file")
		m.Attachments = []*helpdesk.Attachment{fullAttachment(d.account)}
		d.say(m)
		a := d.message(m.ID).Attachments[0]
		there := d.in(d.other)
		_, err := there.attachment(a.ID)
		d.is(err, helpdesk.NotFound)
		there.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
			row := *a
			return tx.Messages().UpdateAttachment(ctx, &row)
		})
		there.update(func(ctx context.Context, tx helpdesk.Tx) error {
			blobs, err := tx.Messages().DeleteAttachments(ctx, m.ID)
			equal(d, "blobs of another account", len(blobs), 0)
			if helpdesk.CodeOf(err) == helpdesk.NotFound {
				return nil
			}
			return err
		})
		equal(d, "attachments", len(d.message(m.ID).Attachments), 1)
	})
}

func fullAttachment(account helpdesk.AccountID) *helpdesk.Attachment {
	return &helpdesk.Attachment{
		Account: account, Type: "image", Name: awkward("name.png"), ContentType: "image/png", Size: 1 << 33,
		Width: 640, Height: 480, Blob: "blob", URL: "https://example.com/?a='b'", Ref: awkward("ref"), Meta: things("m"), CreatedAt: away(1),
	}
}

func (d *desk) attachment(id helpdesk.AttachmentID) (*helpdesk.Attachment, error) {
	var a *helpdesk.Attachment
	err := d.store.View(d.ctx(), d.account, func(ctx context.Context, tx helpdesk.Tx) (err error) {
		a, err = tx.Messages().Attachment(ctx, id)
		return err
	})
	return a, err
}
