// A package whose tests start 100,000 goroutines, and do nothing else.
package goroutines

import (
	"fmt"
	"sync"
	"testing"
)

func TestMany(t *testing.T) {
	for i := 0; i < 100; i++ {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			var done sync.WaitGroup
			done.Add(1000)
			for j := 0; j < 1000; j++ {
				go done.Done()
			}
			done.Wait()
		})
	}
}
