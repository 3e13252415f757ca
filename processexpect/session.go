package processexpect

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
)

// The variable that names the session socket: docs/session.md of process-tracer.
const variable = "PROCESS_TRACER_SESSION"

type field struct{ key, value string }

type line struct {
	word   string
	fields []field
}

func (l line) get(key string) (string, bool) {
	for _, field := range l.fields {
		if field.key == key {
			return field.value, true
		}
	}
	return "", false
}

func (l line) all(key string) []string {
	var values []string
	for _, field := range l.fields {
		if field.key == key {
			values = append(values, field.value)
		}
	}
	return values
}

var (
	escaper   = strings.NewReplacer("\\", "\\\\", "\t", "\\t", "\n", "\\n", "\r", "\\r", "\x00", "\\0")
	unescaper = strings.NewReplacer("\\\\", "\\", "\\t", "\t", "\\n", "\n", "\\r", "\r", "\\0", "\x00")
)

func (l line) String() string {
	text := l.word
	for _, field := range l.fields {
		text += "\t" + field.key + "=" + escaper.Replace(field.value)
	}
	return text
}

func parseLine(text string) line {
	parts := strings.Split(text, "\t")
	parsed := line{word: parts[0]}
	for _, part := range parts[1:] {
		key, value, _ := strings.Cut(part, "=")
		parsed.fields = append(parsed.fields, field{key, unescaper.Replace(value)})
	}
	return parsed
}

// The connection of this process. A plain descriptor, not package net: the runtime's poller would do the waiting on
// a thread that is not the caller's.
var session struct {
	sync.Mutex
	file   *os.File
	reader *bufio.Reader
}

func exchange(request line) ([]line, error) {
	session.Lock()
	defer session.Unlock()
	lines, err := exchangeLocked(request)
	if err != nil && session.file != nil {
		session.file.Close()
		session.file = nil
	}
	return lines, err
}

func exchangeLocked(request line) ([]line, error) {
	if session.file == nil {
		descriptor, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
		if err != nil {
			return nil, err
		}
		if err := syscall.Connect(descriptor, &syscall.SockaddrUnix{Name: os.Getenv(variable)}); err != nil {
			syscall.Close(descriptor)
			return nil, fmt.Errorf("the session socket %s does not answer: %w", os.Getenv(variable), err)
		}
		session.file = os.NewFile(uintptr(descriptor), "session")
		session.reader = bufio.NewReader(session.file)
	}
	if _, err := session.file.WriteString(request.String() + "\n"); err != nil {
		return nil, fmt.Errorf("the tracer is gone: %w", err)
	}
	var lines []line
	for {
		text, err := session.reader.ReadString('\n')
		if err != nil {
			return nil, fmt.Errorf("the tracer went away before it answered: %w", err)
		}
		parsed := parseLine(strings.TrimSuffix(text, "\n"))
		if parsed.word == "refused" {
			reason, _ := parsed.get("reason")
			return nil, errors.New(reason)
		}
		lines = append(lines, parsed)
		if parsed.word == "end" {
			return lines, nil
		}
	}
}
