package helpdesk

import "context"

// Calendars keeps versions of inboxes' and teams' hours; none is ever changed.
type Calendars interface {
	// Current is the newest version of an inbox's hours, or of a team's; the other id
	// is 0. NotFound.
	Current(ctx context.Context, inbox InboxID, team TeamID) (*Calendar, error)
	Add(ctx context.Context, c *Calendar) error // assigns the id
}

// Reporter answers what concerns very many rows, by one aggregation each.
type Reporter interface {
	// Facts counts and sums the log's events in each span.
	Facts(ctx context.Context, q FactQuery) ([]Fact, error)
	// Events lists measured events, conversation.created aside, newest first;
	// CountEvents counts them.
	Events(ctx context.Context, f ReportEventFilter, p Page) ([]*Event, error)
	CountEvents(ctx context.Context, f ReportEventFilter) (int, error)
	// Live counts open and pending conversations as they are now, by whom q.By
	// says: "" = one row with ID 0.
	Live(ctx context.Context, q LiveQuery) ([]LiveCount, error)
	// Begun counts the conversations created in a span by inbox and by the
	// status they have now; inboxes nil = of all, empty = of none.
	Begun(ctx context.Context, s Span, inboxes []InboxID) ([]BegunCount, error)
}
