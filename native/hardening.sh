#!/bin/sh
# Usage: hardening.sh STRIPPED FULL
# Looks at a linked supervisor with readelf and fails, with all that is wrong, unless it is a static, position
# independent, fully relocated program without an executable stack. The linker does what it can and says nothing.
set -u
stripped=$1
full=$2
failures=0

wrong() {
	echo "$stripped: $1" >&2
	failures=$((failures + 1))
}

header=$(readelf -hW "$stripped") || exit 1
segments=$(readelf -lW "$stripped") || exit 1
dynamic=$(readelf -dW "$stripped") || exit 1
symbols=$(readelf -sW "$full") || exit 1

has() { printf '%s\n' "$1" | grep -Eq "$2"; }

has "$header" '^ *Type: *DYN ' || wrong 'is not position independent (type DYN)'
has "$dynamic" 'FLAGS_1.*PIE' || wrong 'is a shared library, not a PIE (FLAGS_1)'
has "$segments" '^ *INTERP' && wrong 'asks for a dynamic linker (INTERP)'
has "$dynamic" '\(NEEDED\)' && wrong 'needs shared libraries (NEEDED)'
has "$dynamic" '\(TEXTREL\)' && wrong 'relocates its code (TEXTREL)'
has "$segments" '^ *GNU_RELRO' || wrong 'has no segment that is read-only after relocation (GNU_RELRO)'
has "$dynamic" 'BIND_NOW|FLAGS_1.*NOW' || wrong 'binds lazily (no BIND_NOW)'
has "$segments" '^ *GNU_STACK .* RW +0x' || wrong 'has an executable stack (GNU_STACK)'
has "$segments" ' RWE +0x' && wrong 'has a segment that is writable and executable'
has "$symbols" '__stack_chk_fail' || wrong 'was compiled without stack protection'

[ "$failures" -eq 0 ]
