package network

import (
	"net"
	"testing"
)

// The addresses of RFC 5737 are for documentation, nothing answers there: an attempt is enough to be seen.
func TestReachesOutOverTCP(t *testing.T) {
	if Answers("203.0.113.9:443") {
		t.Fatal("a documentation address answered")
	}
}

func TestReachesOutOverUDP(t *testing.T) {
	connection, err := net.ListenUDP("udp4", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	// Without a route this fails, with one it does not; both are an attempt.
	_, err = connection.WriteTo([]byte("ping"), &net.UDPAddr{IP: net.IPv4(198, 51, 100, 7), Port: 5353})
	t.Log(err)
}

func TestTalksToItself(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if !Answers(listener.Addr().String()) {
		t.Fatal("the loopback listener did not answer")
	}
}
