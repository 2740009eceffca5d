package widget

import "strings"

// words are all texts of the window, by language. Every key stands in each; a test
// keeps it so. {n}, {name} and {when} are filled in.
func words() map[string]map[string]string {
	return map[string]map[string]string{"en": english(), "pt": portuguese(), "es": spanish()}
}

func english() map[string]string {
	return map[string]string{
		"frame": "Chat", "open_chat": "Open chat", "close_chat": "Close chat", "unread": "Open chat, {n} unread",
		"close": "Close", "menu": "More", "popout": "Open in a window", "end": "End conversation", "new": "Start a new conversation",
		"messages": "Messages", "loading": "Loading…", "earlier": "Earlier messages",
		"write": "Write a message", "write_hint": "Message", "send": "Send", "emoji": "Emoji", "attach": "Attach a file", "detach": "Remove {name}", "drop": "Drop files to send them",
		"in_a_few_minutes": "Usually replies in a few minutes", "in_a_few_hours": "Usually replies in a few hours", "in_a_day": "Usually replies within a day",
		"online": "We are here", "away_until": "We are away. Back {when}", "away": "We are away at the moment",
		"away_email": "Leave a message with your e-mail address and we will write back.",
		"offline":    "You are offline. Messages are sent when you are back.", "connecting": "Connecting…",
		"sending": "Sending", "sent": "Sent", "seen": "Seen", "failed": "Not sent", "retry": "Try again", "waiting": "Waiting for a connection",
		"typing": "{name} is writing", "you": "You", "team": "Team", "file": "File", "image": "Picture", "deleted": "This message was deleted",
		"begin": "Start chat", "your_message": "Message", "optional": "optional", "choose": "Choose",
		"required": "Please fill this in.", "bad_email": "Please give an e-mail address, such as name@example.com.", "bad_phone": "Please give the number with its country code, such as +14155550100.",
		"bad_format": "This does not look right.", "bad_number": "Please give a number.", "bad_link": "Please give a web address that begins with https://.",
		"too_long": "This is too long.", "too_large": "{name} is too large: at most {n} MB.", "not_taken": "{name} was not taken: {why}", "problem": "Something went wrong. Please try again.",
		"email_label": "Your e-mail address", "submit": "Send", "thanks": "Thank you.", "answered": "Answered: {name}",
		"rate": "How was it?", "rating1": "Very unhappy", "rating2": "Unhappy", "rating3": "Neutral", "rating4": "Happy", "rating5": "Very happy", "comment": "Would you like to tell us more?",
		"ended": "This conversation has ended.", "sure": "End this conversation?", "yes": "End it", "no": "Keep it",
		"today": "Today", "yesterday": "Yesterday", "missing": "There is no chat here.", "later": "Please try again in a minute.", "noscript": "The chat needs JavaScript.",
	}
}

func portuguese() map[string]string {
	return map[string]string{
		"frame": "Chat", "open_chat": "Abrir o chat", "close_chat": "Fechar o chat", "unread": "Abrir o chat, {n} não lidas",
		"close": "Fechar", "menu": "Mais", "popout": "Abrir em uma janela", "end": "Encerrar a conversa", "new": "Iniciar uma nova conversa",
		"messages": "Mensagens", "loading": "Carregando…", "earlier": "Mensagens anteriores",
		"write": "Escreva uma mensagem", "write_hint": "Mensagem", "send": "Enviar", "emoji": "Emoji", "attach": "Anexar um arquivo", "detach": "Remover {name}", "drop": "Solte os arquivos para enviá-los",
		"in_a_few_minutes": "Costuma responder em alguns minutos", "in_a_few_hours": "Costuma responder em algumas horas", "in_a_day": "Costuma responder em um dia",
		"online": "Estamos aqui", "away_until": "Estamos ausentes. Voltamos {when}", "away": "Estamos ausentes no momento",
		"away_email": "Deixe uma mensagem com seu e-mail e responderemos por lá.",
		"offline":    "Você está sem conexão. As mensagens serão enviadas quando ela voltar.", "connecting": "Conectando…",
		"sending": "Enviando", "sent": "Enviada", "seen": "Vista", "failed": "Não enviada", "retry": "Tentar de novo", "waiting": "Aguardando conexão",
		"typing": "{name} está escrevendo", "you": "Você", "team": "Equipe", "file": "Arquivo", "image": "Imagem", "deleted": "Esta mensagem foi apagada",
		"begin": "Iniciar o chat", "your_message": "Mensagem", "optional": "opcional", "choose": "Escolha",
		"required": "Por favor, preencha este campo.", "bad_email": "Informe um e-mail, como nome@example.com.", "bad_phone": "Informe o número com o código do país, como +5511987654321.",
		"bad_format": "Isto não parece correto.", "bad_number": "Informe um número.", "bad_link": "Informe um endereço da web que comece com https://.",
		"too_long": "O texto é longo demais.", "too_large": "{name} é grande demais: no máximo {n} MB.", "not_taken": "{name} não foi aceito: {why}", "problem": "Algo deu errado. Tente de novo.",
		"email_label": "Seu e-mail", "submit": "Enviar", "thanks": "Obrigado.", "answered": "Respondido: {name}",
		"rate": "Como foi?", "rating1": "Muito insatisfeito", "rating2": "Insatisfeito", "rating3": "Neutro", "rating4": "Satisfeito", "rating5": "Muito satisfeito", "comment": "Quer nos contar mais?",
		"ended": "Esta conversa foi encerrada.", "sure": "Encerrar esta conversa?", "yes": "Encerrar", "no": "Continuar",
		"today": "Hoje", "yesterday": "Ontem", "missing": "Não há chat aqui.", "later": "Por favor, tente de novo em um minuto.", "noscript": "O chat precisa de JavaScript.",
	}
}

