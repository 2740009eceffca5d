package hooks

import (
	"fmt"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// deletion is what Meta reads when somebody wants their data deleted.
type deletion struct {
	URL  string `json:"url"`
	Code string `json:"confirmation_code"`
}

// told is what the person reads, whatever they speak: what was done, and what was not.
func told(w *helpdesk.Withdrawal) string {
	at := w.At.UTC().Format("2006-01-02 15:04 UTC")
	words := [][2]string{
		{"%[1]s\nYour request of %[2]s is complete. The access that you gave, and your id, were removed from %[3]d inboxes, which have stopped working. Their ids at the provider, and the messages that customers exchanged with the business, belong to the business: its administrators keep or delete them.", "%[1]s\nYour request of %[2]s is complete. Nothing is kept here that you gave."},
		{"%[1]s\nSeu pedido de %[2]s foi concluído. O acesso que você deu e o seu identificador foram removidos de %[3]d caixas de entrada, que pararam de funcionar. Os identificadores delas no provedor e as mensagens trocadas com a empresa pertencem à empresa: os administradores dela as mantêm ou apagam.", "%[1]s\nSeu pedido de %[2]s foi concluído. Aqui não se guarda nada que você tenha dado."},
		{"%[1]s\nTu solicitud de %[2]s está completa. El acceso que diste y tu identificador se quitaron de %[3]d bandejas de entrada, que dejaron de funcionar. Los identificadores de estas en el proveedor y los mensajes con la empresa pertenecen a la empresa: sus administradores los conservan o borran.", "%[1]s\nTu solicitud de %[2]s está completa. Aquí no se guarda nada que hayas dado."},
	}
	var said []string
	for _, w3 := range words {
		if w.Inboxes > 0 {
			said = append(said, fmt.Sprintf(w3[0], w.Code, at, w.Inboxes))
		} else {
			said = append(said, fmt.Sprintf(w3[1], w.Code, at))
		}
	}
	return strings.Join(said, "\n\n") + "\n"
}
