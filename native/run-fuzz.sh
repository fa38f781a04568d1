#!/bin/sh
# Usage: run-fuzz.sh FOLDER SECONDS BYTES NAME...
# Runs FOLDER/NAME of each for so long, from its seeds and what it has learnt before, as many at once as there are CPUs,
# and goes on after one has found something. Ends with a line `N passed, N failed`.
set -u
folder=$1
seconds=$2
bytes=$3
shift 3

# What it prints is one line that begins with `  ok`, or more that begin with FAILED.
run_one() {
	corpus=$folder/$1.corpus
	log=$folder/$1.log
	mkdir -p "$corpus"
	# memory that a target keeps from one input to the next is no leak; what a parser loses shows as too much of it
	ASAN_OPTIONS=detect_leaks=0 "$folder/$1" -max_total_time="$seconds" -max_len="$bytes" -timeout=10 -rss_limit_mb=1024 \
		-artifact_prefix="$folder/$1." "$corpus" "fuzz/seeds/$1" >"$log" 2>&1
	status=$?
	if [ $status -eq 0 ]; then
		echo "  ok   $1: $(sed -n 's/^Done \([0-9]*\) runs in \([0-9]*\) second.*/\1 inputs in \2 s/p' "$log")," \
			"$(sed -n 's/.*cov: \([0-9]*\).*/\1/p' "$log" | tail -n 1) places reached"
	else
		echo "FAILED $1: ended with status $status, the whole of it is in $log"
		grep -aE 'runtime error|ERROR:|^    #[0-9] |SUMMARY|Test unit written' "$log" | head -n 20
	fi
}

cpus=$(nproc)
running=0
for name in "$@"; do
	run_one "$name" >"$folder/$name.result" &
	running=$((running + 1))
	[ $((running % cpus)) -ne 0 ] || wait
done
wait

passed=0
failed=0
for name in "$@"; do
	cat "$folder/$name.result"
	if grep -q '^  ok' "$folder/$name.result"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
