#!/bin/sh
# Usage: fuzz-tools.sh CLANG
# Sees to it that there is a clang with libFuzzer: installs it where the caller is root on Debian, else says what is missing.
set -u
clang=$1

is_there() {
	runtime=$("$clang" --print-runtime-dir 2>/dev/null) && ls "$runtime" "$runtime/../linux" 2>/dev/null | grep -q 'clang_rt\.fuzzer'
}

is_there && exit 0
if [ "$clang" = clang ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
	echo '  INSTALL clang, libFuzzer'
	export DEBIAN_FRONTEND=noninteractive
	apt-get install -y -qq --no-install-recommends clang >/dev/null 2>&1 ||
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends clang; } >/dev/null 2>&1
	# the runtime's package has the number of the release that `clang` stands for
	version=$(clang -dumpversion 2>/dev/null | cut -d. -f1)
	apt-get install -y -qq --no-install-recommends "libclang-rt-${version:-14}-dev" >/dev/null 2>&1
fi
is_there && exit 0
echo "$clang with libFuzzer is missing: apt-get install clang libclang-rt-14-dev" >&2
exit 1
