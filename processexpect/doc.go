// Package processexpect says in Go tests what code may do to the world: which
// programs it runs, which addresses it reaches. It asks process-tracer, which
// watches the test run from the kernel:
//
//	process-tracer test -- go test ./...
//
//	func TestClone(t *testing.T) {
//		defer processexpect.NoEgress(t)()
//		...
//		activity := processexpect.Record(t, func() { clone(mirror) })
//	}
//
// What a goroutine does is known to be its own while it runs in a function
// that was given to this package; what goroutines do that it starts is told as
// not exact, in Activity.NotExact, and fails nothing. Without a tracer tests
// fail where CI is set and are skipped elsewhere;
// PROCESS_TRACER_MISSING=fail|skip|run says otherwise.
package processexpect
