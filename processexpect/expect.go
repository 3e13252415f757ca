package processexpect

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode"
)

// NoEgress begins to watch the calling goroutine and returns what ends it: the test fails if meanwhile it, or a
// process that it started, tried to reach another machine but those allowed (SPECs of process-tracer's policy, such
// as 203.0.113.9:443 or api.example.com). The gate allows the test these, too, where its policy says tests-may-widen. The
// goroutine stays on one thread until then.
//
//	defer processexpect.NoEgress(t)()
func NoEgress(t testing.TB, allowed ...string) func() {
	t.Helper()
	file, line := caller()
	title := "expected no egress"
	if len(allowed) > 0 {
		title += " but to " + strings.Join(allowed, ", ")
	}
	return watch(t, file, line, allowed, fields("net", allowed), func(activity Activity) string {
		var found []Connection
		for _, connection := range activity.Egress() {
			if len(connection.queries) == 0 {
				found = append(found, connection)
			}
		}
		return violation(title, found)
	})
}

// Spawns is like NoEgress: the test fails unless the program (a PROG of process-tracer's policy, or the name that it
// was called by) was run this many times; -1: at least once.
func Spawns(t testing.TB, program string, times int) func() {
	t.Helper()
	file, line := caller()
	return watch(t, file, line, nil, fields("run", []string{program}), func(activity Activity) string {
		var found []Process
		for _, process := range activity.Processes {
			if len(process.queries) > 0 {
				found = append(found, process)
			}
		}
		if len(found) == times || times < 0 && len(found) > 0 {
			return ""
		}
		wanted := "at least once"
		if times >= 0 {
			wanted = count(times)
		}
		ran := "it ran " + count(len(found))
		if len(found) == 0 {
			found, ran = activity.Processes, "it never ran"
		}
		return fmt.Sprintf("expected %s to run %s, but %s", program, wanted, ran) + list(found)
	})
}

// SpawnsNothing is like NoEgress: the test fails if a process was started.
func SpawnsNothing(t testing.TB) func() {
	t.Helper()
	file, line := caller()
	return watch(t, file, line, nil, nil, func(activity Activity) string {
		return violation("expected no process", activity.Processes)
	})
}

// LeavesNothingRunning is like NoEgress: the test fails if a process that was started has not ended.
func LeavesNothingRunning(t testing.TB) func() {
	t.Helper()
	file, line := caller()
	return watch(t, file, line, nil, nil, func(activity Activity) string {
		var found []Process
		for _, process := range activity.Processes {
			if process.Running {
				found = append(found, process)
			}
		}
		return violation("expected nothing to be left running", found)
	})
}

// Resolves is like NoEgress: the test fails unless a DNS server was asked for the name (api.example.com, *.example.com),
// and answered. Go's own resolver asks on goroutines of its own: a lookup that may be the test's is enough, and logged.
func Resolves(t testing.TB, name string) func() {
	t.Helper()
	file, line := caller()
	return watch(t, file, line, nil, fields("net", []string{"dns:" + name}), func(activity Activity) string {
		if len(asked(activity)) > 0 {
			return ""
		}
		if activity.NotExact != nil {
			if found := asked(*activity.NotExact); len(found) > 0 {
				t.Logf("%s:%d: not known to be the test's own: a lookup of %s%s", file, line, name, list(found))
				return ""
			}
		}
		if len(activity.Lookups) == 0 {
			return fmt.Sprintf("expected a lookup of %s, and there was none at all", name)
		}
		return fmt.Sprintf("expected a lookup of %s", name) + list(activity.Lookups)
	})
}

// The lookups that fit the question.
func asked(activity Activity) []Lookup {
	var found []Lookup
	for _, lookup := range activity.Lookups {
		if len(lookup.queries) > 0 {
			found = append(found, lookup)
		}
	}
	return found
}

// Record runs code on the calling goroutine and tells what it did; it waits until the tracer has seen all of it.
func Record(t testing.TB, code func()) Activity {
	t.Helper()
	if !traced(t) {
		code()
		return Activity{}
	}
	file, line := caller()
	scope := begin(t, file, line, nil)
	defer scope.restore()
	func() {
		defer scope.end()
		code()
	}()
	activity, err := scope.ask(nil)
	if err != nil {
		t.Fatalf("%s:%d: %v", file, line, err)
	}
	return activity
}

