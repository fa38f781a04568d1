# The host's root, shown to the machine by virtiofsd: in a mount namespace of its own, read-only, without what is mounted
# below it, so that not even root in the machine can write here.

share_pid=

serve_share() {
	mkdir "$work/share"
	mount --bind / "$work/share"
	mount -o remount,bind,ro "$work/share"
	local mount_point
	# The tree and the programs may be on file systems of their own.
	for mount_point in "$tree" /usr /opt /root /home; do
		findmnt -n --target "$mount_point" -o TARGET 2>/dev/null || true
	done | sort -u | while read -r mount_point; do
		[[ $mount_point == / ]] && continue
		mount --bind "$mount_point" "$work/share$mount_point"
		mount -o remount,bind,ro "$work/share$mount_point"
	done
	local server
	server=$(find_virtiofsd)
	if "$server" --help 2>&1 | grep -q -- '-o source=PATH'; then
		exec "$server" --socket-path="$work/share.socket" -o source="$work/share" -o cache=always -o sandbox=chroot \
			-o log_level=err --rlimit-nofile=0 --thread-pool-size=2
	fi
	exec "$server" --socket-path="$work/share.socket" --shared-dir="$work/share" --cache=always --sandbox=chroot \
		--log-level=error --rlimit-nofile=0
}

start_share() {
	export work tree
	export -f serve_share find_virtiofsd
	unshare --mount --propagation private bash -c serve_share >"$work/share.log" 2>&1 &
	share_pid=$!
	local i
	for ((i = 0; i < 100; i++)); do
		[[ -S $work/share.socket ]] && return
		kill -0 "$share_pid" 2>/dev/null || break
		sleep 0.05
	done
	cat "$work/share.log" >&2
	echo 'vm/run: virtiofsd did not start' >&2
	exit 1
}

stop_share() {
	[[ -z $share_pid ]] || kill "$share_pid" 2>/dev/null || true
}
