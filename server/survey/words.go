package survey

import "strings"

// words are all texts of the page, by language. Every key stands in each; a test
// keeps it so.
func words() map[string]map[string]string {
	return map[string]map[string]string{
		"en": {
			"title": "How was it?", "legend": "Your rating", "comment": "Would you like to tell us more?", "optional": "optional", "send": "Send",
			"rating1": "Very unhappy", "rating2": "Unhappy", "rating3": "Neutral", "rating4": "Happy", "rating5": "Very happy",
			"thanks": "Thank you. Your answer is in; you may still change it.", "choose": "Please choose a rating.",
			"long": "The comment is too long: it may have 20,000 characters.", "closed": "This survey is closed.",
			"missing": "There is no such survey.", "later": "Please try again in a minute.",
		},
		"pt": {
			"title": "Como foi?", "legend": "Sua avaliação", "comment": "Quer nos contar mais?", "optional": "opcional", "send": "Enviar",
			"rating1": "Muito insatisfeito", "rating2": "Insatisfeito", "rating3": "Neutro", "rating4": "Satisfeito", "rating5": "Muito satisfeito",
			"thanks": "Obrigado. Recebemos sua resposta; você ainda pode alterá-la.", "choose": "Por favor, escolha uma nota.",
			"long": "O comentário é longo demais: o máximo são 20.000 caracteres.", "closed": "Esta pesquisa está encerrada.",
			"missing": "Esta pesquisa não existe.", "later": "Por favor, tente de novo em um minuto.",
		},
		"es": {
			"title": "¿Cómo fue?", "legend": "Su valoración", "comment": "¿Quiere contarnos más?", "optional": "opcional", "send": "Enviar",
			"rating1": "Muy insatisfecho", "rating2": "Insatisfecho", "rating3": "Neutral", "rating4": "Satisfecho", "rating5": "Muy satisfecho",
			"thanks": "Gracias. Hemos recibido su respuesta; aún puede cambiarla.", "choose": "Por favor, elija una valoración.",
			"long": "El comentario es demasiado largo: el máximo son 20.000 caracteres.", "closed": "Esta encuesta está cerrada.",
			"missing": "Esta encuesta no existe.", "later": "Por favor, inténtelo de nuevo en un minuto.",
		},
	}
}

// language chooses by a locale like pt_BR, or the first of an Accept-Language;
// English is the default.
func language(locale string) (string, map[string]string) {
	lang := strings.ToLower(locale)
	if i := strings.IndexAny(lang, "_-,;"); i >= 0 {
		lang = lang[:i]
	}
	if known := words()[lang]; known != nil {
		return lang, known
	}
	return "en", words()["en"]
}
