#!/usr/bin/env bash
# Runs in the machine, as root: each step in vm/steps/$MAYFLY_KIND in turn, for so long at most as its second line says.
vm=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export tree=${vm%/*} node=${vm%/*}/node_modules/.bin/node
export SANDBOX_MUST_WORK=1 MAYFLY_HOST_KIND=vm
# Emulated, Node takes 14 s to compile our modules, and 4 s to load them from there.
export NODE_COMPILE_CACHE=/run/node-compile-cache

run_step() {
	local step=$1 script=$vm/steps/$MAYFLY_KIND/$1 seconds began status took counts
	seconds=$(sed -n '2s/# at most \([0-9]*\) s.*/\1/p' "$script")
	began=${EPOCHREALTIME/./}
	echo "== $step"
	timeout --kill-after=5 "${seconds:-60}" bash "$script" 2>&1 | tee /run/output
	status=${PIPESTATUS[0]}
	took=$(((${EPOCHREALTIME/./} - began) / 100000))
	# The last such line counts; a step that says nothing, or failed without saying so, is one failure.
	counts=$(grep -aoE '^[0-9]+ passed, [0-9]+ failed' /run/output | tail -n 1)
	[[ -n $counts ]] || counts='0 passed, 1 failed'
	[[ $status == 0 || $counts != *', 0 failed' ]] || counts="${counts%, 0 failed}, 1 failed"
	((status != 124)) || echo "not done after ${seconds:-60} s"
	echo "vm: $step: $counts (status $status, $((took / 10)).$((took % 10)) s)"
}

cd "$tree" || exit 1
for script in "$vm/steps/$MAYFLY_KIND"/*; do
	step=${script##*/}
	[[ -z ${MAYFLY_STEPS-} || ,$MAYFLY_STEPS, == *,$step,* ]] && run_step "$step"
done
exit 0
