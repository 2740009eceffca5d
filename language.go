package helpdesk

import bcp47 "golang.org/x/text/language"

// conversationLanguage is where a conversation's language stands in its Extra.
const conversationLanguage = "conversation_language"

// maxDetected is how many characters of a message its language is told by.
const maxDetected = 1_000

// Language is the language that a conversation is held in, as ISO 639-1 where there
// is such a code; "" = not known. It is set by its first message that gives it away
// (Options.DetectLanguage), by Conversations.Update, or by the channel that began it.
func (c *Conversation) Language() string {
	code, _ := c.Extra[conversationLanguage].(string)
	return code
}

// setLanguage changes a conversation's language; the caller saves it.
func (u *unit) setLanguage(c *Conversation, code string) {
	was := c.Language()
	var to any // nil takes it away
	if code != "" {
		to = code
	}
	c.Extra = merge(c.Extra, map[string]any{conversationLanguage: to})
	u.emitConversation(ConversationUpdated, c, c.facts(), map[string]Change{conversationLanguage: changed(was, code)})
}

// languageCode is a code as conversations keep it; "" when it is none.
func languageCode(code string) string {
	tag, err := bcp47.Parse(code)
	if err != nil || tag == bcp47.Und {
		return ""
	}
	return tag.String()
}
