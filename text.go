package helpdesk

import (
	"maps"
	"strings"
	"sync"
)

// textKey names a text the product itself says. Every key stands in every
// language; a test keeps it so.
type textKey string

const (
	textOpened        textKey = "opened"         // %1 reopened
	textResolved      textKey = "resolved"       // by %1
	textPending       textKey = "pending"        // by %1
	textSnoozed       textKey = "snoozed"        // by %1
	textReopenedSelf  textKey = "reopened"       // by the customer's message
	textWoke          textKey = "woke"           // the snooze ended
	textAssigned      textKey = "assigned"       // to %2 by %1
	textSelfAssigned  textKey = "self_assigned"  // %1
	textHandedTo      textKey = "handed"         // to %1 by the engine
	textUnassigned    textKey = "unassigned"     // by %1
	textTeam          textKey = "team"           // to %2 by %1
	textTeamRemoved   textKey = "team_removed"   // by %1
	textLabelsAdded   textKey = "labels_added"   // %1 added %2
	textLabelsRemoved textKey = "labels_removed" // %1 removed %2
	textPriority      textKey = "priority"       // %1 set it to %2
	textNoPriority    textKey = "no_priority"    // %1 removed it
	textBotFailed     textKey = "bot_failed"     // opened: the bot did not answer
	textBotSilent     textKey = "bot_silent"     // taken from it: the bot did not answer in its time
	textBotReason     textKey = "bot_reason"     // %1 hands over, because of %2
	textMuted         textKey = "muted"          // by %1
	textUnmuted       textKey = "unmuted"        // by %1
	textDeleted       textKey = "deleted"        // a message's place
	textTranscript    textKey = "transcript"     // of conversation %1 of inbox %2
	textSystem        textKey = "system"         // the product as an actor
	textCustomer      textKey = "customer"       // an actor without a name
	textSurvey        textKey = "survey"         // asks how it was
	textEmailAsk      textKey = "email_ask"      // says what an address is good for
	textEmailBox      textKey = "email_box"      // over the field for it
	textMailCreated   textKey = "mail_created"   // conversation %1 of %2
	textMailAssigned  textKey = "mail_assigned"  // conversation %1 of %2
	textMailMessage   textKey = "mail_message"   // in conversation %1 of %2
	textMailMentioned textKey = "mail_mentioned" // in conversation %1 of %2

	// Letters: to %1, with the link %2, from the account %3 and the person %4.
	textResetSubject   textKey = "reset_subject"
	textResetLetter    textKey = "reset_letter"
	textConfirmSubject textKey = "confirm_subject"
	textConfirmLetter  textKey = "confirm_letter"
	textInviteSubject  textKey = "invite_subject"
	textInviteLetter   textKey = "invite_letter"

	// How the domain %1 is made to show a help centre that the desk at %2 serves.
	textDomainSubject textKey = "domain_subject"
	textDomainLetter  textKey = "domain_letter"

	// What work on contacts came to: for %1, %2 done, %3 refused.
	textImportSubject textKey = "import_subject"
	textImportLetter  textKey = "import_letter"
	textExportSubject textKey = "export_subject"
	textExportLetter  textKey = "export_letter"
	textExportFailed  textKey = "export_failed"
	textTaskFile      textKey = "task_file" // at %1

	textSilenceSubject textKey = "silence_subject" // of inbox %1
	textSilenceLetter  textKey = "silence_letter"  // to %1: inbox %2, since %3

	// The rule %1 was switched off, because of %2.
	textRuleOff     textKey = "rule_off"
	textRuleOffBody textKey = "rule_off_body"

	textFlowHandedOff textKey = "flow_handed_off" // opened: a flow gave it to people
)

