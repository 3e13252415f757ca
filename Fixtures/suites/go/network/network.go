// Package network says whether an address answers.
package network

import (
	"net"
	"time"
)

// Answers reports whether a TCP connection to address can be made within a second.
func Answers(address string) bool {
	connection, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return false
	}
	connection.Close()
	return true
}
