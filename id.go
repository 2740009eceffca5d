package helpdesk

import (
	"crypto/rand"
	"crypto/sha256"
	"math/big"

	"github.com/google/uuid"
)

// Ids are typed so that a conversation's database id and the number a person
// sees in a URL can never be mixed up. All are positive, below 2^53 and never
// reused; zero means "none". They come from one sequence per table, shared by
// every account.
type (
	AccountID      int64 // a tenant
	AgentID        int64 // a person (User) or an agent bot: both come from one sequence, so either can be an assignee
	TeamID         int64
	InboxID        int64
	ContactID      int64
	ContactInboxID int64 // one person's address in one inbox
	ConversationID int64 // the database id; it does not leave the server
	DisplayID      int64 // the conversation's number within its account: 1, 2, 3…
	MessageID      int64 // grows in order of arrival, whatever time a provider claims
	AttachmentID   int64
	UploadID       int64
	NoteID         int64
	LabelID        int64
	AttributeID    int64
	RoleID         int64
	IdentityID     int64
	ConsentID      int64 // of a line in a contact's ledger
	MergeID        int64
	WebhookID      int64
	DeliveryID     int64
	PlatformAppID  int64
	IntegrationID  int64 // a hook into another product
	DashboardAppID int64
	AttemptID      int64
	JournalID      int64
	JobID          int64
	SessionID      int64
	AuditID        int64
	CannedID       int64

	MessageTemplateID int64
	MacroID           int64
	ScheduledID       int64 // of a message that is sent later
	AppliedSLAID      int64 // of a conversation's SLA
	RuleID            int64
	FlowID            int64
	FlowRunID         int64
	CampaignID        int64
	CampaignNumber    int64 // the campaign's number within its account: 1, 2, 3…
	PolicyID          int64 // of an assignment policy
	SLAPolicyID       int64
	ChannelGroupID    int64
	ViewID            int64
	PortalID          int64
	CategoryID        int64 // of a help centre
	ArticleID         int64
	TaskID            int64
	CalendarID        int64
	SurveyID          int64
	NotificationID    int64
	SubscriptionID    int64 // of a device that wants push
	EventSeq          int64 // position in one account's event log: 1, 2, 3… without gaps
)

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// newToken returns a secret of 24 base58 characters (140 bits), the form
// Chatwoot's clients expect of an access token.
func newToken() string {
	out := make([]byte, 24)
	for i := range out {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(base58))))
		if err != nil {
			panic("helpdesk: no randomness: " + err.Error()) // the platform is unusable
		}
		out[i] = base58[n.Int64()]
	}
	return string(out)
}

// newUUID returns a random identifier for what outsiders hold.
func newUUID() string { return uuid.NewString() }

// digest is the form in which a secret or an outside key is looked up: the
// store holds no token in clear.
func digest(s string) []byte {
	sum := sha256.Sum256([]byte(s))
	return sum[:]
}
