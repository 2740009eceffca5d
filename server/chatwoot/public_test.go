package chatwoot_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func hash(key, text string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

func TestIdentityProof(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		id, public := w.inbox(map[string]any{"hmac_mandatory": true})
		key := w.call("GET", "/inboxes/"+id, nil).at("hmac_token").(string)
		register := func(body map[string]any) answer {
			return w.send(request{method: "POST", path: public + "/contacts", json: body})
		}
		refused := `{"error":"HMAC failed: Invalid Identifier Hash Provided"}`
		for name, body := range map[string]map[string]any{
			"no hash":              {"identifier": "u-1"},
			"wrong hash":           {"identifier": "u-1", "identifier_hash": hash(key, "u-2")},
			"hash without subject": {"identifier_hash": hash(key, "")},
			"upper case":           {"identifier": "u-1", "identifier_hash": "AB"},
		} {
			got := register(body)
			require.Equal(t, http.StatusUnauthorized, got.status, name)
			require.JSONEq(t, refused, got.body, name)
		}
		proof := map[string]any{"identifier": "u-1", "identifier_hash": hash(key, "u-1"), "name": "Uma"}
		proof["source_id"] = "phone"
		require.Equal(t, http.StatusOK, register(proof).status)
		phone := w.ok(request{method: "POST", path: public + "/contacts/phone/conversations", json: map[string]any{}})
		proof["source_id"] = "laptop"
		require.Equal(t, http.StatusOK, register(proof).status)
		seen := w.ok(request{method: "GET", path: public + "/contacts/laptop/conversations"})
		require.Equal(t, phone.id("id"), seen.id("0.id"), "who is proven sees all their conversations")
	})
}

func TestUnprovenSeesOnlyTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, public := w.inbox(nil)
	_, theirs := w.customer(public, "carl", "secret")
	w.ok(request{method: "POST", path: public + "/contacts", json: map[string]any{"source_id": "eve", "email": "carl@mail.example"}})
	eve := public + "/contacts/eve/conversations"
	require.Equal(t, "[]", w.ok(request{method: "GET", path: eve}).body)
	for _, path := range []string{"/" + theirs, "/" + theirs + "/messages"} {
		require.Equal(t, http.StatusNotFound, w.send(request{method: "GET", path: eve + path}).status)
	}
	got := w.send(request{method: "POST", path: eve + "/" + theirs + "/messages", json: map[string]any{"content": "mine now"}})
	require.Equal(t, http.StatusNotFound, got.status)
}

