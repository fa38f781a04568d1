#!/bin/sh
# Usage: run-tests.sh PROGRAM...
# Runs every program, also after one has failed, and sums the `N passed, N failed` lines that they end with. One that
# dies, or says nothing, counts as a failure.
set -u
passed=0
failed=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT

for program in "$@"; do
	echo "== ${program##*/}"
	"$program" >"$out" 2>&1
	status=$?
	cat "$out"
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$out" | tail -n 1)
	p=$(echo "${line:-0 passed}" | sed -E 's/^([0-9]+) passed.*/\1/')
	f=$(echo "${line:-0 passed, 0 failed}" | sed -E 's/.* ([0-9]+) failed.*/\1/')
	if [ "$f" -eq 0 ] && { [ -z "$line" ] || [ "$status" -ne 0 ]; }; then
		echo "${program##*/}: ended with status $status and ${line:-no count}"
		f=1
	fi
	passed=$((passed + p))
	failed=$((failed + f))
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
