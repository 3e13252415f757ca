// Package words turns titles into slugs.
package words

import "strings"

// Slug joins the lower-case words of a title with hyphens.
func Slug(title string) string {
	return strings.Join(strings.Fields(strings.ToLower(title)), "-")
}
