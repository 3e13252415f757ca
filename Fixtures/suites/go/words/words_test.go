package words

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
)

func TestSlug(t *testing.T) {
	for title, expected := range map[string]string{"Alpha Beta": "alpha-beta", "": ""} {
		t.Run(title, func(t *testing.T) {
			if slug := Slug(title); slug != expected {
				t.Fatalf("%q is not %q", slug, expected)
			}
		})
	}
}

func TestRunsTrue(t *testing.T) {
	if err := exec.Command("/bin/true").Run(); err != nil {
		t.Fatal(err)
	}
}

func TestShellExitCode(t *testing.T) {
	var exit *exec.ExitError
	if err := exec.Command("sh", "-c", "/bin/true; exit 3").Run(); !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Fatalf("expected exit code 3, got %v", err)
	}
}

func TestGitVersion(t *testing.T) {
	output, err := exec.Command("git", "--version").Output()
	if err != nil || !strings.HasPrefix(string(output), "git version") {
		t.Fatalf("%q, %v", output, err)
	}
}
