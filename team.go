package helpdesk

import "time"

// Team is a department: conversations can be assigned to it, with or without
// handing them on to one of its members. Membership alone shows a member
// nothing: they must also belong to the inbox.
type Team struct {
	Account     AccountID
	ID          TeamID
	Name        string // lower case, unique in the account
	Description string
	AutoAssign  bool // hand a transferred conversation to an online member

	CreatedAt, UpdatedAt time.Time
	Version              int64
}
