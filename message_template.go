package helpdesk

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// MessageTemplate is a message template of a provider, as the desk last heard of
// it. It belongs to an account at the provider, and so to every inbox over that.
type MessageTemplate struct {
	Account AccountID
	ID      MessageTemplateID
	Owner   string // whose it is at the provider; see Templated.TemplateOwner

	ProviderTemplate // its ID is the provider's

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// MessageTemplates is the service for the templates of providers that demand them
// for what starts a conversation (FEATURES C5). The provider has the last word on
// them: what is created or changed here is asked of it at once, and what changes
// there comes by its webhooks, by a sync every six hours, and when Sync is called.
//
// Who may see an inbox may read its templates; administrators change them.
type MessageTemplates struct{ d *Desk }

// MessageTemplateInput is what a template is made of. An update leaves Name and
// Language alone, and the category where it is "".
type MessageTemplateInput struct {
	Name     string // lower-case letters, digits and underscores
	Language string // as "en" or "pt_BR"
	Category string // "MARKETING", "UTILITY" or "AUTHENTICATION"
	TemplateContent
}

// templateTime is how long a provider has to answer about a template.
const templateTime = 30 * time.Second

// List returns the templates of an inbox's provider that are known, without asking
// it. Owner of the filter is the inbox's, whatever is given.
func (s MessageTemplates) List(ctx context.Context, inbox InboxID, f MessageTemplateFilter, p Page) ([]*MessageTemplate, error) {
	return read(ctx, s.d, func(u *unit) ([]*MessageTemplate, error) {
		_, owner, err := u.mayTemplates(ReadSettings, inbox)
		if err != nil {
			return nil, err
		}
		f.Owner = owner
		return u.tx.MessageTemplates().List(u.ctx, f, p)
	})
}

// OfInboxes returns all templates of each inbox that has a provider of them, in one
// question whatever their number. Inboxes that the actor does not see are left out.
func (s MessageTemplates) OfInboxes(ctx context.Context, inboxes ...InboxID) (map[InboxID][]*MessageTemplate, error) {
	return read(ctx, s.d, func(u *unit) (map[InboxID][]*MessageTemplate, error) {
		out, owners := map[InboxID][]*MessageTemplate{}, map[string][]InboxID{}
		for _, id := range inboxes {
			_, owner, err := u.mayTemplates(ReadSettings, id)
			switch CodeOf(err) {
			case "":
				out[id], owners[owner] = nil, append(owners[owner], id)
			case NotFound, Unsupported: // it has none for this actor
			default:
				return nil, err
			}
		}
		if len(owners) == 0 {
			return out, nil
		}
		list, err := all(u.ctx, u.tx.MessageTemplates(), MessageTemplateFilter{Owners: slices.Sorted(maps.Keys(owners))})
		for _, t := range list {
			for _, id := range owners[t.Owner] {
				out[id] = append(out[id], t)
			}
		}
		return out, err
	})
}

// Get returns one template of an inbox's provider.
func (s MessageTemplates) Get(ctx context.Context, inbox InboxID, id MessageTemplateID) (*MessageTemplate, error) {
	return read(ctx, s.d, func(u *unit) (*MessageTemplate, error) {
		_, owner, err := u.mayTemplates(ReadSettings, inbox)
		if err != nil {
			return nil, err
		}
		return u.messageTemplate(owner, id)
	})
}

// Create asks the provider for a new template, which begins as pending. Invalid
// names every bad field; Conflict says that the name is taken, or was deleted less
// than 30 days ago.
func (s MessageTemplates) Create(ctx context.Context, inbox InboxID, in MessageTemplateInput) (*MessageTemplate, error) {
	sender, owner, err := s.provider(ctx, inbox)
	if err != nil {
		return nil, err
	}
	return s.once(ctx, owner, func(ask context.Context) (*MessageTemplate, error) {
		t := &MessageTemplate{Account: s.d.actor.account, Owner: owner}
		t.Name, t.Language, t.Category, t.Status, t.TemplateContent = clean(in.Name), clean(in.Language), clean(in.Category), TemplatePending, in.TemplateContent
		news, err := sender.CreateTemplate(ask, &t.ProviderTemplate)
		if err != nil {
			return nil, err
		}
		t.take(news)
		return t, nil
	})
}

// Update asks the provider for a change, after which it judges the template anew.
// Conflict says why it cannot be changed now: while it is judged, and, once it is
// approved, more than once a day or ten times in 30 days.
func (s MessageTemplates) Update(ctx context.Context, inbox InboxID, id MessageTemplateID, in MessageTemplateInput) (*MessageTemplate, error) {
	sender, owner, err := s.provider(ctx, inbox)
	if err != nil {
		return nil, err
	}
	return s.once(ctx, owner, func(ask context.Context) (*MessageTemplate, error) {
		t, err := s.Get(ctx, inbox, id)
		if err != nil {
			return nil, err
		}
		if err := t.change(in); err != nil {
			return nil, err
		}
		news, err := sender.EditTemplate(ask, &t.ProviderTemplate)
		if err != nil {
			return nil, err
		}
		t.Reason = ""
		t.take(news)
		return t, nil
	})
}

// change applies an update, where the provider would take one.
func (t *MessageTemplate) change(in MessageTemplateInput) error {
	switch {
	case t.Status == TemplatePending:
		return Errorf(Conflict, "a template cannot be edited while it is judged")
	case t.Status == TemplateDeleted || t.Status == TemplateDisabled:
		return Errorf(Conflict, "a template that was deleted or disabled cannot be edited")
	case len(t.Raw) > 0:
		return Errorf(Unsupported, "this template has parts that can only be edited at the provider")
	}
	category := cmp.Or(clean(in.Category), t.Category)
	if t.Status == TemplateApproved && category != t.Category {
		return problems{"category": "cannot be changed once the template is approved"}.err()
	}
	t.Category, t.TemplateContent = category, in.TemplateContent
	return nil
}

// Delete removes a template at the provider, in its language. Nothing brings it
// back, and its name is refused for 30 days; so the name has to be given once more.
func (s MessageTemplates) Delete(ctx context.Context, inbox InboxID, id MessageTemplateID, name string) error {
	sender, owner, err := s.provider(ctx, inbox)
	if err != nil {
		return err
	}
	defer s.d.e.templates.lock(owner)()
	if done, err := s.d.e.RequestDone(ctx, s.d.actor.account); err != nil || done {
		return err
	}
	t, err := s.Get(ctx, inbox, id)
	if err != nil {
		return err
	}
	if name != t.Name {
		return problems{"name": "must be the name of the template, as a confirmation"}.err()
	}
	ask, cancel := context.WithTimeout(ctx, templateTime)
	defer cancel()
	if err := sender.DeleteTemplate(ask, &t.ProviderTemplate); err != nil {
		return providerFailure(err)
	}
	return remove(context.WithoutCancel(ctx), s.d, func(u *unit) error {
		if err := u.tx.MessageTemplates().Delete(u.ctx, id); err != nil {
			return absent(err)
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(id)})
		return record(u, "message_template", int64(id), t, nil)
	})
}

