# shellcheck shell=bash
# The host's root, shown to the machine by virtiofsd: in a mount namespace of its own, read-only, without what is mounted
# below it, so that not even root in the machine can write here. In place of the tree stands a copy, so that the tree may
# be worked on meanwhile.

share_pid=
collection_files_max=300

# Shows $1 at $2.
show() {
	mount --bind "$1" "$work/share$2"
	mount -o remount,bind,ro "$work/share$2"
}

# The server holds a descriptor for every file that the machine knows of, and `rm -rf /`, among the hostile programs, gets
# to know them all: collections that no test uses would take all that it may have, and time. Shows nothing in their place.
hide_collections() {
	local folder
	for folder in /usr/{include,lib,libexec,local,share,src}/*/; do
		folder=${folder%/}
		[[ ! -L $folder ]] || continue
		# What compilers and interpreters need.
		case ${folder##*/} in *-linux-gnu* | *-linux-musl* | c++ | ca-certificates | gcc | java | jvm | linux | perl* | python3.* | systemd) continue ;; esac
		(($(find "$folder" -xdev | wc -l) <= collection_files_max)) || mount -t tmpfs -o ro,mode=755 tmpfs "$work/share$folder"
	done
}

copy_tree() {
	mkdir "$work/tree"
	tar -C "$tree" --exclude=./.git --exclude=./vm/.cache --exclude=./native/build/fuzz -cf - . | tar -C "$work/tree" -xf -
	[[ ${#command[@]} == 0 ]] || printf '%s\n# at most %s s\n%s\n' '# What vm/run was given.' "$time_limit" "${command[*]@Q}" \
		>"$work/tree/vm/steps/plain/00-command"
}

serve_share() {
	mkdir -p "$work/share"
	mount --bind / "$work/share"
	mount -o remount,bind,ro "$work/share"
	local mount_point
	# What programs need may be on file systems of its own.
	for mount_point in /usr /opt /root; do
		findmnt -n --target "$mount_point" -o TARGET 2>/dev/null || true
	done | sort -u | while read -r mount_point; do
		[[ $mount_point == / ]] || show "$mount_point" "$mount_point"
	done
	hide_collections
	# What goes on in the host's /tmp meanwhile is none of the machine's business; the tree may stand there all the same.
	mount -t tmpfs -o mode=1777 tmpfs "$work/share/tmp"
	mkdir -p "$work/share$tree"
	show "$work/tree" "$tree"
	local server
	server=$(find_virtiofsd)
	if "$server" --help 2>&1 | grep -q -- '-o source=PATH'; then
		exec "$server" --socket-path="$work/$machine.socket" -o source="$work/share" -o cache=always -o sandbox=chroot \
			-o log_level=err --rlimit-nofile=0 --thread-pool-size=2
	fi
	exec "$server" --socket-path="$work/$machine.socket" --shared-dir="$work/share" --cache=always --sandbox=chroot \
		--log-level=error --rlimit-nofile=0
}

# $1: the kind of machine that is to connect to it.
start_share() {
	export work tree collection_files_max machine=$1
	rm -f "$work/$machine.socket"
	export -f serve_share show hide_collections find_virtiofsd
	unshare --mount --propagation private bash -c serve_share >"$work/$machine.log" 2>&1 &
	share_pid=$!
	local i
	for ((i = 0; i < 1200; i++)); do
		[[ -S $work/$machine.socket ]] && return
		kill -0 "$share_pid" 2>/dev/null || break
		sleep 0.05
	done
	cat "$work/$machine.log" >&2
	echo 'vm/run: virtiofsd did not start' >&2
	exit 1
}

# It ends by itself with the machine's connection.
stop_share() {
	[[ -n $share_pid ]] || return 0
	kill "$share_pid" 2>/dev/null || true
	wait "$share_pid" 2>/dev/null || true
	share_pid=
}
