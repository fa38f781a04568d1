#!/usr/bin/env bash
# Runs in the machine, as root, started by process 1: each step in turn, for so long at most.
vm=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export tree=${vm%/*} node=${vm%/*}/node_modules/.bin/node
export SANDBOX_MUST_WORK=1 MAYFLY_HOST_KIND=vm

cd "$tree" || exit 1
steps=$(cd "$vm/steps" && printf '%s ' *)
[[ -z ${MAYFLY_STEPS-} ]] || steps=${MAYFLY_STEPS//,/ }

for step in $steps; do
	# The seconds that it may take stand in its second line, `# at most N s`.
	seconds=$(sed -n '2s/# at most \([0-9]*\) s.*/\1/p' "$vm/steps/$step")
	began=${EPOCHREALTIME/./}
	echo "== $step"
	timeout --kill-after=5 "${seconds:-60}" bash "$vm/steps/$step" 2>&1 | tee /run/output
	status=${PIPESTATUS[0]}
	took=$(((${EPOCHREALTIME/./} - began) / 100000))
	# The last such line counts; a step that says nothing, or failed without saying so, is one failure.
	counts=$(grep -aoE '^[0-9]+ passed, [0-9]+ failed' /run/output | tail -n 1)
	[[ -n $counts ]] || counts='0 passed, 1 failed'
	[[ $status == 0 || $counts != *' 0 failed' ]] || counts="${counts% 0 failed} 1 failed"
	((status != 124)) || echo "not done after ${seconds:-60} s"
	echo "vm: $step: $counts (status $status, $((took / 10)).$((took % 10)) s)"
done
