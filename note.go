package helpdesk

import "time"

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