func watch(
	t testing.TB, file string, line int, allowed []string, queries []field, judge func(Activity) string,
) func() {
	t.Helper()
	if !traced(t) {
		return func() {}
	}
	scope := begin(t, file, line, allowed)
	return func() {
		t.Helper()
		defer scope.restore()
		scope.end()
		activity, err := scope.ask(queries)
		if err != nil {
			t.Errorf("%s:%d: %v", file, line, err)
			return
		}
		if !activity.Whole || activity.Lost > 0 {
			t.Errorf("%s:%d: the evidence is incomplete: %d records or entries are missing", file, line, activity.Lost)
		}
		if text := judge(activity); text != "" {
			t.Errorf("%s:%d: %s", file, line, text)
		}
		if text := judge(*activity.NotExact); strings.Contains(text, "egress") {
			t.Logf("%s:%d: not known to be the test's own: %s", file, line, text)
		}
	}
}

// A scope: what this goroutine does, on this thread.
type scope struct {
	token  int
	secret string
	// What the thread worked for before, 0 where that is not its own.
	before int
}

func begin(t testing.TB, file string, line int, allowed []string) *scope {
	t.Helper()
	runtime.LockOSThread()
	s := &scope{}
	if ask(askLevel) == levelExact {
		s.before = ask(askTest)
	}
	var secret [16]byte
	if _, err := rand.Read(secret[:]); err != nil {
		t.Fatal(err)
	}
	s.secret = hex.EncodeToString(secret[:])
	text := fmt.Sprintf("%s\nrunner=go test\nfile=%s\nline=%d\nscope=%s", t.Name(), file, line, s.secret)
	text += "\nallow="
	for _, destination := range allowed {
		if !strings.ContainsFunc(destination, unicode.IsSpace) { // else it is none, of which the question tells
			text += " " + destination
		}
	}
	if len(text) > 4096 || !mark(thread, text) {
		runtime.UnlockOSThread()
		t.Fatalf("%s:%d: the tracer refused the scope's marker", file, line)
	}
	s.token = ask(askTest)
	return s
}

func (s *scope) end() {
	adoptToken(s.token)
	mark(threadEnd, "")
}

// restore leaves the thread as it was. Where the tracer knows by the goroutine what the thread works for, the thread
// says nothing: what it said would hold for the tests that run on it next.
func (s *scope) restore() {
	mark(leave, "")
	if s.before > 0 && (ask(askTest) != s.before || ask(askLevel) != levelExact) {
		adoptToken(s.before)
	}
	runtime.UnlockOSThread()
}

func (s *scope) ask(queries []field) (Activity, error) {
	request := line{"activity", append([]field{
		{"version", "1"}, {"test", fmt.Sprint(s.token)}, {"secret", s.secret},
	}, queries...)}
	lines, err := exchange(request)
	if err != nil {
		return Activity{}, err
	}
	return newActivity(lines), nil
}

// traced tells whether to look, and fails or skips the test where no tracer runs and that is what is wanted.
func traced(t testing.TB) bool {
	t.Helper()
	reason := "this process does not run under process-tracer"
	if ask(askVersion) >= 1 {
		if os.Getenv(variable) != "" {
			return true
		}
		reason = "the tracer has no session socket: --adapters leaves expectations out"
	}
	missing := os.Getenv("PROCESS_TRACER_MISSING")
	if missing == "" {
		missing = "skip"
		if os.Getenv("CI") != "" {
			missing = "fail"
		}
	}
	text := reason + "; run the tests with: process-tracer test -- go test ./... " +
		"(PROCESS_TRACER_MISSING=fail|skip|run says what they do without it)"
	switch missing {
	case "run":
	case "skip":
		t.Skip(text)
	default:
		t.Fatal(text)
	}
	return false
}

func caller() (string, int) {
	_, file, line, _ := runtime.Caller(2)
	return filepath.Base(file), line
}

func fields(key string, values []string) []field {
	var fields []field
	for _, value := range values {
		fields = append(fields, field{key, value})
	}
	return fields
}

func count(number int) string {
	switch number {
	case 0:
		return "never"
	case 1:
		return "once"
	}
	return fmt.Sprintf("%d times", number)
}

func violation[Item fmt.Stringer](title string, found []Item) string {
	if len(found) == 0 {
		return ""
	}
	return title + list(found)
}

func list[Item fmt.Stringer](items []Item) string {
	text := ""
	for index, item := range items {
		if index == 10 {
			return text + fmt.Sprintf("\n  and %d more", len(items)-10)
		}
		text += "\n  " + item.String()
		var from []string
		var after time.Duration
		var level string
		switch item := any(item).(type) {
		case Connection:
			from, after, level = item.Ancestry, item.Time, item.Level
		case Process:
			after, level = item.Time, item.Level
		case Lookup:
			after, level = item.Time, item.Level
		}
		if len(from) > 0 {
			text += "\n    from      " + strings.Join(from, " ← ")
		}
		text += fmt.Sprintf("\n    after     %.1f ms\n    known     %s", float64(after)/1e6, level)
	}
	return text
}