// UploadSample hands the provider the sample of a header, at most 2 MB, and
// returns what Header.Example of a template says then. It is for those who judge
// the template, and is not what customers get.
func (s MessageTemplates) UploadSample(ctx context.Context, inbox InboxID, f OutboundFile) (handle string, err error) {
	sender, _, err := s.provider(ctx, inbox)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, templateTime)
	defer cancel()
	handle, err = sender.UploadSample(ctx, f)
	return handle, providerFailure(err)
}

// Sync asks the provider for all its templates now, and returns how many there
// are. It changes what the desk knows, and nothing at the provider.
func (s MessageTemplates) Sync(ctx context.Context, inbox InboxID) (int, error) {
	sender, owner, err := s.provider(ctx, inbox)
	if err != nil {
		return 0, err
	}
	n, err := s.d.e.syncTemplates(ctx, s.d.actor.account, sender, owner)
	return n, providerFailure(err)
}

// once asks the provider for a change and stores what came of it. A repeat of the
// request (see WithIdempotencyKey) asks nobody: changes to one owner's templates go
// one after another in this process, and beyond it the provider takes a name once.
func (s MessageTemplates) once(ctx context.Context, owner string, ask func(ctx context.Context) (*MessageTemplate, error)) (*MessageTemplate, error) {
	defer s.d.e.templates.lock(owner)()
	done, err := s.d.e.RequestDone(ctx, s.d.actor.account)
	if err != nil {
		return nil, err
	}
	var t *MessageTemplate
	if !done {
		limited, cancel := context.WithTimeout(ctx, templateTime)
		defer cancel()
		if t, err = ask(limited); err != nil {
			return nil, providerFailure(err)
		}
	}
	// The caller going away does not undo what the provider did.
	return change(context.WithoutCancel(ctx), s.d, loadMessageTemplate, func(u *unit) (*MessageTemplate, int64, error) {
		known, err := u.tx.MessageTemplates().List(u.ctx, MessageTemplateFilter{Owner: t.Owner, Name: t.Name, Language: t.Language}, Page{Limit: 1})
		if err != nil {
			return nil, 0, err
		}
		fresh := *t // a commit may be tried again
		fresh.UpdatedAt = u.now
		var before *MessageTemplate
		if len(known) == 0 {
			fresh.ID, fresh.CreatedAt = 0, u.now
			err = u.tx.MessageTemplates().Insert(u.ctx, &fresh)
		} else {
			before = known[0]
			fresh.ID, fresh.CreatedAt, fresh.Version = before.ID, before.CreatedAt, before.Version
			err = u.tx.MessageTemplates().Update(u.ctx, &fresh)
		}
		if err != nil {
			return nil, 0, err
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(fresh.ID)})
		return &fresh, int64(fresh.ID), record(u, "message_template", int64(fresh.ID), before, &fresh)
	})
}

