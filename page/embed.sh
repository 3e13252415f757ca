#!/bin/sh
# Writes the parts of the report page into a Swift file: embed.sh DIRECTORY OUTPUT.
set -eu
directory=$1 output=$2

# A raw string literal holds its text as it is, up to the quotes with as many number signs.
literal() {
	printf '\n/// %s\nlet %s: StaticString = ####"""\n' "$2" "$1"
	cat
	printf '\n"""####\n'
}

# The hash source of an inline element's text, as its policy names it: Content Security Policy Level 3, 2.3.1.
source() {
	hash=$(sha256sum | cut -c 1-64 | tr a-f A-F | basenc --base16 --decode | base64)
	printf '\n/// %s\nlet %s: StaticString = "sha256-%s"\n' "$2" "$1" "$hash"
}

scripts() {
	printf '"use strict";\n'
	for part in data dom rows filter overview tree detail violations tables main; do
		cat "$directory/script/$part.js"
	done
}

if cat "$directory"/*.css "$directory"/*.html "$directory"/script/*.js | grep -q '"""####\|</script\|</style\|\\####'; then
	echo "process-tracer: the page holds what would end its literal or element" >&2
	exit 1
fi
{
	printf '// The report page, made of page/.\n'
	scripts | literal pageScript 'The script, one file of it behind the other.'
	scripts | source pageScriptSource 'Its hash.'
	literal pageStyle 'The style sheet.' <"$directory/style.css"
	source pageStyleSource 'Its hash.' <"$directory/style.css"
	literal pageBody 'The body, with {{names}} for what the run fills in.' <"$directory/body.html"
} >"$output"