// Whoever names another's e-mail or number learns nothing of them.
func TestUnprovenLearnsNothingOfTheirContact(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		box, public := w.inbox(nil)
		key := w.call("GET", "/inboxes/"+box, nil).at("hmac_token").(string)
		carl := w.ok(request{method: "POST", path: public + "/contacts", json: map[string]any{
			"source_id": "carl", "name": "Carl Secret", "email": "carl@mail.example", "phone_number": "+14155550123",
			"identifier": "u-secret", "custom_attributes": map[string]any{"plan": "secret"},
		}})
		require.Equal(t, "Carl Secret", carl.at("name"))
		require.Equal(t, "+14155550123", w.ok(request{method: "GET", path: public + "/contacts/carl"}).at("phone_number"), "alone, and first")
		w.call("POST", "/contacts", map[string]any{"name": "Dora Secret", "email": "dora@mail.example", "phone_number": "+14155550199"})
		w.clock.add(time.Minute)
		for name, mail := range map[string]string{"eve": "carl@mail.example", "mallory": "dora@mail.example"} {
			self := public + "/contacts/" + name
			made := w.ok(request{method: "POST", path: public + "/contacts", json: map[string]any{"source_id": name, "email": mail}})
			require.Equal(t, mail, made.at("email"))
			require.Empty(t, made.at("name"))
			require.Nil(t, made.at("phone_number"))
			seen := w.ok(request{method: "GET", path: self})
			require.Empty(t, seen.at("name"))
			require.Nil(t, seen.at("email"))
			changed := w.ok(request{method: "PATCH", path: self, json: map[string]any{"custom_attributes": map[string]any{"size": "L"}}})
			require.Equal(t, map[string]any{"size": "L"}, changed.at("custom_attributes"))
			require.Empty(t, changed.at("name"))
			conv := w.ok(request{method: "POST", path: self + "/conversations", json: map[string]any{}})
			said := w.ok(request{method: "POST", path: self + "/conversations/" + conv.id("id") + "/messages", json: map[string]any{"content": "hi"}})
			bodies := []answer{made, seen, changed, conv, said}
			for _, path := range []string{"", "/" + conv.id("id"), "/" + conv.id("id") + "/messages"} {
				bodies = append(bodies, w.ok(request{method: "GET", path: self + "/conversations" + path}))
			}
			for _, a := range bodies {
				require.NotContains(t, strings.ToLower(a.body), "secret")
				require.NotContains(t, a.body, "1415555")
			}
		}
		require.Empty(t, w.ok(request{method: "GET", path: public + "/contacts/carl"}).at("name"), "no longer alone")
		proven := w.ok(request{method: "POST", path: public + "/contacts", json: map[string]any{
			"source_id": "carl", "identifier": "u-secret", "identifier_hash": hash(key, "u-secret"),
		}})
		require.Equal(t, "Carl Secret", proven.at("name"), "who is proven knows")
		require.Equal(t, "+14155550123", w.ok(request{method: "GET", path: public + "/contacts/carl"}).at("phone_number"))
	})
}

func TestCustomerSeesNoNotes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, public := w.inbox(nil)
	carl, conv := w.customer(public, "carl", "hello")
	note := w.call("POST", "/conversations/"+conv+"/messages", `{"content":"a fool","private":true}`).id("id")
	w.call("POST", "/conversations/"+conv+"/toggle_priority", `{"priority":"low"}`)
	for _, path := range []string{"", "/" + conv, "/" + conv + "/messages"} {
		body := w.ok(request{method: "GET", path: carl + "/conversations" + path}).body
		require.Contains(t, body, "hello")
		require.NotContains(t, body, "a fool")
		require.NotContains(t, body, "priority to")
	}
	got := w.send(request{method: "PATCH", path: carl + "/conversations/" + conv + "/messages/" + note, json: `{"submitted_values":[]}`})
	require.Equal(t, http.StatusNotFound, got.status)
}

func TestCredentialsMeanNothingToCustomers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, public := w.inbox(nil)
	got := w.ok(request{method: "GET", path: public, header: map[string]string{"api_access_token": "nonsense", "access-token": "x"}})
	require.Equal(t, "Shop", got.at("name"))
	require.Equal(t, "*", got.header.Get("Access-Control-Allow-Origin"))
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.send(request{method: "OPTIONS", path: "/public/api/v1/inboxes/x/contacts"})
	require.Equal(t, http.StatusOK, got.status)
	require.Equal(t, "*", got.header.Get("Access-Control-Allow-Origin"))
	require.Contains(t, got.header.Get("Access-Control-Allow-Methods"), "PATCH")
	require.Empty(t, w.send(request{method: "OPTIONS", path: "/api"}).header.Get("Access-Control-Allow-Origin"))
}

func TestResolvedConversationGoesOnInANewOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, public := w.inbox(nil)
	carl, conv := w.customer(public, "carl", "hello")
	w.ok(request{method: "POST", path: carl + "/conversations/" + conv + "/toggle_status"})
	got := w.ok(request{method: "POST", path: carl + "/conversations/" + conv + "/messages", json: map[string]any{"content": "again"}})
	require.NotEqual(t, conv, got.id("conversation_id"), "the answer says where the message is")
	require.Contains(t, w.ok(request{method: "GET", path: carl + "/conversations/" + got.id("conversation_id")}).body, "again")
}
