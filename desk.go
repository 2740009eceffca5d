package helpdesk

import (
	"context"
	"slices"
)

// Desk is what one actor may do. It is cheap to make, safe for concurrent use,
// and the only door to any service: no method takes an account, so nothing can
// cross from one to another.
type Desk struct {
	e     *Engine
	actor Actor

	Accounts          Accounts
	Agents            Agents
	Roles             Roles
	Teams             Teams
	Inboxes           Inboxes
	Contacts          Contacts
	Notes             Notes
	Conversations     Conversations
	Messages          Messages
	ScheduledMessages ScheduledMessages
	Search            Search
	Uploads           Uploads
	Labels            Labels
	Attributes        Attributes
	Webhooks          Webhooks
	Notifications     Notifications
	Bots              Bots
	Integrations      Integrations
	DashboardApps     DashboardApps
	Profile           Profile
	Audit             Audit

	CannedResponses    CannedResponses
	MessageTemplates   MessageTemplates
	Macros             Macros
	Rules              Rules
	Flows              Flows
	Campaigns          Campaigns
	AssignmentPolicies AssignmentPolicies
	SLAPolicies        SLAPolicies
	ChannelGroups      ChannelGroups
	Views              Views
	Tasks              Tasks

	Portals     Portals
	Categories  Categories
	Articles    Articles
	Reports     Reports
	Surveys     Surveys
	AppliedSLAs AppliedSLAs
}

// As returns the desk of an actor.
func (e *Engine) As(a Actor) *Desk {
	d := &Desk{e: e, actor: a}
	d.Accounts = Accounts{d}
	d.Agents = Agents{d}
	d.Roles = Roles{d}
	d.Teams = Teams{d}
	d.Inboxes = Inboxes{d}
	d.Contacts = Contacts{d}
	d.Notes = Notes{d}
	d.Conversations = Conversations{d}
	d.Messages = Messages{d}
	d.ScheduledMessages = ScheduledMessages{d}
	d.Search = Search{d}
	d.Uploads = Uploads{d}
	d.Labels = Labels{d}
	d.Attributes = Attributes{d}
	d.Webhooks = Webhooks{d}
	d.Notifications = Notifications{d}
	d.Bots = Bots{d}
	d.Integrations = Integrations{d}
	d.DashboardApps = DashboardApps{d}
	d.Profile = Profile{d}
	d.Audit = Audit{d}
	d.CannedResponses = CannedResponses{d}
	d.MessageTemplates = MessageTemplates{d}
	d.Macros = Macros{d}
	d.Rules, d.Flows = Rules{d}, Flows{d}
	d.Campaigns = Campaigns{d}
	d.AssignmentPolicies = AssignmentPolicies{d}
	d.SLAPolicies = SLAPolicies{d}
	d.ChannelGroups = ChannelGroups{d}
	d.Views = Views{d}
	d.Tasks = Tasks{d}
	d.Portals = Portals{d}
	d.Categories = Categories{d}
	d.Articles = Articles{d}
	d.Reports = Reports{d}
	d.Surveys = Surveys{d}
	d.AppliedSLAs = AppliedSLAs{d}
	return d
}

// Actor is whose desk it is.
func (d *Desk) Actor() Actor { return d.actor }

// Engine is the engine the desk belongs to.
func (d *Desk) Engine() *Engine { return d.e }

// May says which of some actions the actor's role allows, for a screen that leaves
// out what would be refused. It is advice and no permission: what is done is asked
// about again when it is done, and of one conversation or contact that they do not
// see the answer is no all the same.
func (d *Desk) May(ctx context.Context, actions ...Action) (map[Action]bool, error) {
	return read(ctx, d, func(u *unit) (map[Action]bool, error) {
		out := make(map[Action]bool, len(actions))
		for _, a := range actions {
			out[a] = u.may(a) == nil
		}
		return out, nil
	})
}

// view runs fn on one snapshot on behalf of the desk's actor.
func (d *Desk) view(ctx context.Context, fn func(u *unit) error) error {
	return d.e.view(ctx, d.actor, fn)
}

// read is view for one result.
func read[T any](ctx context.Context, d *Desk, fn func(u *unit) (T, error)) (out T, err error) {
	err = d.view(ctx, func(u *unit) (err error) {
		out, err = fn(u)
		return err
	})
	return orNothing(out, err)
}

// orNothing drops a result that came with an error: what may not be seen is not
// handed out beside the refusal.
func orNothing[T any](out T, err error) (T, error) {
	if err != nil {
		var none T
		return none, err
	}
	return out, nil
}

