package helpdesk

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
)

// Sealer protects secrets at rest: channel settings, access tokens, webhook
// secrets. purpose binds a secret to its place, so that a value moved elsewhere
// in the store does not open.
type Sealer interface {
	Seal(plain []byte, purpose string) ([]byte, error)
	Open(sealed []byte, purpose string) ([]byte, error)
}

// SealKey is one key of a KeySealer. Its id is stored with what it sealed.
type SealKey struct {
	ID     uint32 // not 0, unique
	Secret []byte // at least 16 bytes; stretched with SHA-256
}

type keySealer struct {
	current uint32
	keys    map[uint32]cipher.AEAD
}

// NewSealer seals with the first key (AES-256-GCM) and opens with any: to
// rotate, put the new key first and keep the old ones as long as anything is
// sealed with them.
func NewSealer(keys ...SealKey) (Sealer, error) {
	p := problems{}
	p.add(len(keys) == 0, "keys", "need at least one")
	s := &keySealer{keys: make(map[uint32]cipher.AEAD, len(keys))}
	for i, k := range keys {
		p.add(len(k.Secret) < 16, "secret", "must have at least 16 bytes")
		p.add(k.ID == 0 || s.keys[k.ID] != nil, "id", "must be unique and not 0")
		sum := sha256.Sum256(append([]byte("helpdesk seal "), k.Secret...))
		block, err := aes.NewCipher(sum[:])
		if err != nil {
			return nil, err
		}
		if s.keys[k.ID], err = cipher.NewGCM(block); err != nil {
			return nil, err
		}
		if i == 0 {
			s.current = k.ID
		}
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return s, nil
}

// Seal lays out key id, nonce, ciphertext.
func (s *keySealer) Seal(plain []byte, purpose string) ([]byte, error) {
	gcm := s.keys[s.current]
	out := make([]byte, 4+gcm.NonceSize(), 4+gcm.NonceSize()+len(plain)+gcm.Overhead())
	binary.BigEndian.PutUint32(out, s.current)
	if _, err := rand.Read(out[4:]); err != nil {
		return nil, err
	}
	return gcm.Seal(out, out[4:], plain, []byte(purpose)), nil
}

func (s *keySealer) Open(sealed []byte, purpose string) ([]byte, error) {
	if len(sealed) < 4 {
		return nil, Errorf(Internal, "a sealed value is damaged")
	}
	gcm := s.keys[binary.BigEndian.Uint32(sealed)]
	if gcm == nil {
		return nil, Errorf(Internal, "a secret was sealed with a key this process does not have")
	}
	body := sealed[4:]
	if len(body) < gcm.NonceSize() {
		return nil, Errorf(Internal, "a sealed value is damaged")
	}
	plain, err := gcm.Open(nil, body[:gcm.NonceSize()], body[gcm.NonceSize():], []byte(purpose))
	if err != nil {
		return nil, &Error{Code: Internal, Message: "a secret does not open with this process's keys", Err: err}
	}
	return plain, nil
}

func randomSealer() Sealer {
	s, err := NewSealer(SealKey{ID: 1, Secret: []byte(newToken())})
	if err != nil {
		panic("helpdesk: " + err.Error()) // one key of 24 bytes is always good
	}
	return s
}

// Purposes of sealed values.
const (
	sealSettings = "inbox settings"
	sealHMAC     = "inbox hmac token"
	sealToken    = "access token"
	sealWebhook  = "webhook secret"
	sealState    = "channel state"
	sealOTP      = "second factor"
	sealAnswer   = "stored answer"

	sealIntegration = "integration settings"
)

// seal protects a short text; "" stays empty.
func (e *Engine) seal(plain, purpose string) ([]byte, error) {
	if plain == "" {
		return nil, nil
	}
	return e.opts.Sealer.Seal([]byte(plain), purpose)
}

func (e *Engine) unseal(sealed []byte, purpose string) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := e.opts.Sealer.Open(sealed, purpose)
	return string(plain), err
}
