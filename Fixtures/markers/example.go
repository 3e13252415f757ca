// Marks two tests; each connects to a port of its own: example PORT PORT.
package main

import (
	"net"
	"os"
	"runtime"
	"syscall"
)

// marker
const level, begin, end = 0x70747261, 1, 4

var anySocket, _ = syscall.Socket(syscall.AF_UNIX, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)

func mark(verb int, text string) {
	runtime.LockOSThread()                                      // a test is its thread's
	_ = syscall.SetsockoptString(anySocket, level, verb, text) // fails where there is no tracer
}

// marker

func main() {
	names := []string{"example::first", "example::second"}
	for test, port := range os.Args[1:] {
		mark(begin, names[test])
		if visitor, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			visitor.Close()
		}
		mark(end, "passed")
	}
}
