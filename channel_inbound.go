package helpdesk

import "time"

// Person is who sent an inbound message, as the provider tells it.
type Person struct {
	Source string // required: the person's address in the inbox
	// Also are other addresses of the same person in the inbox, at most three: an id
	// that stays while the number is hidden. Any that is known says whose message it
	// is, and from then on all of them do.
	Also       []string
	Name       string
	Email      string
	Phone      string // any form; canonicalised by the engine
	Identifier string
	AvatarURL  string
	Attested   bool // the provider vouches for e-mail and phone
	Verified   bool // identity proven (HMAC)
	Claims     bool // what is given is the customer's own word now: see Contacts.Identify
	Attributes map[string]any
	Extra      map[string]any
}

// Inbound is one message from a customer.
type Inbound struct {
	ExternalID   string // the provider's id; "" = cannot be deduplicated
	From         Person
	At           time.Time // the provider's time; zero = now
	Content      string    // at most 150,000 characters
	ContentType  string    // "" = text
	ContentAttrs map[string]any
	Extra        map[string]any
	Attachments  []InboundFile // at most 15
	ReplyTo      string        // external id of the message it quotes
	EchoID       string
	// Group is the provider's own name for things that the customer sent as one, like
	// the pictures of an album; "" = it stands alone. It names one of one customer. What
	// comes with files within a minute of the first of its group becomes part of that
	// one message, as long as it has room: each file is added, each caption is a
	// paragraph, and the external id leads to that message from then on: an edit gives
	// it new words, a deletion takes all of it. message.created is told of the first
	// alone, and so are rules and flows; message.updated of each of the others. Echo
	// and History stand alone whatever it says.
	Group string
	// Echo says that the business wrote it, on a device or page of its own, and From
	// is whom it went to. It is stored as sent, opens no window and fires no rule.
	Echo bool
	// History says that it was written before the inbox was connected. It is stored
	// under its own time and wakes nobody: no rule, no bot, no assignment, no window,
	// and the conversation keeps its place in lists.
	History bool
	// Automatic says that a program of the customer's wrote it and nobody chose the
	// words: an out-of-office note, a receipt. Nothing is said by itself in answer,
	// no flow or bot takes it for an answer, keep-alive and silence go on as if it
	// had not come, and a circle of rules does not end with it. Rules see it as
	// message.automatic; agents read it like any other. Extra["auto_reply"] says the
	// same.
	Automatic bool
	// Conversation asks for one of the sender's own conversations; it is
	// followed while that is not resolved, and then as if it were not given.
	Conversation DisplayID
	// Start fills a conversation that this message opens.
	Start StartFields

	language string // of Content; "" = nobody can tell
}

// StartFields are what a conversation may be given when it starts.
type StartFields struct {
	Attributes map[string]any
	Extra      map[string]any
}

// InboundFile is an attachment of an inbound message. One of Data, Blob, URL, Ref
// and Meta is set: bytes, bytes that are in Blobs already, an address or a
// provider's own name that a job fetches after the message is stored, or a thing
// without bytes (a location).
type InboundFile struct {
	Type        string // "" = by content type
	Name        string
	ContentType string // a claim; sniffed when there are bytes
	Size        int64
	Data        []byte `json:"-"`
	Blob        string
	URL         string
	Ref         string // the provider's own name of a file, which the Sender fetches: see Fetcher
	Meta        map[string]any
	Upload      string // the token of an Upload, see Engine.UploadToken; it takes the place of all but Type

	upload UploadID // whose bytes Blob names: used up by the message
}

// Batch is what one call of a provider carried: any number of things for any
// number of inboxes.
type Batch struct {
	Items []BatchItem
	// Answer, when set, is sent instead of an empty 200: challenges and the like.
	Answer *Answer
	// Shared says that the call was proven with a secret of the installation, and not
	// of the inbox that was called: only then does an item reach inboxes of other
	// accounts.
	Shared bool
}

// BatchItem is the slice of a batch that concerns one of our addresses. What is in
// it is applied in the order of the fields, all of it in one commit.
type BatchItem struct {
	To          Address // zero = the inbox whose webhook was called
	Messages    []Inbound
	Edits       []Edit
	Reactions   []Reaction
	Receipts    []Receipt
	Preferences []Preference
	Renames     []Rename
	Referrals   []Referral
	Notices     []Notice
}

// Edit is a change somebody made to a message they had sent: new words, or that
// it is taken back. An edit of a message that is not known yet waits for it for
// ten minutes; of several the latest time wins.
type Edit struct {
	ExternalID string // of the message
	At         time.Time
	Content    string
	Deleted    bool // taken back for everybody: the message stays, its content goes
}

// Reaction is a sign that somebody set under a message. It waits for a message
// that is not known yet as an Edit does; of one person's the latest time wins.
type Reaction struct {
	ExternalID string // of the message it stands under
	From       string // the customer's address; "" = the business itself
	Emoji      string // "" takes it away
	At         time.Time
}

// Preference is what a customer allows, told by the provider.
type Preference struct {
	From     Person
	Category ConsentCategory
	Stop     bool // false = takes it up again
	At       time.Time
}

// Referral is what led a customer to the business, told without a message of theirs: a
// link that they followed, an advertisement that they touched. It opens nothing. It is
// kept with their last conversation; of somebody whom the desk does not know there is
// nobody to keep it of.
type Referral struct {
	From    string         // the customer's address
	Details map[string]any // as the provider tells it
	At      time.Time
}

// Rename is an address that became another one of the same person: a number that
// changed. An address that is not known is no error.
type Rename struct {
	From string
	To   Person
	At   time.Time
}

// NoticeKind says what a notice is about.
type NoticeKind string

const (
	NoticeRevoked  NoticeKind = "revoked"  // access is gone: somebody must connect the inbox again
	NoticeRestored NoticeKind = "restored" // and has it back
	NoticeTemplate NoticeKind = "template" // a template changed: see Notice.Template
	NoticeLimit    NoticeKind = "limit"    // how many people may be written to first in a day: Notice.Limit
	NoticeQuality  NoticeKind = "quality"  // what the provider thinks of the inbox: Notice.Value
	NoticeWarning  NoticeKind = "warning"  // it works, and is not set up right: Check tells of Notice.Value and Reason for a day
	NoticeOther    NoticeKind = "other"    // shown to administrators, and nothing else
)

// Notice is news of an inbox itself.
type Notice struct {
	Kind     NoticeKind
	At       time.Time
	Owner    string         // what of the provider's it concerns beyond the inbox: see Templated
	Reason   string         // for people
	Value    string         // of NoticeQuality: "green", "yellow", "red"; of NoticeWarning: the code of a HealthProblem
	Limit    int            // of NoticeLimit: people in 24 hours; -1 = no limit
	Template *TemplateNews  // of NoticeTemplate
	Details  map[string]any // as the provider tells it; shown as it is
}

// Answer is a webhook's reply.
type Answer struct {
	Status      int
	ContentType string
	Body        []byte
}

// Addressed is a Sender that knows the provider's names of its inbox; they
// become routes, unique in the installation.
type Addressed interface{ Addresses() []Address }
