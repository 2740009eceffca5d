package helpdesk

import "time"

// Label is a tag for conversations and contacts.
type Label struct {
	Account     AccountID
	ID          LabelID
	Title       string // lower case, unique in the account
	Description string
	Color       string // #rrggbb
	Sidebar     bool   // listed in the sidebar
	// Adhoc marks a title that somebody put on a conversation without an
	// administrator having defined it. It is hidden from the list of labels.
	Adhoc bool

	CreatedAt, UpdatedAt time.Time
	Version              int64
}
