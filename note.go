package helpdesk

import (
	"context"
	"strings"
	"time"
)

// Note is what an agent wrote about a contact, in Markdown. Customers never see it.
type Note struct {
	Account AccountID
	ID      NoteID
	Contact ContactID
	Author  AgentID
	Content string

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// Notes is the service for what agents write about contacts.
type Notes struct{ d *Desk }

const maxNote = 20_000 // characters

func loadNote(u *unit, id int64) (*Note, error) { return u.tx.Notes().Get(u.ctx, NoteID(id)) }

// List returns a contact's notes, newest first.
func (s Notes) List(ctx context.Context, contact ContactID) ([]*Note, error) {
	return read(ctx, s.d, func(u *unit) ([]*Note, error) {
		c, err := u.contact(ReadContact, contact)
		if err != nil {
			return nil, err
		}
		return all(u.ctx, u.tx.Notes(), NoteFilter{Contact: c.ID})
	})
}

// Get returns one note of a contact.
func (s Notes) Get(ctx context.Context, contact ContactID, id NoteID) (*Note, error) {
	return read(ctx, s.d, func(u *unit) (*Note, error) { return u.note(contact, id) })
}

// note loads a note of a contact the actor sees.
func (u *unit) note(contact ContactID, id NoteID) (*Note, error) {
	c, err := u.contact(ReadContact, contact)
	if err != nil {
		return nil, err
	}
	n, err := u.tx.Notes().Get(u.ctx, id)
	if err == nil && n.Contact != c.ID {
		err = notFound("note")
	}
	return orNil(n, err)
}

// checkNote is a note's text, ready to be stored.
func checkNote(content string) (string, error) {
	content = strings.TrimSpace(clean(content))
	p := problems{}
	p.add(content == "", "content", "can't be blank")
	p.add(tooLong(content, maxNote), "content", "is too long (maximum is 20000 characters)")
	return content, p.err()
}

// Update changes what a note says. Whoever sees a contact may.
func (s Notes) Update(ctx context.Context, contact ContactID, id NoteID, content string) (*Note, error) {
	return change(ctx, s.d, loadNote, func(u *unit) (*Note, int64, error) {
		n, err := u.note(contact, id)
		if err != nil {
			return nil, 0, err
		}
		if n.Content, err = checkNote(content); err != nil {
			return nil, 0, err
		}
		n.UpdatedAt = u.now
		return n, int64(n.ID), u.tx.Notes().Update(u.ctx, n)
	})
}

// Create adds a note. Whoever sees a contact may write one.
func (s Notes) Create(ctx context.Context, contact ContactID, content string) (*Note, error) {
	return change(ctx, s.d, loadNote, func(u *unit) (*Note, int64, error) {
		c, err := u.contact(ReadContact, contact)
		if err != nil {
			return nil, 0, err
		}
		said, err := checkNote(content)
		if err != nil {
			return nil, 0, err
		}
		n := &Note{Account: u.actor.account, Contact: c.ID, Author: u.selfID(), Content: said, CreatedAt: u.now, UpdatedAt: u.now}
		if err := u.tx.Notes().Insert(u.ctx, n); err != nil {
			return nil, 0, err
		}
		return n, int64(n.ID), nil
	})
}

// Delete removes a note of a contact.
func (s Notes) Delete(ctx context.Context, contact ContactID, id NoteID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if _, err := u.note(contact, id); err != nil {
			return err
		}
		return u.tx.Notes().Delete(u.ctx, id)
	})
}
