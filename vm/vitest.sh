# shellcheck shell=bash
# Runs Vitest with these arguments, and says what it counted as every step does. Whatever waits may wait longer here.
export MAYFLY_TALLY=/run/tally.json NO_COLOR=1
rm -f "$MAYFLY_TALLY"
"$node" node_modules/vitest/vitest.mjs run --testTimeout 300000 --hookTimeout 300000 "$@"
status=$?
[[ ! -e $MAYFLY_TALLY ]] || "$node" -e '
	const { passed, failed } = JSON.parse(require("fs").readFileSync(process.env.MAYFLY_TALLY, "utf8"))
	console.log(`${passed} passed, ${failed} failed`)'
exit $status
