package helpdesk

import "time"

// AttributeModel says what an attribute describes.
type AttributeModel string

const (
	ConversationAttribute AttributeModel = "conversation"
	ContactAttribute      AttributeModel = "contact"
)

// AttributeType is the type of an attribute's values.
type AttributeType string

const (
	TextAttribute     AttributeType = "text"
	NumberAttribute   AttributeType = "number"
	CurrencyAttribute AttributeType = "currency"
	PercentAttribute  AttributeType = "percent"
	LinkAttribute     AttributeType = "link"     // an absolute http or https URL
	DateAttribute     AttributeType = "date"     // YYYY-MM-DD, or RFC 3339 of which the date counts
	ListAttribute     AttributeType = "list"     // one of Choices
	CheckboxAttribute AttributeType = "checkbox" // unset = false
)

// AttributeDefinition declares a custom attribute. (Model, Key) is unique in
// the account.
type AttributeDefinition struct {
	Account     AccountID
	ID          AttributeID
	Model       AttributeModel
	Key         string
	Name        string
	Description string
	Type        AttributeType
	Choices     []string // for lists
	Pattern     string   // for text: a JavaScript-style pattern, look-ahead included; "" = anything
	Hint        string   // tells a person what Pattern wants
	Default     string

	CreatedAt, UpdatedAt time.Time
	Version              int64
}
