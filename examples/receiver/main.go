// Receiver is the other end of a webhook: it checks the signature of what a desk
// posts and prints what came. Try it with the walk-through in the README.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:4000", "address to listen on")
	secret := flag.String("secret", "", "the endpoint's whsec_… secret")
	flag.Parse()
	server := &http.Server{Addr: *addr, Handler: receive(*secret, time.Now, os.Stdout), ReadHeaderTimeout: 5 * time.Second}
	fmt.Fprintln(os.Stderr, "receiver:", server.ListenAndServe())
	os.Exit(1)
}

// receive prints one line for each delivery, and refuses what is not signed. A
// delivery may come twice, when the answer to the first was lost: its id tells.
func receive(secret string, now func() time.Time, out io.Writer) http.Handler {
	var mu sync.Mutex
	seen := map[string]bool{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err == nil {
			err = helpdesk.VerifyWebhook(r.Header, secret, now(), body)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		var event struct {
			Event   string `json:"event"`
			Type    string `json:"message_type"`
			Content string `json:"content"`
		}
		if err := json.Unmarshal(body, &event); err != nil {
			http.Error(w, "not JSON", http.StatusBadRequest)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if id := r.Header.Get("Webhook-Id"); !seen[id] {
			seen[id] = true
			fmt.Fprintf(out, "signed %s %s %s\n", event.Event, event.Type, event.Content)
		}
	})
}
