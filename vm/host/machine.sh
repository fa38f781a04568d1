# The machine itself, and what became of its steps.

# The tests that the machine is to run, built here, where that is faster.
build_tests() {
	make -s -C "$tree/native" build/check/cgroup_test build/check/cgroup_parse_test
	[[ ! -e $tree/fixtures/build.ts ]] || "$tree/node_modules/.bin/node" "$tree/fixtures/build.ts"
}

run_machine() {
	local options=(
		-accel 'tcg,thread=multi' -cpu max -smp 2 -m "$memory" -machine q35,memory-backend=ram
		-object "memory-backend-memfd,id=ram,size=${memory}M,share=on"
		-nodefaults -no-user-config -display none -no-reboot -serial stdio
		-chardev "socket,id=share,path=$work/share.socket" -device vhost-user-fs-pci,chardev=share,tag=host
		-kernel "$image" -initrd "$work/initramfs.img"
	)
	local words=(
		console=ttyS0 loglevel=3 panic=-1 cgroup_no_v1=all tsc=unstable mitigations=off
		"MAYFLY_SCRIPT=$vm/inside.sh" "MAYFLY_STEPS=${steps// /,}"
	)
	echo "vm/run: starting Linux $(basename "$image" | sed s/vmlinuz-//)"
	timeout "$time_limit" qemu-system-x86_64 "${options[@]}" -append "${words[*]}" </dev/null 2>&1 | tr -d '\r' || true
}

# vm/inside.sh prints one line for each step, `vm: NAME: N passed, N failed`.
sum_up() {
	local passed failed
	read -r passed failed < <(sed -nE 's/^vm: [^:]+: ([0-9]+) passed, ([0-9]+) failed.*/\1 \2/p' "$1" |
		awk '{ p += $1; f += $2 } END { print p + 0, f + 0 }')
	if ! grep -q '^machine: the script ended with 0$' "$1"; then
		echo "vm/run: the machine did not come to its end within $time_limit s, or failed"
		failed=$((failed + 1))
	fi
	echo "$passed passed, $failed failed"
	[[ $failed == 0 ]]
}
