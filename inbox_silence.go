package helpdesk

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"
)

// The alarm of an inbox in which nothing arrives any more
//
// A provider that stops calling says nothing, and customers notice first. So an
// inbox may have an alarm: when its provider has not called for SilenceAlarm hours,
// of the inbox's business hours if it has any, the administrators are told, once
// until it calls again. Whatever it brings counts: a receipt shows that the webhook
// works as well as a message does. An inbox to which nothing ever came is not silent.
//
// There is one timer for each inbox with an alarm. It looks at the journal, so that
// what arrives costs nothing more.
const (
	maxSilenceAlarm = 336                 // hours
	maxSilenceSpan  = 28 * 24 * time.Hour // that they may take, for the journal forgets (keepJournal)
	silenceLook     = time.Hour           // how soon the timer looks again where there is nothing to count
)

// applySilenceAlarm checks and sets the alarm of an inbox; sender is nil when its
// settings are bad.
func (u *unit) applySilenceAlarm(p problems, box *Inbox, sender Sender, hours *int) {
	if hours != nil {
		const field = "silence_alarm_hours"
		box.SilenceAlarm = *hours
		p.add(*hours < 0 || *hours > maxSilenceAlarm, field, "must be a number of hours from 0 to 336")
		_, called := sender.(WebhookParser)
		p.add(*hours != 0 && sender != nil && !called, field, "is for channels whose provider calls")
		if p[field] == "" && *hours > 0 && box.HoursEnabled {
			due := box.calendar().After(u.now, int64(*hours)*60*60)
			p.add(due.IsZero() || due.Sub(u.now) > maxSilenceSpan, field, "takes longer than four weeks with these business hours")
		}
	}
	if box.SilenceAlarm == 0 {
		box.SilentSince = time.Time{}
	}
}

// watchSilence has the timer of an inbox with an alarm run at a time or before.
func (u *unit) watchSilence(box *Inbox, at time.Time) {
	if box.SilenceAlarm > 0 {
		u.enqueue(&Job{Kind: jobInboxSilence, Key: strconv.FormatInt(int64(box.ID), 10), Args: args(connectArgs{box.ID}), RunAt: at})
	}
}

// lookForSilence is the inbox.silence job. What it told is in the inbox's row, so
// that running twice tells nothing twice.
func (e *Engine) lookForSilence(ctx context.Context, j *Job) error {
	var a connectArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	return e.update(ctx, e.System(j.Account), func(u *unit) error {
		box, err := u.tx.Inboxes().Get(u.ctx, a.Inbox)
		if err != nil || box.SilenceAlarm == 0 { // switching it on arms the timer anew
			return absent(err)
		}
		last, err := u.tx.Journal().Latest(u.ctx, box.ID)
		if err != nil {
			return err
		}
		next, err := u.stepSilence(box, last)
		if err != nil {
			return err
		}
		u.watchSilence(box, next)
		return nil
	})
}

// stepSilence gives the alarm or takes it back, and says when to look again.
func (u *unit) stepSilence(box *Inbox, last time.Time) (time.Time, error) {
	due := u.cfg.inboxHours[box.ID].after(last, int64(box.SilenceAlarm)*60*60)
	again := u.now.Add(silenceLook)
	switch silent := !box.SilentSince.IsZero(); {
	case silent && last.After(box.SilentSince):
		box.SilentSince, box.UpdatedAt = time.Time{}, u.now
		u.emit(&Event{Kind: InboxUpdated, Subject: int64(box.ID), Details: map[string]Change{"silent": changed(true, false)}})
		return again, u.tx.Inboxes().Update(u.ctx, box)
	case silent, last.IsZero(), due.IsZero(), !u.takes(box), !box.RevokedAt.IsZero(): // of a revoked inbox they know
		return again, nil
	case due.After(u.now):
		return due, nil
	}
	box.SilentSince, box.UpdatedAt = last, u.now
	u.emit(&Event{Kind: InboxSilent, Subject: int64(box.ID), Details: map[string]Change{"since": changed(nil, last.UTC().Format(time.RFC3339))}})
	u.mailSilence(box)
	return again, u.tx.Inboxes().Update(u.ctx, box)
}

// mailSilence tells the administrators, where the desk sends mail.
func (u *unit) mailSilence(box *Inbox) {
	since := box.SilentSince.In(box.calendar().schedule().zone).Format("2006-01-02 15:04 MST")
	for _, id := range slices.Sorted(maps.Keys(u.cfg.agents)) {
		a := u.cfg.agents[id]
		if u.e.opts.Mailer == nil || a.Bot || !a.Confirmed || a.Role != Administrator {
			continue
		}
		locale := u.cfg.account.Locale
		_ = u.mail(Mail{
			To: []string{a.Email}, Subject: "[" + oneLine(u.cfg.account.Name) + "] " + text(locale, textSilenceSubject, oneLine(box.Name)),
			Text: text(locale, textSilenceLetter, oneLine(a.Name), oneLine(box.Name), since),
		}) // there is a Mailer
	}
}

// silenceTexts are what the administrators are told, by language.
func silenceTexts() map[string]map[textKey]string {
	return map[string]map[textKey]string{
		"en": {
			textSilenceSubject: "Nothing arrives in %1 any more",
			textSilenceLetter:  "Hello %1,\n\nnothing has come from the provider of the inbox %2 since %3. Please check its connection.\n",
		},
		"pt": {
			textSilenceSubject: "Nada mais chega em %1",
			textSilenceLetter:  "Olá %1,\n\nnada chegou do provedor da caixa de entrada %2 desde %3. Verifique a conexão dela.\n",
		},
		"es": {
			textSilenceSubject: "Ya no llega nada a %1",
			textSilenceLetter:  "Hola %1:\n\nno ha llegado nada del proveedor de la bandeja de entrada %2 desde %3. Revisa su conexión.\n",
		},
	}
}
