package helpdesk

// ruleTexts are what administrators are told of automation rules, by language.
func ruleTexts() map[string]map[textKey]string {
	return map[string]map[textKey]string{
		"en": {
			textRuleOff:     "The automation rule %1 was switched off",
			textRuleOffBody: "The automation rule %1 could not be evaluated three times, and was switched off. Its conditions ask about something that is not there any more, or its expression fails:\n\n%2\n\nChange it, and switch it on again.",
		},
		"pt": {
			textRuleOff:     "A regra de automação %1 foi desligada",
			textRuleOffBody: "A regra de automação %1 não pôde ser avaliada três vezes e foi desligada. As condições perguntam por algo que não existe mais, ou a expressão falha:\n\n%2\n\nCorrija a regra e ligue-a de novo.",
		},
		"es": {
			textRuleOff:     "La regla de automatización %1 se desactivó",
			textRuleOffBody: "La regla de automatización %1 no se pudo evaluar tres veces y se desactivó. Las condiciones preguntan por algo que ya no existe, o la expresión falla:\n\n%2\n\nCorríjala y actívela de nuevo.",
		},
	}
}
