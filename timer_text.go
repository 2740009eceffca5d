package helpdesk

// What conversations tell of timers.
const (
	textIdleDays    textKey = "idle_days"    // resolved after %1 days
	textIdleHours   textKey = "idle_hours"   // after %1 hours
	textIdleMinutes textKey = "idle_minutes" // after %1 minutes
	textIdleUnsent  textKey = "idle_unsent"  // the message of auto-resolve was not sent
)

// timerTexts are the lines of timers, by language.
func timerTexts() map[string]map[textKey]string {
	return map[string]map[textKey]string{
		"en": {
			textIdleDays:    "Conversation was marked resolved by the system: %1 days without activity",
			textIdleHours:   "Conversation was marked resolved by the system: %1 hours without activity",
			textIdleMinutes: "Conversation was marked resolved by the system: %1 minutes without activity",
			textIdleUnsent:  "The message of auto-resolve was not sent: the customer cannot be written to now",
		},
		"pt": {
			textIdleDays:    "Conversa marcada como resolvida pelo sistema: %1 dias sem atividade",
			textIdleHours:   "Conversa marcada como resolvida pelo sistema: %1 horas sem atividade",
			textIdleMinutes: "Conversa marcada como resolvida pelo sistema: %1 minutos sem atividade",
			textIdleUnsent:  "A mensagem de encerramento automático não foi enviada: não é possível escrever ao cliente agora",
		},
		"es": {
			textIdleDays:    "Conversación marcada como resuelta por el sistema: %1 días sin actividad",
			textIdleHours:   "Conversación marcada como resuelta por el sistema: %1 horas sin actividad",
			textIdleMinutes: "Conversación marcada como resuelta por el sistema: %1 minutos sin actividad",
			textIdleUnsent:  "El mensaje de cierre automático no se envió: ahora no se puede escribir al cliente",
		},
	}
}
