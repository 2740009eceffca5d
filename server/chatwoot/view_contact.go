package chatwoot

import (
	"maps"

	"github.com/gohelpdesk/helpdesk"
)

type contactView struct {
	AdditionalAttributes map[string]any     `json:"additional_attributes"`
	AvailabilityStatus   string             `json:"availability_status"`
	Email                *string            `json:"email"`
	ID                   helpdesk.ContactID `json:"id"`
	Name                 string             `json:"name"`
	PhoneNumber          *string            `json:"phone_number"`
	Blocked              bool               `json:"blocked"`
	Identifier           *string            `json:"identifier"`
	Thumbnail            string             `json:"thumbnail"`
	CustomAttributes     map[string]any     `json:"custom_attributes"`
	LastActivityAt       epoch              `json:"last_activity_at,omitzero"`
	CreatedAt            epoch              `json:"created_at,omitzero"`
	ContactInboxes       []addressView      `json:"contact_inboxes,omitzero"` // nil = not asked for
}

type addressView struct {
	SourceID string    `json:"source_id"`
	Inbox    inboxSlim `json:"inbox"`
}

// extraAttributes is additional_attributes: Chatwoot keeps company and place
// there, the engine in fields of their own.
func extraAttributes(c *helpdesk.Contact) map[string]any {
	out := object(maps.Clone(c.Extra))
	for key, value := range map[string]string{"company_name": c.Company, "city": c.City, "country": c.Country} {
		if value != "" {
			out[key] = value
		}
	}
	return out
}

func viewContact(c *helpdesk.Contact) contactView {
	if c == nil {
		c = &helpdesk.Contact{}
	}
	status := "offline"
	if c.Connected {
		status = "online"
	}
	return contactView{
		AdditionalAttributes: extraAttributes(c), AvailabilityStatus: status, Email: text(c.Email), ID: c.ID, Name: c.Name,
		PhoneNumber: text(c.Phone), Blocked: c.Blocked, Identifier: text(c.Identifier), Thumbnail: picture(c.Avatar, c.AvatarURL),
		CustomAttributes: object(c.Attributes), LastActivityAt: epoch{c.LastActivityAt}, CreatedAt: epoch{c.CreatedAt},
	}
}

// contactPush is a contact as it appears beside other things.
type contactPush struct {
	AdditionalAttributes map[string]any     `json:"additional_attributes"`
	CustomAttributes     map[string]any     `json:"custom_attributes"`
	Email                *string            `json:"email"`
	ID                   helpdesk.ContactID `json:"id"`
	Identifier           *string            `json:"identifier"`
	Name                 string             `json:"name"`
	PhoneNumber          *string            `json:"phone_number"`
	Thumbnail            string             `json:"thumbnail"`
	Blocked              bool               `json:"blocked"`
	Type                 string             `json:"type"`
}

func pushContact(c *helpdesk.Contact) contactPush {
	if c == nil {
		c = &helpdesk.Contact{}
	}
	return contactPush{
		AdditionalAttributes: extraAttributes(c), CustomAttributes: object(c.Attributes), Email: text(c.Email), ID: c.ID,
		Identifier: text(c.Identifier), Name: c.Name, PhoneNumber: text(c.Phone), Thumbnail: picture(c.Avatar, c.AvatarURL), Blocked: c.Blocked, Type: "contact",
	}
}

// contactRaw is a contact's row as Rails would print it.
type contactRaw struct {
	ID                   helpdesk.ContactID `json:"id"`
	Name                 string             `json:"name"`
	Email                *string            `json:"email"`
	PhoneNumber          *string            `json:"phone_number"`
	AccountID            helpdesk.AccountID `json:"account_id"`
	CreatedAt            iso                `json:"created_at"`
	UpdatedAt            iso                `json:"updated_at"`
	AdditionalAttributes map[string]any     `json:"additional_attributes"`
	Identifier           *string            `json:"identifier"`
	CustomAttributes     map[string]any     `json:"custom_attributes"`
	LastActivityAt       iso                `json:"last_activity_at"`
	ContactType          string             `json:"contact_type"`
	MiddleName           string             `json:"middle_name"`
	LastName             string             `json:"last_name"`
	Location             string             `json:"location"`
	CountryCode          string             `json:"country_code"`
	Blocked              bool               `json:"blocked"`
	CompanyID            *int64             `json:"company_id"`
}

func rawContact(c *helpdesk.Contact) contactRaw {
	if c == nil {
		c = &helpdesk.Contact{}
	}
	kind := "visitor"
	if c.Email != "" || c.Phone != "" {
		kind = "lead"
	}
	return contactRaw{
		ID: c.ID, Name: c.Name, Email: text(c.Email), PhoneNumber: text(c.Phone), AccountID: c.Account,
		CreatedAt: iso{c.CreatedAt}, UpdatedAt: iso{c.UpdatedAt}, AdditionalAttributes: extraAttributes(c),
		Identifier: text(c.Identifier), CustomAttributes: object(c.Attributes), LastActivityAt: iso{c.LastActivityAt},
		ContactType: kind, Location: c.City, CountryCode: c.Country, Blocked: c.Blocked,
	}
}

type noteView struct {
	ID        helpdesk.NoteID    `json:"id"`
	Content   string             `json:"content"`
	AccountID helpdesk.AccountID `json:"account_id"`
	ContactID helpdesk.ContactID `json:"contact_id"`
	User      *agentView         `json:"user,omitempty"`
	CreatedAt epoch              `json:"created_at"`
	UpdatedAt epoch              `json:"updated_at"`
}

func (v *views) note(n *helpdesk.Note) noteView {
	out := noteView{
		ID: n.ID, Content: n.Content, AccountID: n.Account, ContactID: n.Contact,
		CreatedAt: epoch{n.CreatedAt}, UpdatedAt: epoch{n.UpdatedAt},
	}
	if a := v.agents[n.Author]; a != nil {
		author := viewAgent(a)
		out.User = &author
	}
	return out
}