func loadMessageTemplate(u *unit, id int64) (*MessageTemplate, error) {
	return u.tx.MessageTemplates().Get(u.ctx, MessageTemplateID(id))
}

// locks are mutexes by name; a name is never forgotten, so they are for few.
type locks struct{ held sync.Map }

// lock waits for the mutex of a name, and returns what gives it back.
func (l *locks) lock(name string) (unlock func()) {
	mu, _ := l.held.LoadOrStore(name, &sync.Mutex{})
	mu.(*sync.Mutex).Lock()        //nolint:forcetypeassert // nothing else is stored
	return mu.(*sync.Mutex).Unlock //nolint:forcetypeassert // likewise
}

// take applies what the provider says of a template: what is empty did not change.
func (t *MessageTemplate) take(news *TemplateNews) {
	t.ProviderTemplate.ID = cmp.Or(clean(news.ID), t.ProviderTemplate.ID)
	t.Category, t.Quality = cmp.Or(clean(news.Category), t.Category), cmp.Or(clean(news.Quality), t.Quality)
	if news.Status != "" {
		t.Status, t.Reason = news.Status, clean(news.Reason)
	}
}

// provider is whom to ask about the templates of an inbox, for who may change them.
func (s MessageTemplates) provider(ctx context.Context, inbox InboxID) (sender Templated, owner string, err error) {
	err = s.d.view(ctx, func(u *unit) error {
		sender, owner, err = u.mayTemplates(EditSettings, inbox)
		return err
	})
	return sender, owner, err
}

// mayTemplates opens an inbox that the actor sees, for what it asks of templates.
func (u *unit) mayTemplates(a Action, inbox InboxID) (Templated, string, error) {
	if err := u.mayInbox(inbox); err != nil {
		return nil, "", err
	}
	if err := u.may(a); err != nil {
		return nil, "", err
	}
	sender, owner := u.templated(inbox)
	if sender == nil {
		return nil, "", Errorf(Unsupported, "this channel has no templates")
	}
	return sender, owner, nil
}

// templated is who has the templates of an inbox; nil = its channel knows none.
func (u *unit) templated(inbox InboxID) (sender Templated, owner string) {
	opened, err := u.e.openSender(u.cfg.inboxes[inbox])
	if err != nil {
		return nil, ""
	}
	sender, ok := opened.(Templated)
	if !ok || sender.TemplateOwner() == "" {
		return nil, ""
	}
	return sender, string(u.cfg.inboxes[inbox].Kind) + ":" + sender.TemplateOwner()
}

func (u *unit) messageTemplate(owner string, id MessageTemplateID) (*MessageTemplate, error) {
	t, err := u.tx.MessageTemplates().Get(u.ctx, id)
	if err == nil && t.Owner != owner {
		return nil, notFound("message template")
	}
	return t, err
}

// providerFailure is what people see of a provider that was asked on their behalf.
func providerFailure(err error) error {
	switch {
	case err == nil:
		return nil
	case isRevoked(err):
		return &Error{Code: Conflict, Message: "the inbox must be connected again", Err: err}
	case isPermanent(err):
		return &Error{Code: Conflict, Message: "the provider refused", Err: err}
	case CodeOf(err) != Internal:
		return err
	default:
		return &Error{Code: Unavailable, Message: "the provider did not answer", Err: err}
	}
}
