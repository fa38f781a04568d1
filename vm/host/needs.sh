# shellcheck shell=bash
# What the machine needs of this host. Installed where the caller is root on Debian or Ubuntu, named elsewhere.

declare -A package_of=(
	[qemu-system-x86_64]=qemu-system-x86
	[virtiofsd]=qemu-system-common
	[cpio]=cpio
	[dpkg]=dpkg
	[newuidmap]=uidmap
	[gcc]=gcc
	[make]=make
	[unshare]=util-linux
)

find_virtiofsd() {
	local path
	for path in /usr/lib/qemu/virtiofsd /usr/libexec/virtiofsd; do
		[[ -x $path ]] && echo "$path" && return
	done
	return 1
}

is_there() {
	if [[ $1 == virtiofsd ]]; then find_virtiofsd >/dev/null; else command -v "$1" >/dev/null; fi
}

missing_packages() {
	local program
	for program in "${!package_of[@]}"; do
		is_there "$program" || echo "${package_of[$program]}"
	done | sort -u
}

require_packages() {
	local missing
	[[ $(uname -m) == x86_64 ]] || { echo 'vm/run: the machine is an x86_64 one' >&2; exit 1; }
	[[ $EUID == 0 ]] || { echo 'vm/run: needs root, to show the file system to the machine read-only' >&2; exit 1; }
	missing=$(missing_packages | xargs)
	[[ -z $missing ]] && return
	if command -v apt-get >/dev/null; then
		echo "vm/run: installing $missing"
		# shellcheck disable=SC2086
		apt-get install -y -qq --no-install-recommends $missing >"$work/apt" 2>&1 ||
			{ apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >"$work/apt" 2>&1 ||
			true
		# Debian 13 has it in a package of its own.
		is_there virtiofsd || apt-get install -y -qq --no-install-recommends virtiofsd >>"$work/apt" 2>&1 || true
	fi
	missing=$(missing_packages | xargs)
	[[ -z $missing ]] && return
	[[ -e $work/apt ]] && tail -n 5 "$work/apt" >&2
	echo "vm/run: missing: $missing (apt-get install --no-install-recommends $missing)" >&2
	exit 1
}
