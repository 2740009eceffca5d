// Package bench measures the desk against what DESIGN promises: inbound
// messages beside hand-tuned SQL, the conversation list as it grows, the start
// of the engine, its memory at rest, and that of thousands of connected clients.
// It holds tests only.
//
// Figures of one machine mean little, so what counts are ratios within one run:
// the variants take turns, round by round, and whatever else the machine does
// hits all of them alike. Nothing here asserts on time.
//
//	make bench                                            everything but the large cases
//	make bench ARGS='-bench Inbound -benchtime 10s ./bench'   longer rounds, steadier figures
//	make bench ARGS='-bench ListMillion ./bench'          a million conversations; minutes to seed
//
// Metrics ending in -ratio compare the desk with the other variant: a rate-ratio
// of 0.5 is half as many messages per second, a cpu-ratio of 2 is twice the
// processor time of this process per message (Postgres' own is not in it).
package bench
