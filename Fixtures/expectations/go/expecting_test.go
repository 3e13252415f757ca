// Each test passes or fails as its name says; "says:" is what the failure has.
package expecting

import (
	"context"
	"net"
	"os/exec"
	"runtime"
	"sync"
	"testing"
	"time"

	"process-tracer.invalid/processexpect"
)

func attempt(address string) {
	connection, err := net.DialTimeout("tcp", address, 200*time.Millisecond)
	if err == nil {
		connection.Close()
	}
}

func run(t *testing.T, name string, arguments ...string) {
	t.Helper()
	if err := exec.Command(name, arguments...).Run(); err != nil {
		t.Fatal(err)
	}
}

func TestPassesOnLoopback(t *testing.T) {
	defer processexpect.NoEgress(t)()
	attempt("127.0.0.1:9")
}

func TestPassesForAllowedEgress(t *testing.T) {
	defer processexpect.NoEgress(t, "203.0.113.0/24:443")()
	run(t, "python3", "-c", "import socket; s = socket.socket(); s.setblocking(False); s.connect_ex(('203.0.113.9', 443))")
}

func TestPassesForHostNames(t *testing.T) {
	defer processexpect.NoEgress(t, "api.example.com:443")()
	activity := processexpect.Record(t, func() {
		run(t, "bash", "-c", "a=$(getent ahostsv4 api.example.com | head -n 1); exec 3<>/dev/tcp/${a%% *}/443")
	})
	if len(activity.Lookups) != 1 || activity.Lookups[0].Name != "api.example.com" {
		t.Errorf("lookups: %v", activity.Lookups)
	}
	if egress := activity.Egress(); len(egress) != 1 || egress[0].Names[0] != "api.example.com" {
		t.Errorf("egress: %v", egress)
	}
}

func TestPassesForResolvedNames(t *testing.T) {
	defer processexpect.Resolves(t, "*.example.com")()
	run(t, "getent", "ahostsv4", "api.example.com")
}

func TestPassesForNamesOfGosResolver(t *testing.T) {
	defer processexpect.Resolves(t, "api.example.com")()
	if _, err := (&net.Resolver{PreferGo: true}).LookupHost(context.Background(), "api.example.com"); err != nil {
		t.Error(err)
	}
}

func TestFailsForNameThatIsNotResolved(t *testing.T) { // says: expected a lookup of www.example.com
	defer processexpect.Resolves(t, "www.example.com")()
	run(t, "getent", "ahostsv4", "api.example.com")
}

func TestFailsWithoutLookup(t *testing.T) { // says: and there was none at all
	defer processexpect.Resolves(t, "api.example.com")()
}

func TestFailsForEgress(t *testing.T) { // says: tcp://203.0.113.9:443
	defer processexpect.NoEgress(t)()
	run(t, "python3", "-c", "import socket; s = socket.socket(); s.setblocking(False); s.connect_ex(('203.0.113.9', 443))")
}

func TestPassesForPrograms(t *testing.T) {
	defer processexpect.Spawns(t, "true", 2)()
	run(t, "true")
	run(t, "sh", "-c", "true() { /bin/true; }; true; exit 0")
}

func TestFailsForProgramThatDoesNotRun(t *testing.T) { // says: expected git to run at least once, but it never ran
	defer processexpect.Spawns(t, "git", -1)()
	run(t, "true")
}

func TestFailsForAnyProgram(t *testing.T) { // says: expected no process
	defer processexpect.SpawnsNothing(t)()
	run(t, "true")
}

func TestFailsForWhatIsLeft(t *testing.T) { // says: sleep 63
	command := exec.Command("sleep", "63")
	defer func() { _ = command.Process.Kill(); _ = command.Wait() }()
	defer processexpect.LeavesNothingRunning(t)()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
}

func TestFailsForNoDestination(t *testing.T) { // says: net: expected a destination
	defer processexpect.NoEgress(t, "nowhere at all")()
}

func TestPassesWithItsActivity(t *testing.T) {
	defer processexpect.Spawns(t, "true", 2)()
	run(t, "true", "outer")
	activity := processexpect.Record(t, func() {
		run(t, "true", "inner")
		attempt("127.0.0.1:9")
	})
	if len(activity.Processes) != 1 || activity.Processes[0].Arguments[1] != "inner" || activity.Processes[0].ExitCode != 0 {
		t.Errorf("processes: %v", activity.Processes)
	}
	if len(activity.Egress()) != 0 {
		t.Errorf("egress: %v", activity.Egress())
	}
}

// What is done behind a scope, and in the tests that come after one, is theirs.
func TestPassesBeside(t *testing.T) {
	for _, name := range []string{"first", "second", "third", "fourth"} {
		t.Run(name, func(t *testing.T) {
			if name != "second" {
				processexpect.Record(t, func() { run(t, "true") })
			}
			run(t, "true", "beside", name)
		})
	}
}

func TestPassesManyAtOnce(t *testing.T) {
	var group sync.WaitGroup
	for number := 0; number < 50; number++ {
		group.Add(1)
		go func(name string) {
			defer group.Done()
			activity := processexpect.Record(t, func() {
				runtime.Gosched()
				run(t, "true", name)
			})
			if len(activity.Processes) != 1 || activity.Processes[0].Arguments[1] != name {
				t.Errorf("%s: processes %v", name, activity.Processes)
			}
		}(string(rune('a'+number%26)) + string(rune('a'+number/26)))
	}
	group.Wait()
}
