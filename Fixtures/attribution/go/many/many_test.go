// Package many starts so many goroutines that it is not told of each.
package many

import (
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"example.com/attribution"
)

const (
	tests      = 4
	goroutines = 20000
)

func TestMain(m *testing.M) {
	attribution.Base(25000)
	go serve(work)
	end := make(chan struct{})
	var ended sync.WaitGroup
	ended.Add(1)
	go watch(end, &ended)
	code := m.Run()
	close(end)
	ended.Wait()
	os.Exit(code)
}

// watch is started by no test, and nothing comes to it from one.
func watch(end chan struct{}, ended *sync.WaitGroup) {
	defer ended.Done()
	for {
		both("")
		select {
		case <-end:
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}

type job struct {
	owner string
	done  chan error
}

// What all tests give their work to.
var work = make(chan job)

func serve(work chan job) {
	for job := range work {
		attribution.Run(attribution.Event(job.owner))
		job.done <- nil
	}
}

// flood starts goroutines whose memory is used again and again, whichever test they are of.
func flood() {
	var done sync.WaitGroup
	for i := 0; i < goroutines; i++ {
		done.Add(1)
		go done.Done()
	}
	done.Wait()
}

func both(owner string) {
	attribution.Dial(attribution.Event(owner))
	attribution.Run(attribution.Event(owner))
}

func TestMany(t *testing.T) {
	for i := 0; i < tests; i++ {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			flood()
			both(t.Name())
			for j := 0; j < 5; j++ {
				flood()
				known(t.Name())
				shared(t.Name())
				nested(t.Name())
			}
		})
	}
}

// known has goroutines that the test's own starts.
func known(owner string) {
	var done sync.WaitGroup
	for i := 0; i < 10; i++ {
		done.Add(1)
		go func() {
			defer done.Done()
			both(owner)
		}()
	}
	done.Wait()
}

// shared has a goroutine do it that no test started.
func shared(owner string) {
	done := make(chan error)
	for i := 0; i < 3; i++ {
		work <- job{owner, done}
		<-done
	}
}

// nested has goroutines that others start, which got something from the test before, have slept, or are gone at once.
func nested(owner string) {
	gate := make(chan int)
	var done sync.WaitGroup
	inner := func() {
		defer done.Done()
		both(owner)
	}
	done.Add(3)
	go func() {
		if <-gate == 1 {
			go inner()
		}
	}()
	go func() {
		time.Sleep(time.Millisecond)
		go inner()
	}()
	go func() { go inner() }()
	gate <- 1
	done.Wait()
}
