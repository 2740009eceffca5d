package helpdesk

import (
	"context"
	"regexp"
	"slices"
)

// TemplateStatus is where a message template stands at its provider. Only an
// approved one can be sent.
type TemplateStatus string

const (
	TemplatePending  TemplateStatus = "PENDING"
	TemplateApproved TemplateStatus = "APPROVED"
	TemplateRejected TemplateStatus = "REJECTED"
	TemplatePaused   TemplateStatus = "PAUSED"
	TemplateDisabled TemplateStatus = "DISABLED"
	TemplateDeleted  TemplateStatus = "DELETED" // at the provider; its name is taken for a while
)

// TemplateFormat is how the variables of a message template are named.
type TemplateFormat string

const (
	NamedParameters      TemplateFormat = "NAMED"      // {{order_number}}
	PositionalParameters TemplateFormat = "POSITIONAL" // {{1}}, {{2}}, without gaps
)

// TemplateContent is what a message template says: what its author writes and the
// provider approves.
type TemplateContent struct {
	Header  TemplateHeader
	Body    string // with {{variables}}, never at its beginning or end
	Footer  string
	Buttons []TemplateButton
	Format  TemplateFormat
	// Examples are a sample value for each variable of the body, by its name.
	Examples map[string]string
	// Raw are components of the provider that the fields above cannot say; they are
	// kept as they came, and such a template cannot be edited here.
	Raw []map[string]any `json:",omitempty"`
}

// TemplateHeader stands above the body. Its zero value is none.
type TemplateHeader struct {
	Kind    string // "", "TEXT", "IMAGE", "VIDEO", "DOCUMENT" or "LOCATION"
	Text    string // of TEXT: at most 60 characters, with at most one variable
	Example string // of the variable, or the handle of an uploaded sample
}

// TemplateButton is a button under the body.
type TemplateButton struct {
	Kind    string // "QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE", "OTP", "FLOW", "CATALOG", "MPM", "VOICE_CALL"
	Text    string // at most 25 characters
	URL     string // may end in one variable
	Phone   string
	Example string         // of the variable, or the code
	Extra   map[string]any // what else the provider keeps of it
}

// ProviderTemplate is a message template as its provider tells it.
type ProviderTemplate struct {
	ID       string // the provider's
	Name     string
	Language string
	Category string // "MARKETING", "UTILITY", "AUTHENTICATION"
	Status   TemplateStatus
	Quality  string // "GREEN", "YELLOW", "RED"; "" = not known
	Reason   string // why it was rejected
	TemplateContent
}

// TemplateNews is what a provider tells of one template: what is empty did not
// change.
type TemplateNews struct {
	ID, Name, Language, Category, Quality, Reason string

	Status TemplateStatus
}

// TemplateUse is a template in a message: which one, and what fills it.
type TemplateUse struct {
	ProviderTemplate // as the engine knows it; the engine checks the parameters against it

	Params  map[string]string // of the body, by name or "1", "2"…
	Header  string            // the variable of a text header, or the web address of its file; "" = the message's first attachment
	Buttons map[int]string    // the variable of a button, by its place from 0
}

// Text is the template as the customer reads its body, with what fills it.
func (t *TemplateUse) Text() string {
	return templateVariable.ReplaceAllStringFunc(t.Body, func(hole string) string {
		return t.Params[templateVariable.FindStringSubmatch(hole)[1]]
	})
}

var templateVariable = regexp.MustCompile(`\{\{\s*([a-z0-9_]+)\s*\}\}`)

// TemplateVariables are the names between the braces of a template's text, each
// once, in their order.
func TemplateVariables(text string) []string {
	var names []string
	for _, m := range templateVariable.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}

// Templated is a Sender whose provider demands approved templates for what starts
// a conversation. Errors of code Invalid name the bad fields, as "name", "body",
// "buttons"; Conflict says that a name is taken or an edit comes too early.
type Templated interface {
	// TemplateOwner names whose the templates are at the provider: inboxes with the
	// same owner share them.
	TemplateOwner() string
	// Templates calls emit with every template, page by page.
	Templates(ctx context.Context, emit func([]ProviderTemplate) error) error
	CreateTemplate(ctx context.Context, t *ProviderTemplate) (*TemplateNews, error)
	EditTemplate(ctx context.Context, t *ProviderTemplate) (*TemplateNews, error)
	DeleteTemplate(ctx context.Context, t *ProviderTemplate) error
	// UploadSample hands over the sample of a header and returns its handle.
	UploadSample(ctx context.Context, f OutboundFile) (handle string, err error)
}