// change runs fn in one Update and returns its result. With an idempotency key
// in ctx, a repeated call has no second effect: it returns what load finds under
// the first call's result id.
func change[T any](ctx context.Context, d *Desk, load func(u *unit, id int64) (T, error), fn func(u *unit) (T, int64, error)) (out T, err error) {
	err = d.e.update(ctx, d.actor, func(u *unit) (err error) {
		if u.replay != nil {
			out, err = load(u, u.replay.ID)
			return err
		}
		var id int64
		if out, id, err = fn(u); err != nil {
			return err
		}
		return u.result(id)
	})
	return orNothing(out, err)
}

// remove runs fn in one Update that has no result.
func remove(ctx context.Context, d *Desk, fn func(u *unit) error) error {
	return d.e.update(ctx, d.actor, func(u *unit) error {
		if u.replay != nil {
			return nil
		}
		return fn(u)
	})
}

// may asks the permission table. What is bound to a conversation goes through
// mayConversation instead.
func (u *unit) may(a Action) error {
	switch u.actor.ref.Kind {
	case ByHost, BySystem, ByApp:
		return nil
	case ByAgent:
		g := permissions[a]
		if u.self.Role == CustomRoled {
			if role := u.cfg.roles[u.self.Custom]; role != nil && role.Permissions&g.perms != 0 {
				return nil
			}
			return forbidden(a)
		}
		if slices.Contains(g.roles, u.self.Role) {
			return nil
		}
	default:
		if slices.Contains(permissions[a].other, u.actor.ref.Kind) {
			return nil
		}
	}
	return forbidden(a)
}

// mayConversation asks first whether the actor sees the conversation (if not,
// it is NotFound) and then whether they may do a to it.
func (u *unit) mayConversation(a Action, c *Conversation) error {
	visible, err := u.sees(c)
	if err != nil {
		return err
	}
	if !visible {
		return notFound("conversation")
	}
	return u.may(a)
}

func (u *unit) sees(c *Conversation) (bool, error) {
	s := u.scope()
	part := false
	if s.Part {
		who, err := u.tx.Participants().Of(u.ctx, c.ID)
		if err != nil {
			return false, err
		}
		part = slices.Contains(who, s.Agent)
	}
	return s.Sees(c.facts(), c.Contact, part), nil
}

// mayContact asks whether the actor may do a to a contact. Without the right to
// see every contact, only those of visible conversations exist.
func (u *unit) mayContact(a Action, c *Contact) error {
	if u.may(ReadContacts) != nil && u.actor.ref.Kind != ByRule {
		s := u.scope()
		n, err := u.tx.Contacts().Count(u.ctx, ContactFilter{IDs: []ContactID{c.ID}, Visible: &s})
		if err != nil {
			return err
		}
		if n == 0 {
			return notFound("contact")
		}
	}
	return u.may(a)
}

// mayInbox asks whether the actor may see an inbox's settings: members and
// administrators only.
func (u *unit) mayInbox(id InboxID) error {
	if err := u.may(ReadSettings); err != nil {
		return err
	}
	if s := u.scope(); !s.All && !slices.Contains(s.Inboxes, id) && u.may(EditSettings) != nil {
		return notFound("inbox")
	}
	return nil
}

// scope is the visibility predicate of the unit's actor.
func (u *unit) scope() Scope {
	switch u.actor.ref.Kind {
	case ByContact:
		return Scope{Address: u.actor.contact, Contact: ContactID(u.actor.ref.ID), Proven: u.proven}
	case ByAgent:
		return u.cfg.scopeOf(u.self)
	case ByBot:
		id := AgentID(u.actor.ref.ID)
		return Scope{Inboxes: u.cfg.inboxesOf[id], Own: true, Free: true, Others: true, Agent: id}
	default:
		return Scope{All: true}
	}
}

// provenWith are the addresses whose conversations the holder of an address sees
// beside their own: those of the same contact and inbox that are proven as it is.
func (u *unit) provenWith(a *ContactInbox) ([]ContactInboxID, error) {
	if !a.Verified {
		return nil, nil
	}
	rows, err := u.tx.ContactInboxes().Of(u.ctx, a.Contact)
	var out []ContactInboxID
	for _, r := range rows {
		if r.Verified && r.Inbox == a.Inbox {
			out = append(out, r.ID)
		}
	}
	return out, err
}
