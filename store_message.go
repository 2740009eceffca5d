package helpdesk

import (
	"context"
	"time"
)

// MessageRepo keeps messages and their attachments.
type MessageRepo interface {
	Get(ctx context.Context, id MessageID) (*Message, error)
	List(ctx context.Context, f MessageFilter, p Page) ([]*Message, error)
	// Search lists messages by their words, newest first.
	Search(ctx context.Context, f MessageSearch, p Page) ([]*Message, error)
	// Last returns, of each conversation, its newest message that passes public
	// (as MessageFilter.Public), for lists.
	Last(ctx context.Context, public bool, ids ...ConversationID) (map[ConversationID]*Message, error)
	// ByExternal finds messages of the inbox by the provider's id, or by one that
	// Journal.Join made part of them; NotFound.
	ByExternal(ctx context.Context, inbox InboxID, externalID string) (*Message, error)
	// Insert writes all messages and their attachments, assigning ids in order.
	Insert(ctx context.Context, ms ...*Message) error
	Update(ctx context.Context, m *Message) error
	// AddAttachments gives a stored message more, after those that it has, and assigns
	// their ids; its version stays. NotFound.
	AddAttachments(ctx context.Context, id MessageID, as ...*Attachment) error
	// CountSince counts the conversation's messages created at or after since.
	CountSince(ctx context.Context, id ConversationID, since time.Time) (int, error)
	// MarkRead moves outgoing messages up to at from sent or delivered to read,
	// and returns those that moved.
	MarkRead(ctx context.Context, id ConversationID, at time.Time) ([]*Message, error)
	Attachment(ctx context.Context, id AttachmentID) (*Attachment, error)
	UpdateAttachment(ctx context.Context, a *Attachment) error
	// Attachments lists those of a conversation, newest first; only those of
	// messages that pass public (as MessageFilter.Public).
	Attachments(ctx context.Context, id ConversationID, public bool, p Page) ([]*Attachment, error)
	// CountAttachments counts what Attachments lists.
	CountAttachments(ctx context.Context, id ConversationID, public bool) (int, error)
	// DeleteAttachments removes a message's attachments and returns their blobs.
	DeleteAttachments(ctx context.Context, id MessageID) (blobs []string, err error)
}

// AttemptRepo keeps attempts to send.
type AttemptRepo interface {
	Latest(ctx context.Context, id MessageID) (*Attempt, error) // NotFound
	ByExternal(ctx context.Context, inbox InboxID, externalID string) (*Attempt, error)
	Insert(ctx context.Context, inbox InboxID, a *Attempt) error
	Update(ctx context.Context, a *Attempt) error
}

// SurveyRepo keeps answers to surveys, the newest first in lists unless the
// filter says otherwise. A second answer to one message is a Conflict.
type SurveyRepo interface {
	Repo[SurveyID, SurveyResponse, SurveyFilter]
	// Latest returns the conversation's newest survey message; NotFound.
	Latest(ctx context.Context, id ConversationID) (*Message, error)
	Ratings(ctx context.Context, f SurveyFilter) (map[int]int, error)
	// Sent counts survey messages; Agents asks by the conversation's last
	// assignee where there is no answer, and Rating asks nothing.
	Sent(ctx context.Context, f SurveyFilter) (int, error)
}

// JournalEntry is what a provider delivered, raw.
type JournalEntry struct {
	Account     AccountID
	ID          JournalID
	Inbox       InboxID
	ContentType string
	Body        []byte // up to 64 kB
	Blob        string // key in Blobs when the body is larger
	Header      map[string]string
	Done        bool
	Error       string
	ReceivedAt  time.Time
	DoneAt      time.Time
}

// Journal keeps inbound traffic as it came, and remembers what was seen.
type Journal interface {
	Insert(ctx context.Context, e *JournalEntry) error
	Get(ctx context.Context, id JournalID) (*JournalEntry, error)
	Settle(ctx context.Context, id JournalID, at time.Time, err string) error
	// Mention links an entry to the contacts whose messages it carried, so that
	// erasure finds it.
	Mention(ctx context.Context, id JournalID, contacts ...ContactID) error
	// See remembers an external id of the inbox and reports whether it is new.
	// The memory outlives the message. It never fails for a duplicate.
	See(ctx context.Context, inbox InboxID, externalID string, at time.Time) (fresh bool, err error)
	// Join remembers an external id as part of a message; it is seen from then on, and
	// the last message counts.
	Join(ctx context.Context, inbox InboxID, externalID string, id MessageID, at time.Time) error
	// Joined is the message that Join made it part of, which may be gone since; 0 = none.
	Joined(ctx context.Context, inbox InboxID, externalID string) (MessageID, error)
	// Latest is when the newest entry of an inbox was received; zero = none is kept.
	Latest(ctx context.Context, inbox InboxID) (time.Time, error)
	// DropBefore forgets up to limit settled entries older than at; it returns
	// how many, and their blobs.
	DropBefore(ctx context.Context, at time.Time, limit int) (n int, blobs []string, err error)
}

// Parked keeps receipts that came before the message's id was known.
type Parked interface {
	Put(ctx context.Context, inbox InboxID, r Receipt) error
	Take(ctx context.Context, inbox InboxID, externalID string) ([]Receipt, error) // removes them; in order of arrival
	DropBefore(ctx context.Context, at time.Time) error
}
