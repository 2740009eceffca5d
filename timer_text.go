package helpdesk

// What conversations tell of timers.
const (
	textIdleDays    textKey = "idle_days"    // resolved after %1 days
	textIdleHours   textKey = "idle_hours"   // after %1 hours
	textIdleMinutes textKey = "idle_minutes" // after %1 minutes
	textIdleUnsent  textKey = "idle_unsent"  // the message of auto-resolve was not sent

	textSilentUnsent textKey = "silent_unsent" // a message of keep-alive was not sent
	textSilentClosed textKey = "silent_closed" // resolved by keep-alive

	textSLAAdded          textKey = "sla_added"           // %1 gave it the SLA %2
	textMailSLAFirst      textKey = "mail_sla_first"      // conversation %1 of %2: nobody answered in time
	textMailSLANext       textKey = "mail_sla_next"       // likewise, again
	textMailSLAResolution textKey = "mail_sla_resolution" // it was not resolved in time

	textScheduled     textKey = "scheduled"      // %1 scheduled a message for %2
	textUnscheduled   textKey = "unscheduled"    // %1 cancelled the one for %2
	textScheduledSent textKey = "scheduled_sent" // %1's was sent
	textScheduledHeld textKey = "scheduled_held" // %1's was held
)

// timerTexts are the lines of timers, by language.
func timerTexts() map[string]map[textKey]string {
	return map[string]map[textKey]string{
		"en": {
			textIdleDays:          "Conversation was marked resolved by the system: %1 days without activity",
			textIdleHours:         "Conversation was marked resolved by the system: %1 hours without activity",
			textIdleMinutes:       "Conversation was marked resolved by the system: %1 minutes without activity",
			textIdleUnsent:        "The message of auto-resolve was not sent: the customer cannot be written to now",
			textSilentUnsent:      "The message to a customer who does not answer was not sent: the customer cannot be written to now",
			textSilentClosed:      "Conversation was marked resolved by the system: the customer did not answer",
			textSLAAdded:          "%1 added the SLA %2",
			textMailSLAFirst:      "The first response to %2 is late (conversation #%1)",
			textMailSLANext:       "The answer to %2 is late (conversation #%1)",
			textMailSLAResolution: "Conversation #%1 with %2 was not resolved in time",
			textScheduled:         "%1 scheduled a message for %2",
			textUnscheduled:       "%1 cancelled the message scheduled for %2",
			textScheduledSent:     "The message that %1 had scheduled was sent",
			textScheduledHeld:     "The message that %1 had scheduled could not be sent, and is held",
		},
		"pt": {
			textIdleDays:          "Conversa marcada como resolvida pelo sistema: %1 dias sem atividade",
			textIdleHours:         "Conversa marcada como resolvida pelo sistema: %1 horas sem atividade",
			textIdleMinutes:       "Conversa marcada como resolvida pelo sistema: %1 minutos sem atividade",
			textIdleUnsent:        "A mensagem de encerramento automático não foi enviada: não é possível escrever ao cliente agora",
			textSilentUnsent:      "A mensagem ao cliente que não responde não foi enviada: não é possível escrever ao cliente agora",
			textSilentClosed:      "Conversa marcada como resolvida pelo sistema: o cliente não respondeu",
			textSLAAdded:          "%1 adicionou o SLA %2",
			textMailSLAFirst:      "A primeira resposta a %2 está atrasada (conversa #%1)",
			textMailSLANext:       "A resposta a %2 está atrasada (conversa #%1)",
			textMailSLAResolution: "A conversa #%1 com %2 não foi resolvida a tempo",
			textScheduled:         "%1 agendou uma mensagem para %2",
			textUnscheduled:       "%1 cancelou a mensagem agendada para %2",
			textScheduledSent:     "A mensagem agendada por %1 foi enviada",
			textScheduledHeld:     "A mensagem agendada por %1 não pôde ser enviada e está retida",
		},
		"es": {
			textIdleDays:          "Conversación marcada como resuelta por el sistema: %1 días sin actividad",
			textIdleHours:         "Conversación marcada como resuelta por el sistema: %1 horas sin actividad",
			textIdleMinutes:       "Conversación marcada como resuelta por el sistema: %1 minutos sin actividad",
			textIdleUnsent:        "El mensaje de cierre automático no se envió: ahora no se puede escribir al cliente",
			textSilentUnsent:      "El mensaje al cliente que no responde no se envió: ahora no se puede escribir al cliente",
			textSilentClosed:      "Conversación marcada como resuelta por el sistema: el cliente no respondió",
			textSLAAdded:          "%1 añadió el SLA %2",
			textMailSLAFirst:      "La primera respuesta a %2 se retrasa (conversación #%1)",
			textMailSLANext:       "La respuesta a %2 se retrasa (conversación #%1)",
			textMailSLAResolution: "La conversación #%1 con %2 no se resolvió a tiempo",
			textScheduled:         "%1 programó un mensaje para %2",
			textUnscheduled:       "%1 canceló el mensaje programado para %2",
			textScheduledSent:     "El mensaje programado por %1 se envió",
			textScheduledHeld:     "El mensaje programado por %1 no se pudo enviar y está retenido",
		},
	}
}
