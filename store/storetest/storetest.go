// Package storetest is the meaning of helpdesk.Store, as tests: every MUST of
// the contract is a named subtest here. Whoever writes a store, or a decorator
// around one, calls Run from a test of their own:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(tb testing.TB) helpdesk.Store { return open(tb) })
//	}
//
// Read desk.go first, which holds the words the tests are written in; after it
// each file stands for one noun. It uses nothing but the standard library.
package storetest

import (
	"context"
	"slices"
	"testing"

	"github.com/gohelpdesk/helpdesk"
)

// Feature names a promise that a store may lack, and says so by passing it to
// Run. All else is demanded of every store.
type Feature string

// SnapshotView is that a View keeps its snapshot while an Update commits. A store that
// lets the two wait for each other cannot show it.
const SnapshotView Feature = "a View keeps its snapshot while an Update commits"

// Config says how to open a store, and offers the tests what only some stores
// can do.
type Config struct {
	// Open returns a fresh, empty, migrated store, which the tests may close.
	// It registers its own cleaning up. Required.
	Open func(testing.TB) helpdesk.Store

	// Hostile opens a store whose database or role was set up to misread quoted
	// text, or returns nil when the store rightly refused to open there. nil =
	// there is no such setting.
	Hostile func(testing.TB) helpdesk.Store

	// Host prepares a database that a host shares with the store; nil = the
	// store has no host transactions.
	Host func(testing.TB) HostCase

	// Skip names what the store does not promise.
	Skip []Feature
}

// HostCase is one database shared by a store and the program around it.
type HostCase struct {
	Store helpdesk.Store
	// Begin starts a transaction of the host.
	Begin func(ctx context.Context) (HostTx, error)
	// Rows counts the committed rows of the host's table host_rows, which has
	// one integer column n and was made, empty, by the hook.
	Rows func(ctx context.Context) (int, error)
	// Overlaps says that two host transactions may be open at once.
	Overlaps bool
}

// HostTx is a transaction the host began.
type HostTx struct {
	Store            helpdesk.Store // works inside the transaction
	Exec             func(sql string) error
	Commit, Rollback func() error
}

// Run tests the store that open returns, but for the features in skip.
func Run(t *testing.T, open func(testing.TB) helpdesk.Store, skip ...Feature) {
	RunConfig(t, Config{Open: open, Skip: skip})
}

// RunConfig is Run for a store that offers more than Open.
func RunConfig(t *testing.T, c Config) {
	for _, f := range c.Skip {
		if f != SnapshotView {
			t.Fatalf("storetest: %q is not a feature that can be skipped", f)
		}
	}
	s := suite{t, c}
	s.group("Update", testUpdate)
	s.group("View", testView)
	s.group("Context", testContext)
	s.group("Crash", testCrash)
	s.group("Group", testGroup)
	s.group("Closed", testClosed)
	s.group("Text", testText)
	s.group("Repo", testRepos)
	s.group("Config", testConfigVersion)
	s.group("Account", testAccounts)
	s.group("User", testUsers)
	s.group("Session", testSessions)
	s.group("Route", testRoutes)
	s.group("Lease", testLeases)
	s.group("UserToken", testUserTokens)
	s.group("Bucket", testBuckets)
	s.group("System", testSystem)
	s.group("GlobalJob", testGlobalJobs)
	s.group("OtherSession", testOtherSessions)
	s.group("Agent", testAgents)
	s.group("Routing", testRouting)
	s.group("Member", testMembers)
	s.group("Contact", testContacts)
	s.group("Merge", testMerges)
	s.group("Identity", testIdentities)
	s.group("Address", testAddresses)
	s.group("Consent", testConsents)
	s.group("Conversation", testConversations)
	s.group("Draft", testDrafts)
	s.group("Filter", testConversationFilter)
	s.group("Sort", testConversationSort)
	s.group("Waiting", testWaiting)
	s.group("Scope", testScope)
	s.group("Counts", testCounts)
	s.group("Message", testMessages)
	s.group("Scheduled", testScheduled)
	s.group("AppliedSLA", testApplied)
	s.group("Search", testSearch)
	s.group("Attachment", testAttachments)
	s.group("Upload", testUploads)
	s.group("Attempt", testAttempts)
	s.group("Journal", testJournal)
	s.group("Parked", testParked)
	s.group("Reached", testReached)
	s.group("Event", testEvents)
	s.group("Report", testReports)
	s.group("Job", testJobs)
	s.group("JobKey", testJobKeys)
	s.group("JobLease", testJobLeases)
	s.group("Notification", testNotifications)
	s.group("Subscription", testSubscriptions)
	s.group("Webhook", testWebhooks)
	s.group("Canned", testCanned)
	s.group("MessageTemplate", testMessageTemplates)
	s.group("Macro", testMacros)
	s.group("Rule", testRules)
	s.group("Flow", testFlows)
	s.group("Campaign", testCampaigns)
	s.group("Policy", testPolicies)
	s.group("ChannelGroup", testChannelGroups)
	s.group("ViewTask", testViewsAndTasks)
	s.group("Portal", testPortals)
	s.group("Category", testCategories)
	s.group("Article", testArticles)
	s.group("Bot", testBots)
	s.group("Platform", testPlatform)
	s.group("Idempotency", testIdempotency)
	s.group("Audit", testAudit)
	s.group("State", testState)
	s.group("Host", testHost)
}

// suite is one level of subtests.
type suite struct {
	t *testing.T
	Config
}

// group runs the tests of one noun.
func (s suite) group(name string, tests func(suite)) {
	s.t.Run(name, func(t *testing.T) {
		t.Parallel()
		tests(suite{t, s.Config})
	})
}

// test runs one promise on a desk of its own. Promises that depend on a feature
// name it.
func (s suite) test(name string, fn func(*desk), needs ...Feature) {
	s.t.Run(name, func(t *testing.T) {
		t.Parallel()
		for _, f := range needs {
			if slices.Contains(s.Skip, f) {
				t.Skipf("the store does not promise that %s", f)
			}
		}
		fn(newDesk(t, s.Open(t)))
	})
}
