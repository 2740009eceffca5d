package helpdesk

import (
	"cmp"
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// What the desk knows of a provider's templates is a copy. It is made anew when an
// inbox is connected and every templatesEvery after that, and is kept right in
// between by the provider's webhooks.

const (
	templatesEvery = 6 * time.Hour
	templatesBatch = 200 // templates that one transaction writes
	maxTemplates   = 10_000
)

type templatesArgs struct {
	Inbox InboxID `json:"inbox"`
}

// syncTemplatesAt has the templates of an inbox's provider read at a time, or
// before.
func (u *unit) syncTemplatesAt(inbox InboxID, at time.Time) {
	u.enqueue(&Job{Kind: jobTemplates, Key: strconv.FormatInt(int64(inbox), 10), Args: args(templatesArgs{inbox}), RunAt: at, Lane: Bulk})
}

// refreshTemplates is the template.sync job: it reads, and comes back.
func (e *Engine) refreshTemplates(ctx context.Context, j *Job) error {
	var a templatesArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	var templates Templated
	var owner string
	err := e.view(ctx, e.System(j.Account), func(u *unit) error {
		templates, owner = u.templated(a.Inbox)
		if box := u.cfg.inboxes[a.Inbox]; box != nil && !box.RevokedAt.IsZero() {
			templates = nil // connecting it again begins anew
		}
		return nil
	})
	if err != nil || templates == nil {
		return err
	}
	if _, err := e.syncTemplates(ctx, j.Account, templates, owner); err != nil && !isPermanent(err) && !isRevoked(err) {
		return err
	} else if err != nil {
		e.opts.Logger.Warn("the templates of an inbox could not be read", "inbox", a.Inbox, "err", err)
	}
	return e.update(ctx, e.System(j.Account), func(u *unit) error {
		u.syncTemplatesAt(a.Inbox, u.now.Add(templatesEvery))
		return nil
	})
}

// syncTemplates makes the copy equal to what the provider has, and returns how many
// that is. Nothing is dropped unless the provider told everything, nor what came
// while it was telling.
func (e *Engine) syncTemplates(ctx context.Context, account AccountID, sender Templated, owner string) (int, error) {
	began, n := e.now(), 0
	seen := map[string]bool{}
	key := func(t *ProviderTemplate) string { return t.Language + " " + t.Name }
	err := sender.Templates(ctx, func(page []ProviderTemplate) error {
		if n += len(page); n > maxTemplates {
			return Errorf(Limited, "the provider has more than %d templates", maxTemplates)
		}
		for batch := range slices.Chunk(page, templatesBatch) {
			for i := range batch {
				seen[key(&batch[i])] = true
			}
			if err := e.update(ctx, e.System(account), func(u *unit) error { return u.copyTemplates(owner, batch) }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, e.update(ctx, e.System(account), func(u *unit) error {
		known, err := all(u.ctx, u.tx.MessageTemplates(), MessageTemplateFilter{Owner: owner})
		if err != nil {
			return err
		}
		for _, t := range known {
			if seen[key(&t.ProviderTemplate)] || !t.UpdatedAt.Before(began) {
				continue
			}
			if err := u.tx.MessageTemplates().Delete(u.ctx, t.ID); err != nil {
				return absent(err)
			}
		}
		return nil
	})
}

// copyTemplates writes down what the provider told. A copy that is right already
// is not written.
func (u *unit) copyTemplates(owner string, told []ProviderTemplate) error {
	names := make([]string, len(told))
	for i := range told {
		told[i] = told[i].storable()
		names[i] = told[i].Name
	}
	known, err := all(u.ctx, u.tx.MessageTemplates(), MessageTemplateFilter{Owner: owner, Names: names})
	if err != nil {
		return err
	}
	for _, given := range told {
		i := slices.IndexFunc(known, func(t *MessageTemplate) bool { return t.Name == given.Name && t.Language == given.Language })
		if i < 0 {
			t := &MessageTemplate{Account: u.actor.account, Owner: owner, ProviderTemplate: given, CreatedAt: u.now, UpdatedAt: u.now}
			if err := u.tx.MessageTemplates().Insert(u.ctx, t); err != nil {
				return err
			}
			known = append(known, t) // told twice, it is one
			continue
		}
		t := known[i]
		if reflect.DeepEqual(t.ProviderTemplate, given) {
			continue
		}
		t.ProviderTemplate, t.UpdatedAt = given, u.now
		if err := u.tx.MessageTemplates().Update(u.ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// storable is the template as the store gives it back.
func (t ProviderTemplate) storable() ProviderTemplate {
	t.ID, t.Name, t.Language, t.Category = clean(t.ID), clip(clean(t.Name), 512), clip(clean(t.Language), 20), clip(clean(t.Category), 50)
	t.Quality, t.Reason = clip(clean(t.Quality), 50), clip(clean(t.Reason), 1000)
	var content TemplateContent
	if raw, err := json.Marshal(t.TemplateContent); err == nil && json.Unmarshal(raw, &content) == nil {
		t.TemplateContent = content
	}
	return t
}

// hearOfTemplate applies what a provider tells of one template. One that is not
// known yet is fetched by the next sync, which this brings forward.
func (u *unit) hearOfTemplate(inbox *Inbox, news *TemplateNews) error {
	sender, owner := u.templated(inbox.ID)
	if sender == nil || news == nil {
		return nil
	}
	known, err := u.tx.MessageTemplates().List(u.ctx, MessageTemplateFilter{Owner: owner, Name: clean(news.Name), Language: clean(news.Language)}, Page{Limit: 1})
	if err != nil {
		return err
	}
	if len(known) == 0 {
		if cmp.Or(news.Status, TemplatePending) != TemplateDeleted {
			u.syncTemplatesAt(inbox.ID, u.now)
		}
		return nil
	}
	t := known[0]
	before := *t
	t.take(news)
	t.UpdatedAt = u.now
	if err := u.tx.MessageTemplates().Update(u.ctx, t); err != nil {
		return err
	}
	u.emit(&Event{Kind: ConfigChanged, Subject: int64(t.ID)})
	return record(u, "message_template", int64(t.ID), &before, t)
}
