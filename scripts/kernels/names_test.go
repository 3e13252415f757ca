// Two tests that connect to ports of their own, where nobody listens; the second one fails.
package names

import (
	"net"
	"testing"
)

func TestFirst(t *testing.T) {
	net.Dial("tcp", "127.0.0.1:20021")
}

func TestSecond(t *testing.T) {
	if _, err := net.Dial("tcp", "127.0.0.1:20022"); err != nil {
		t.Fatal(err)
	}
}
