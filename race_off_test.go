//go:build !race

package helpdesk_test

const raced = false