func spanish() map[string]string {
	return map[string]string{
		"frame": "Chat", "open_chat": "Abrir el chat", "close_chat": "Cerrar el chat", "unread": "Abrir el chat, {n} sin leer",
		"close": "Cerrar", "menu": "Más", "popout": "Abrir en una ventana", "end": "Terminar la conversación", "new": "Iniciar una conversación nueva",
		"messages": "Mensajes", "loading": "Cargando…", "earlier": "Mensajes anteriores",
		"write": "Escriba un mensaje", "write_hint": "Mensaje", "send": "Enviar", "emoji": "Emoji", "attach": "Adjuntar un archivo", "detach": "Quitar {name}", "drop": "Suelte los archivos para enviarlos",
		"in_a_few_minutes": "Suele responder en unos minutos", "in_a_few_hours": "Suele responder en unas horas", "in_a_day": "Suele responder en un día",
		"online": "Estamos aquí", "away_until": "No estamos. Volvemos {when}", "away": "No estamos en este momento",
		"away_email": "Deje un mensaje con su correo y le responderemos por ahí.",
		"offline":    "No tiene conexión. Los mensajes se enviarán cuando vuelva.", "connecting": "Conectando…",
		"sending": "Enviando", "sent": "Enviado", "seen": "Visto", "failed": "No enviado", "retry": "Intentar de nuevo", "waiting": "Esperando la conexión",
		"typing": "{name} está escribiendo", "you": "Usted", "team": "Equipo", "file": "Archivo", "image": "Imagen", "deleted": "Este mensaje fue eliminado",
		"begin": "Iniciar el chat", "your_message": "Mensaje", "optional": "opcional", "choose": "Elija",
		"required": "Por favor, complete este campo.", "bad_email": "Indique un correo, como nombre@example.com.", "bad_phone": "Indique el número con el código del país, como +34600000000.",
		"bad_format": "Esto no parece correcto.", "bad_number": "Indique un número.", "bad_link": "Indique una dirección web que empiece por https://.",
		"too_long": "El texto es demasiado largo.", "too_large": "{name} es demasiado grande: {n} MB como máximo.", "not_taken": "{name} no se aceptó: {why}", "problem": "Algo salió mal. Inténtelo de nuevo.",
		"email_label": "Su correo electrónico", "submit": "Enviar", "thanks": "Gracias.", "answered": "Respondido: {name}",
		"rate": "¿Cómo fue?", "rating1": "Muy insatisfecho", "rating2": "Insatisfecho", "rating3": "Neutral", "rating4": "Satisfecho", "rating5": "Muy satisfecho", "comment": "¿Quiere contarnos más?",
		"ended": "Esta conversación ha terminado.", "sure": "¿Terminar esta conversación?", "yes": "Terminar", "no": "Seguir",
		"today": "Hoy", "yesterday": "Ayer", "missing": "Aquí no hay ningún chat.", "later": "Por favor, inténtelo de nuevo en un minuto.", "noscript": "El chat necesita JavaScript.",
	}
}

// primary is the language of a locale like pt_BR or es-MX.
func primary(locale string) string {
	lang := strings.ToLower(locale)
	if i := strings.IndexAny(lang, "_-"); i >= 0 {
		lang = lang[:i]
	}
	return lang
}

func known(locale string) bool { return words()[primary(locale)] != nil }

// language chooses the words for a locale; English is the default.
func language(locale string) (string, map[string]string) {
	all := words()
	if w := all[primary(locale)]; w != nil {
		return primary(locale), w
	}
	return "en", all["en"]
}

// direction is how a language is written. The window is laid out by it throughout,
// so that one from right to left needs a catalogue and nothing else.
func direction(lang string) string {
	switch lang {
	case "ar", "fa", "he", "ur":
		return "rtl"
	}
	return "ltr"
}
