package processexpect

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"
)

// Activity is what a stretch of code did, in the order of time.
type Activity struct {
	Processes   []Process
	Connections []Connection
	Lookups     []Lookup
	Listeners   []Listener
	// NotExact is what may or may not be the code's own; nil within itself.
	NotExact *Activity
	// Lost is how much the kernel could not keep meanwhile, and how much is left out: 0 means that this is all.
	Lost int
	// Whole tells whether the end of the code was seen.
	Whole bool
}

// Process is a process that was started.
type Process struct {
	PID, Parent int
	// Path and Arguments are of the program that it last became; Arguments have secrets redacted.
	Path      string
	Arguments []string
	// ExitCode is -1 where it did not exit.
	ExitCode int
	Signal   int
	Running  bool
	// Ancestry is NAME(PID), the nearest first.
	Ancestry []string
	Time     time.Duration
	Level    string
	queries  []string
}

// Name is the file name of the program.
func (p Process) Name() string { return path.Base(p.Path) }

func (p Process) String() string {
	fate := "still running"
	if p.ExitCode >= 0 {
		fate = fmt.Sprintf("exit code %d", p.ExitCode)
	} else if p.Signal > 0 {
		fate = fmt.Sprintf("killed by signal %d", p.Signal)
	}
	command := p.Name()
	if len(p.Arguments) > 1 {
		command += " " + strings.Join(p.Arguments[1:], " ")
	}
	chain := append([]string{fmt.Sprintf("pid %d", p.PID)}, p.Ancestry...)
	return fmt.Sprintf("%s (%s), %s", command, strings.Join(chain, " ← "), fate)
}

// Connection is an attempt to connect, an accepted connection, or the datagrams of a process to one destination.
type Connection struct {
	// Direction is connect, accept or send; Place loopback, self, dns or outside.
	Program, Direction, Protocol, Peer, Destination, Place string
	// Names are what the address was called when it was tried, by evidence: answers of the nameservers of resolv.conf to
	// questions of the run, and /etc/hosts.
	Names []string
	// Outcome is empty where it is not known yet.
	Outcome  string
	PID      int
	Ancestry []string
	Time     time.Duration
	Level    string
	queries  []string
}

// IsEgress tells whether it tried to reach another machine; to ask the nameservers is no egress.
func (c Connection) IsEgress() bool { return c.Direction != "accept" && c.Place == "outside" }

func (c Connection) String() string {
	arrow, called, outcome := "→", "", ""
	if c.Direction == "accept" {
		arrow = "←"
	}
	if c.Outcome != "" {
		outcome = ", " + c.Outcome
	}
	if len(c.Names) > 0 {
		called = fmt.Sprintf(" (%s)", strings.Join(c.Names, ", "))
	}
	return fmt.Sprintf("%s(%d) %s %s%s%s", c.Program, c.PID, arrow, c.Destination, called, outcome)
}

// Lookup is a name that a DNS server was asked for over port 53, and answered.
type Lookup struct {
	// Name is in lower case, without a dot at the end; Type A, AAAA, and so on.
	Program, Name, Type, Resolver string
	// ResponseCode is the RCODE: 0 no error, 3 no such name.
	ResponseCode int
	Addresses    []string
	PID          int
	Time         time.Duration
	Level        string
	queries      []string
}

func (l Lookup) String() string {
	answer := "no address"
	switch {
	case l.ResponseCode == 3:
		answer = "no such name"
	case l.ResponseCode != 0:
		answer = fmt.Sprintf("error %d", l.ResponseCode)
	case len(l.Addresses) > 0:
		answer = strings.Join(l.Addresses, ", ")
	}
	return fmt.Sprintf("%s(%d) asked %s for %s %s: %s", l.Program, l.PID, l.Resolver, l.Name, l.Type, answer)
}

// Listener is a socket that waits for others.
type Listener struct {
	Program, Protocol, Local string
	PID                      int
	Time                     time.Duration
	Level                    string
}

func (l Listener) String() string {
	return fmt.Sprintf("%s(%d) listens on %s://%s", l.Program, l.PID, l.Protocol, l.Local)
}

// Egress is the connections that tried to reach another machine.
func (a Activity) Egress() []Connection {
	var egress []Connection
	for _, connection := range a.Connections {
		if connection.IsEgress() {
			egress = append(egress, connection)
		}
	}
	return egress
}

func newActivity(lines []line) Activity {
	activity := Activity{Whole: true, NotExact: &Activity{Whole: true}}
	for _, line := range lines {
		to := &activity
		if level, _ := line.get("level"); level != "exact" {
			to = activity.NotExact
		}
		switch line.word {
		case "activity":
			_, partial := line.get("partial")
			activity.Whole = !partial
			activity.Lost = number(line, "lost", 0) + number(line, "omitted", 0)
		case "process":
			to.Processes = append(to.Processes, newProcess(line))
		case "connection":
			to.Connections = append(to.Connections, newConnection(line))
		case "lookup":
			to.Lookups = append(to.Lookups, Lookup{
				Program: text(line, "program"), Name: text(line, "name"), Type: text(line, "type"),
				Resolver: text(line, "resolver"), ResponseCode: number(line, "code", 0), Addresses: line.all("address"),
				PID: number(line, "pid", 0), Time: moment(line), Level: text(line, "level"), queries: line.all("net"),
			})
		case "listener":
			to.Listeners = append(to.Listeners, Listener{
				Program: text(line, "program"), Protocol: text(line, "protocol"), Local: text(line, "local"),
				PID: number(line, "pid", 0), Time: moment(line), Level: text(line, "level"),
			})
		}
	}
	return activity
}

func newProcess(line line) Process {
	process := Process{
		PID: number(line, "pid", 0), Parent: number(line, "parent", 0), ExitCode: number(line, "exit", -1),
		Signal: number(line, "signal", 0), Ancestry: line.all("from"), Time: moment(line), Level: text(line, "level"),
		queries: line.all("run"),
	}
	_, ended := line.get("end")
	process.Running = !ended
	for _, field := range line.fields {
		switch field.key {
		case "path":
			process.Path, process.Arguments = field.value, nil
		case "arg":
			process.Arguments = append(process.Arguments, field.value)
		}
	}
	return process
}

func newConnection(line line) Connection {
	return Connection{
		Program: text(line, "program"), Direction: text(line, "direction"), Protocol: text(line, "protocol"),
		Peer: text(line, "peer"), Destination: text(line, "destination"), Place: text(line, "place"),
		Names: line.all("name"),
		Outcome: text(line, "outcome"), PID: number(line, "pid", 0), Ancestry: line.all("from"), Time: moment(line),
		Level: text(line, "level"), queries: line.all("net"),
	}
}

func text(line line, key string) string {
	value, _ := line.get(key)
	return value
}

func number(line line, key string, absent int) int {
	value, _ := line.get(key)
	if parsed, err := strconv.Atoi(value); err == nil {
		return parsed
	}
	return absent
}

func moment(line line) time.Duration { return time.Duration(number(line, "time", 0)) }
