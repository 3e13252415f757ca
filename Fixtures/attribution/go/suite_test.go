package attribution

import (
	"fmt"
	"os"
	"sync"
	"testing"
	"time"
)

// Started and not waited for by their tests.
var late sync.WaitGroup

func TestMain(m *testing.M) {
	Base(20000)
	code := m.Run()
	late.Wait()
	os.Exit(code)
}

// side runs count parallel subtests.
func side(t *testing.T, count int, body func(t *testing.T)) {
	for i := 0; i < count; i++ {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			body(t)
		})
	}
}

func both(t *testing.T) {
	Dial(Event(t.Name()))
	Run(Event(t.Name()))
}

func TestSequential(t *testing.T) {
	both(t)
	for i := 0; i < 10; i++ {
		t.Run(fmt.Sprint(i), both)
	}
	both(t)
}

func TestParallel(t *testing.T) { side(t, 40, both) }

func TestNested(t *testing.T) {
	t.Parallel()
	side(t, 8, func(t *testing.T) {
		both(t)
		side(t, 3, both)
	})
}

func TestCleanup(t *testing.T) {
	t.Parallel()
	side(t, 10, func(t *testing.T) {
		t.Cleanup(func() { both(t) })
		defer both(t)
	})
}

func TestGoroutines(t *testing.T) {
	t.Parallel()
	side(t, 20, func(t *testing.T) {
		var group sync.WaitGroup
		for i := 0; i < 3; i++ {
			group.Add(2)
			go func() {
				defer group.Done()
				Dial(Event(t.Name()))
				go func() {
					defer group.Done()
					Run(Event(t.Name()))
				}()
			}()
		}
		group.Wait()
	})
}

// As golang.org/x/sync/errgroup, with its limit.
type group struct {
	wait  sync.WaitGroup
	limit chan struct{}
}

func (g *group) Go(body func()) {
	g.limit <- struct{}{}
	g.wait.Add(1)
	go func() {
		defer func() {
			<-g.limit
			g.wait.Done()
		}()
		body()
	}()
}

func TestGroup(t *testing.T) {
	t.Parallel()
	limit := make(chan struct{}, 4) // shared by all tests
	side(t, 20, func(t *testing.T) {
		g := group{limit: limit}
		for i := 0; i < 2; i++ {
			g.Go(func() { Dial(Event(t.Name())) })
			g.Go(func() { Run(Event(t.Name())) })
		}
		g.wait.Wait()
	})
}

func TestSelect(t *testing.T) {
	t.Parallel()
	side(t, 20, func(t *testing.T) {
		done := make(chan int64)
		for i := 0; i < 2; i++ {
			go func() {
				number := Event(t.Name())
				Dial(number)
				done <- number
			}()
		}
		for i := 0; i < 2; i++ {
			select {
			case <-done:
			case <-time.After(time.Minute):
				t.Error("too late")
			}
		}
		both(t)
	})
}

func TestAfterFunc(t *testing.T) {
	t.Parallel()
	side(t, 30, func(t *testing.T) {
		done := make(chan bool)
		time.AfterFunc(time.Millisecond, func() {
			Dial(Event(t.Name()))
			close(done)
		})
		<-done
	})
}

func TestLate(t *testing.T) {
	t.Parallel()
	side(t, 10, func(t *testing.T) {
		command := Late(Event(t.Name()))
		late.Add(1)
		go func() {
			defer late.Done()
			command.Wait()
		}()
	})
}

func FuzzSeeds(f *testing.F) {
	for i := 0; i < 5; i++ {
		f.Add(i)
	}
	both2(f)
	f.Fuzz(func(t *testing.T, _ int) { both(t) })
}

func both2(t testing.TB) {
	Dial(Event(t.Name()))
	Run(Event(t.Name()))
}

func BenchmarkBoth(b *testing.B) {
	for i := 0; i < b.N; i++ {
		both2(b)
	}
}

func BenchmarkParts(b *testing.B) {
	for _, name := range []string{"one", "two"} {
		b.Run(name, func(b *testing.B) { both2(b) })
	}
}

func Example_both() {
	Dial(Event("Example_both"))
	Run(Event("Example_both"))
	fmt.Println("done")
	// Output: done
}
