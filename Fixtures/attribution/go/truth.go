// Package attribution makes events whose owners it writes down, in the file that TRUTH names.
package attribution

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
)

var next atomic.Int64

// Base is the number before the first one of this process.
func Base(number int64) { next.Store(number) }

// Event takes a number for something that owner is about to do, no test where that is empty.
func Event(owner string) int64 {
	number := next.Add(1)
	file, err := os.OpenFile(os.Getenv("TRUTH"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	name := strconv.Quote(owner)
	if owner == "" {
		name = "null"
	}
	fmt.Fprintf(file, "{\"number\": %d, \"owner\": %s}\n", number, name)
	return number
}

// Dial connects to the port of that number, where nobody listens.
func Dial(number int64) {
	if connection, err := net.Dial("tcp4", fmt.Sprintf("127.0.0.1:%d", number)); err == nil {
		connection.Close()
	}
}

// Run starts a program with the number in its arguments and waits for it.
func Run(number int64) {
	if err := exec.Command("/bin/true", fmt.Sprintf("event-%d", number)).Run(); err != nil {
		panic(err)
	}
}

// Late starts a program that comes to its event later, and does not wait for it.
func Late(number int64) *exec.Cmd {
	command := exec.Command("/bin/sh", "-c", fmt.Sprintf("sleep 0.3; /bin/true event-%d", number))
	if err := command.Start(); err != nil {
		panic(err)
	}
	return command
}
