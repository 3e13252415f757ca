// Package second runs beside the other one.
package second

import (
	"fmt"
	"os"
	"testing"

	"example.com/attribution"
)

func TestMain(m *testing.M) {
	attribution.Base(30000)
	os.Exit(m.Run())
}

func TestSecond(t *testing.T) {
	for i := 0; i < 20; i++ {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			attribution.Dial(attribution.Event(t.Name()))
			attribution.Run(attribution.Event(t.Name()))
		})
	}
}
