#!/bin/sh
# A test runner of Exercism: bin/run.sh SLUG INPUT OUTPUT writes OUTPUT/results.json.
here=$(dirname "$0")/..
exec npx --prefix "$here" mayfly exercism --exercises "$here/exercises" "$1" "$2" "$3"
