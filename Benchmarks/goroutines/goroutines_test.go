// A package whose tests start 100,000 goroutines each.
package goroutines

import (
	"crypto/sha256"
	"fmt"
	"sync"
	"testing"
)

// The goroutines do nothing: what is measured is their creation.
func TestEmpty(t *testing.T) {
	start(t, func() {})
}

func TestHashing(t *testing.T) {
	block := make([]byte, 16<<10)
	start(t, func() { sha256.Sum256(block) })
}

func start(t *testing.T, work func()) {
	for i := 0; i < 100; i++ {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			var done sync.WaitGroup
			for j := 0; j < 1000; j++ {
				done.Add(1)
				go func() {
					defer done.Done()
					work()
				}()
			}
			done.Wait()
		})
	}
}