// deskTexts are the texts of conversations and letters, by language.
func deskTexts() map[string]map[textKey]string {
	return map[string]map[textKey]string{
		"en": {
			textOpened: "Conversation was reopened by %1", textResolved: "Conversation was marked resolved by %1",
			textPending: "Conversation was marked as pending by %1", textSnoozed: "Conversation was snoozed by %1",
			textReopenedSelf: "Conversation was reopened by a new message", textWoke: "Conversation was reopened: its snooze is over",
			textAssigned: "Assigned to %2 by %1", textSelfAssigned: "%1 self-assigned this conversation",
			textHandedTo: "Assigned to %1 automatically", textUnassigned: "Conversation unassigned by %1",
			textTeam: "Assigned to team %2 by %1", textTeamRemoved: "Team removed by %1",
			textLabelsAdded: "%1 added %2", textLabelsRemoved: "%1 removed %2",
			textPriority: "%1 set the priority to %2", textNoPriority: "%1 removed the priority",
			textBotFailed: "Conversation was opened: the bot could not be reached", textBotSilent: "The bot did not answer in time: people take over",
			textBotReason: "%1 handed the conversation over: %2", textMuted: "%1 has muted the conversation", textUnmuted: "%1 has unmuted the conversation",
			textDeleted: "This message was deleted", textSystem: "the system", textCustomer: "the customer",
			textSurvey:      "Please rate this conversation",
			textMailCreated: "A new conversation (#%1) with %2 has begun", textMailAssigned: "Conversation #%1 with %2 was assigned to you",
			textMailMessage: "New message in conversation #%1 with %2", textMailMentioned: "You were mentioned in conversation #%1 with %2",
			textTranscript:     "[#%1] Transcript of your conversation with %2",
			textResetSubject:   "Set a new password",
			textResetLetter:    "Hello %1,\n\nsomebody asked for a new password for you. To set one, open this link within six hours:\n\n%2\n\nIf it was not you, there is nothing to do: your password stays what it is.\n",
			textConfirmSubject: "Confirm your e-mail address",
			textConfirmLetter:  "Hello %1,\n\nplease confirm that this address is yours. Open this link within three days:\n\n%2\n\nIf you did not expect this mail, ignore it.\n",
			textInviteSubject:  "%4 invites you to %3",
			textInviteLetter:   "Hello %1,\n\n%4 invites you to work in %3. To set your password, open this link within seven days:\n\n%2\n\nAfter that, ask for a new password on the sign-in page.\n",
			textDomainSubject:  "Point %1 to the help centre",
			textDomainLetter:   "Hello,\n\nsomebody who runs a help centre asks you to make it appear at %1. Add this record to the settings of the domain:\n\n%1 CNAME %2\n\nIt may take some hours until it works everywhere.\n",
		},
		"pt": {
			textOpened: "Conversa reaberta por %1", textResolved: "Conversa marcada como resolvida por %1",
			textPending: "Conversa marcada como pendente por %1", textSnoozed: "Conversa adiada por %1",
			textReopenedSelf: "Conversa reaberta por uma nova mensagem", textWoke: "Conversa reaberta: o adiamento terminou",
			textAssigned: "Atribuída a %2 por %1", textSelfAssigned: "%1 assumiu esta conversa",
			textHandedTo: "Atribuída a %1 automaticamente", textUnassigned: "Atribuição removida por %1",
			textTeam: "Atribuída ao time %2 por %1", textTeamRemoved: "Time removido por %1",
			textLabelsAdded: "%1 adicionou %2", textLabelsRemoved: "%1 removeu %2",
			textPriority: "%1 definiu a prioridade como %2", textNoPriority: "%1 removeu a prioridade",
			textBotFailed: "Conversa aberta: não foi possível contactar o bot", textBotSilent: "O bot não respondeu a tempo: a conversa passa para pessoas",
			textBotReason: "%1 transferiu a conversa: %2", textMuted: "%1 silenciou a conversa", textUnmuted: "%1 reativou a conversa",
			textDeleted: "Esta mensagem foi apagada", textSystem: "o sistema", textCustomer: "o cliente",
			textSurvey:      "Por favor, avalie esta conversa",
			textMailCreated: "Uma nova conversa (#%1) com %2 começou", textMailAssigned: "A conversa #%1 com %2 foi atribuída a você",
			textMailMessage: "Nova mensagem na conversa #%1 com %2", textMailMentioned: "Você foi mencionado na conversa #%1 com %2",
			textTranscript:     "[#%1] Transcrição da sua conversa com %2",
			textResetSubject:   "Defina uma nova senha",
			textResetLetter:    "Olá %1,\n\nalguém pediu uma nova senha para você. Para defini-la, abra este link em até seis horas:\n\n%2\n\nSe não foi você, não é preciso fazer nada: sua senha continua a mesma.\n",
			textConfirmSubject: "Confirme seu endereço de e-mail",
			textConfirmLetter:  "Olá %1,\n\nconfirme que este endereço é seu. Abra este link em até três dias:\n\n%2\n\nSe você não esperava este e-mail, ignore-o.\n",
			textInviteSubject:  "%4 convida você para %3",
			textInviteLetter:   "Olá %1,\n\n%4 convida você para trabalhar em %3. Para definir sua senha, abra este link em até sete dias:\n\n%2\n\nDepois disso, peça uma nova senha na página de entrada.\n",
			textDomainSubject:  "Aponte %1 para a central de ajuda",
			textDomainLetter:   "Olá,\n\nquem administra uma central de ajuda pede que ela apareça em %1. Adicione este registro à configuração do domínio:\n\n%1 CNAME %2\n\nPode levar algumas horas até que funcione em toda parte.\n",
		},
		"es": {
			textOpened: "Conversación reabierta por %1", textResolved: "Conversación marcada como resuelta por %1",
			textPending: "Conversación marcada como pendiente por %1", textSnoozed: "Conversación pospuesta por %1",
			textReopenedSelf: "Conversación reabierta por un nuevo mensaje", textWoke: "Conversación reabierta: terminó el aplazamiento",
			textAssigned: "Asignada a %2 por %1", textSelfAssigned: "%1 se asignó esta conversación",
			textHandedTo: "Asignada a %1 automáticamente", textUnassigned: "Asignación retirada por %1",
			textTeam: "Asignada al equipo %2 por %1", textTeamRemoved: "Equipo retirado por %1",
			textLabelsAdded: "%1 añadió %2", textLabelsRemoved: "%1 quitó %2",
			textPriority: "%1 cambió la prioridad a %2", textNoPriority: "%1 quitó la prioridad",
			textBotFailed: "Conversación abierta: no se pudo contactar con el bot", textBotSilent: "El bot no respondió a tiempo: la conversación pasa a personas",
			textBotReason: "%1 transfirió la conversación: %2", textMuted: "%1 silenció la conversación", textUnmuted: "%1 reactivó la conversación",
			textDeleted: "Este mensaje fue eliminado", textSystem: "el sistema", textCustomer: "el cliente",
			textSurvey:      "Por favor, valore esta conversación",
			textMailCreated: "Ha comenzado una nueva conversación (#%1) con %2", textMailAssigned: "Te han asignado la conversación #%1 con %2",
			textMailMessage: "Nuevo mensaje en la conversación #%1 con %2", textMailMentioned: "Te han mencionado en la conversación #%1 con %2",
			textTranscript:     "[#%1] Transcripción de su conversación con %2",
			textResetSubject:   "Establece una nueva contraseña",
			textResetLetter:    "Hola %1:\n\nAlguien pidió una nueva contraseña para ti. Para establecerla, abre este enlace antes de seis horas:\n\n%2\n\nSi no fuiste tú, no tienes que hacer nada: tu contraseña sigue siendo la misma.\n",
			textConfirmSubject: "Confirma tu dirección de correo",
			textConfirmLetter:  "Hola %1:\n\nConfirma que esta dirección es tuya. Abre este enlace antes de tres días:\n\n%2\n\nSi no esperabas este correo, ignóralo.\n",
			textInviteSubject:  "%4 te invita a %3",
			textInviteLetter:   "Hola %1:\n\n%4 te invita a trabajar en %3. Para establecer tu contraseña, abre este enlace antes de siete días:\n\n%2\n\nDespués, pide una nueva contraseña en la página de acceso.\n",
			textDomainSubject:  "Apunta %1 al centro de ayuda",
			textDomainLetter:   "Hola:\n\nQuien administra un centro de ayuda te pide que aparezca en %1. Añade este registro a la configuración del dominio:\n\n%1 CNAME %2\n\nPuede tardar algunas horas en funcionar en todas partes.\n",
		},
	}
}

