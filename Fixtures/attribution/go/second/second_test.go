// Package second runs beside the other one.
package second

import (
	"fmt"
	"testing"

	"example.com/attribution"
)

func TestSecond(t *testing.T) {
	attribution.Base(30000)
	for i := 0; i < 20; i++ {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			attribution.Dial(attribution.Event(t.Name()))
			attribution.Run(attribution.Event(t.Name()))
		})
	}
}
