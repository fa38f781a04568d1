# shellcheck shell=bash
# Of the isolation checklist, a test of each line; all of them take three quarters of an hour here.
# Which half of the files: --shard.
exec bash vm/vitest.sh --project linux --testNamePattern "$(<vm/one-of-each-line)" "$@" packages/sandbox/test/linux/checklist
