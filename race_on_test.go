//go:build race

package helpdesk_test

// raced says that the race detector watches, which makes everything five times as
// slow: what is random does fewer rounds.
const raced = true
