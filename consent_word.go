package helpdesk

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A customer may stop messages by a word, where the inbox heeds them
// (Inbox.OptOutWords). The words are the account's, in Account.Settings:
//
//	opt_out_words         up to 50 words that stop; absent or empty = STOP, STOPALL,
//	                      UNSUBSCRIBE, QUIT, PARAR, PARE, SAIR, BAJA
//	opt_in_words          up to 50 that take it back; absent or empty = START,
//	                      UNSTOP, VOLTAR, ALTA
//	opt_out_confirmation  a template for the customer who stopped; "" = none
//	opt_in_confirmation   and for one who took it back
//
// A word counts when it is all that a message says, whatever its case, accents and
// punctuation; one that stands in both lists stops. CANCEL, END, CANCELAR and ALTO
// are left out on purpose: people say them of their orders, their wishes and their
// priorities.

const (
	textOptedOut textKey = "opted_out" // by writing %1
	textOptedIn  textKey = "opted_in"  // again, by writing %1
)

// optWords are an account's words in the form of optWord.
type optWords struct{ stop, start map[string]bool }

const (
	maxOptWords = 50
	maxOptWord  = 60 // characters
)

func (a *Account) optWords() optWords {
	set := func(key string, instead ...string) map[string]bool {
		given, _ := a.Settings[key].([]any)
		out := map[string]bool{}
		for _, v := range given {
			if s, ok := v.(string); ok && optWord(s) != "" {
				out[optWord(s)] = true
			}
		}
		if len(out) > 0 {
			return out
		}
		for _, s := range instead {
			out[s] = true
		}
		return out
	}
	return optWords{
		stop:  set("opt_out_words", "stop", "stopall", "unsubscribe", "quit", "parar", "pare", "sair", "baja"),
		start: set("opt_in_words", "start", "unstop", "voltar", "alta"),
	}
}

// menuWords also answer what a menu asks. Said to a bot or a flow they are its.
var menuWords = []string{"alta", "alto", "baja", "cancel", "cancelar", "end", "quit", "sair", "salir", "voltar"}

// optWord is the form in which words are compared: letters and digits without case
// and accents, words apart by one space. "" = it is too long to be one.
func optWord(s string) string {
	if len(s) > 4*maxOptWord {
		return ""
	}
	words := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return r
		case unicode.IsSpace(r):
			return ' '
		}
		return -1
	}, norm.NFKD.String(s))
	return strings.Join(strings.Fields(fold(words)), " ")
}

// checkOptWords names what is wrong with a list of words.
func checkOptWords(p problems, key string, v any) {
	list, ok := cleanValue(v).([]any)
	p.add(!ok || len(list) > maxOptWords, key, "must be a list of at most 50 words")
	for _, item := range list {
		s, _ := item.(string)
		p.add(tooLong(s, maxOptWord) || optWord(s) == "", key, "must be a list of words, of at most 60 characters each")
	}
}

// setOptOut says whether an inbox heeds such words. A new one does where customers
// know them: where business is done by telephone number.
func (b *Inbox) setOptOut(given *bool, s Sender) {
	if b.ID == 0 {
		o, says := s.(OptOuter)
		_, templated := s.(Templated)
		b.OptOutWords = says && o.OptOutWords() || !says && templated
	}
	setBool(&b.OptOutWords, given)
}

// heedWord takes a word that stops messages, or takes that back, out of what a
// customer has just written. The message stays what it is: rules, bots and people
// see it. Where nobody says such a word it costs nothing. The caller saves the
// conversation.
func (u *unit) heedWord(c *Conversation, contact *Contact, m *Message, in Inbound) error {
	box := u.cfg.inboxes[c.Inbox]
	if box == nil || !box.OptOutWords || isAutoReply(in) || len(m.Attachments) > 0 || m.ContentType == "incoming_email" {
		return nil
	}
	word := optWord(m.Content)
	stopped, _ := contact.consent(ConsentAll)
	stop := u.cfg.words.stop[word]
	if !stop && !(stopped && u.cfg.words.start[word]) {
		return nil
	}
	if answer, err := u.answersProgram(c, m, word); err != nil || answer {
		return err
	}
	contact.LastActivityAt = u.now // as the store has it since the message
	moved, err := u.recordConsent(contact, &Consent{
		Category: ConsentAll, Stop: stop, Source: ConsentWord, Inbox: c.Inbox, Message: m.ID,
		Note: strings.TrimSpace(m.Content), At: m.ProviderAt,
	})
	if err != nil || !moved {
		return err
	}
	line, setting := textOptedIn, "opt_in_confirmation"
	if stop {
		line, setting = textOptedOut, "opt_out_confirmation"
	}
	u.tell(c, line, strings.TrimSpace(m.Content))
	confirmation, _ := u.cfg.account.Settings[setting].(string)
	if confirmation == "" || contact.Blocked {
		return nil
	}
	return u.sayItself(c, []*Message{u.templateMessage(c, confirmation)})
}

// answersProgram reports whether a word is the answer to the flow that runs in the
// conversation, or to what a bot said last there. A provider's template asks no such
// thing.
func (u *unit) answersProgram(c *Conversation, m *Message, word string) (bool, error) {
	if !slices.Contains(menuWords, word) {
		return false, nil
	}
	if c.FlowRun != 0 {
		return true, nil
	}
	before, err := u.tx.Messages().List(u.ctx, MessageFilter{Conversation: c.ID, Before: m.ID, Public: true}, Page{Limit: 1})
	if err != nil || len(before) == 0 {
		return false, err
	}
	return before[0].Sender.Kind == ByBot && templateUse(before[0].Extra) == nil, nil
}

func consentTexts() map[string]map[textKey]string {
	return map[string]map[textKey]string{
		"en": {
			textOptedOut: "The customer stopped messages by writing “%1”",
			textOptedIn:  "The customer allowed messages again by writing “%1”",
		},
		"pt": {
			textOptedOut: "O cliente parou de receber mensagens ao escrever “%1”",
			textOptedIn:  "O cliente voltou a aceitar mensagens ao escrever “%1”",
		},
		"es": {
			textOptedOut: "El cliente dejó de recibir mensajes al escribir “%1”",
			textOptedIn:  "El cliente volvió a aceptar mensajes al escribir “%1”",
		},
	}
}