// texts are all texts by language. Nobody changes them.
var texts = sync.OnceValue(func() map[string]map[textKey]string {
	all := deskTexts()
	for _, part := range []map[string]map[textKey]string{taskTexts(), ruleTexts(), flowTexts(), timerTexts(), greetingTexts(), consentTexts(), silenceTexts()} {
		for lang, more := range part {
			maps.Copy(all[lang], more)
		}
	}
	return all
})

// text says key in the language of locale ("pt_BR" is "pt"; unknown ones are
// English), with %1, %2… replaced by args.
func text(locale string, key textKey, args ...string) string {
	lang, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(locale), "-", "_"), "_")
	catalogue := texts()[lang]
	if catalogue == nil {
		catalogue = texts()["en"]
	}
	pairs := make([]string, 0, 2*len(args))
	for i, a := range args {
		pairs = append(pairs, "%"+string(rune('1'+i)), a)
	}
	return strings.NewReplacer(pairs...).Replace(catalogue[key])
}

// actorName is how activity lines call who acts.
func (u *unit) actorName() string {
	switch u.actor.ref.Kind {
	case ByAgent, ByBot:
		return u.self.Name
	case ByContact:
		return text(u.cfg.account.Locale, textCustomer)
	default:
		return text(u.cfg.account.Locale, textSystem)
	}
}
