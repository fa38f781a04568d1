#!/bin/sh
# Usage: run-fuzz.sh FOLDER SECONDS BYTES NAME...
# Runs FOLDER/NAME of each for so long, from its seeds and what it has learnt before, and goes on after one has found
# something. Ends with a line `N passed, N failed`.
set -u
folder=$1
seconds=$2
bytes=$3
shift 3
passed=0
failed=0

for name in "$@"; do
	corpus=$folder/$name.corpus
	log=$folder/$name.log
	mkdir -p "$corpus"
	if ASAN_OPTIONS=detect_leaks=0 "$folder/$name" -max_total_time="$seconds" -max_len="$bytes" -timeout=10 -rss_limit_mb=1024 \
		-artifact_prefix="$folder/$name." "$corpus" "fuzz/seeds/$name" >"$log" 2>&1; then
		passed=$((passed + 1))
		echo "  ok   $name: $(sed -n 's/^Done \([0-9]*\) runs in \([0-9]*\) second.*/\1 inputs in \2 s/p' "$log")," \
			"$(sed -n 's/.*cov: \([0-9]*\).*/\1/p' "$log" | tail -n 1) places reached"
	else
		failed=$((failed + 1))
		echo "FAILED $name: the whole of it is in $log"
		grep -aE 'runtime error|ERROR:|^    #[0-9] |SUMMARY|Test unit written' "$log" | head -n 20
	fi
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
