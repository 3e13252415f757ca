package attribution

import (
	"sync"
	"testing"
	"time"
)

// What one test asks a goroutine of another's making to do.
type job struct {
	number int64
	done   *sync.WaitGroup
}

func (j job) do() {
	defer j.done.Done()
	if j.number%2 == 0 {
		Dial(j.number)
	} else {
		Run(j.number)
	}
}

func (j job) run() {
	defer j.done.Done()
	Run(j.number)
}

func submit(t *testing.T, count int, send func(job)) {
	side(t, 20, func(t *testing.T) {
		var done sync.WaitGroup
		for i := 0; i < count; i++ {
			done.Add(1)
			send(job{Event(t.Name()), &done})
		}
		done.Wait()
	})
}

func workers(count int, jobs chan job) chan job {
	for i := 0; i < count; i++ {
		go func() {
			for j := range jobs {
				j.do()
			}
		}()
	}
	return jobs
}

var early = workers(4, make(chan job))

func TestEarlyPool(t *testing.T) {
	t.Parallel()
	submit(t, 3, func(j job) { early <- j })
}

var lazy = sync.OnceValue(func() chan job { return workers(4, make(chan job)) })

func TestLazyPool(t *testing.T) {
	t.Parallel()
	submit(t, 3, func(j job) { lazy() <- j })
}

var buffered = sync.OnceValue(func() chan job { return workers(2, make(chan job, 16)) })

func TestBufferedPool(t *testing.T) {
	t.Parallel()
	submit(t, 3, func(j job) { buffered() <- j })
}

// Several queues, one of them always full, and a dispatcher between.
var selecting = sync.OnceValue(func() [2]chan job {
	queues := [2]chan job{make(chan job, 1), make(chan job)}
	next := workers(3, make(chan job, 4))
	go func() {
		for {
			select {
			case j := <-queues[0]:
				next <- j
			case j := <-queues[1]:
				next <- j
			}
		}
	}()
	return queues
})

func TestSelectingPool(t *testing.T) {
	t.Parallel()
	submit(t, 3, func(j job) {
		select {
		case selecting()[0] <- j:
		case selecting()[1] <- j:
		}
	})
}

// Work that no channel carries: a list and a condition variable.
type list struct {
	sync.Mutex
	changed *sync.Cond
	jobs    []job
	busy    bool
}

func (l *list) push(j job) {
	l.Lock()
	defer l.Unlock()
	l.jobs = append(l.jobs, j)
}

var condition = sync.OnceValue(func() *list {
	l := &list{}
	l.changed = sync.NewCond(l)
	go func() {
		for {
			l.Lock()
			for len(l.jobs) == 0 {
				l.changed.Wait()
			}
			j := l.jobs[0]
			l.jobs = l.jobs[1:]
			l.Unlock()
			j.do()
		}
	}()
	return l
})

func TestConditionPool(t *testing.T) {
	t.Parallel()
	side(t, 8, func(t *testing.T) {
		var done sync.WaitGroup
		done.Add(1)
		l := condition()
		l.push(job{Event(t.Name()), &done})
		l.changed.Signal()
		done.Wait()
	})
}

// A goroutine that a test starts where none is at work, and that does what others ask for meanwhile.
var drained list

func TestDrain(t *testing.T) {
	t.Parallel()
	side(t, 8, func(t *testing.T) {
		var done sync.WaitGroup
		done.Add(1)
		number := Event(t.Name())
		drained.Lock()
		drained.jobs = append(drained.jobs, job{number, &done})
		if !drained.busy {
			drained.busy = true
			go func() {
				for {
					drained.Lock()
					if len(drained.jobs) == 0 {
						drained.busy = false
						drained.Unlock()
						return
					}
					j := drained.jobs[0]
					drained.jobs = drained.jobs[1:]
					drained.Unlock()
					j.run()
				}
			}()
		}
		drained.Unlock()
		done.Wait()
	})
}

// A goroutine of one test that wakes by itself and does what it finds.
func TestTimerChannel(t *testing.T) {
	t.Parallel()
	side(t, 8, func(t *testing.T) {
		done := make(chan bool)
		go func() {
			<-time.After(time.Millisecond)
			Dial(Event(t.Name()))
			close(done)
		}()
		<-done
	})
}
