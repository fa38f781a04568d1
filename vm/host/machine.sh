# shellcheck shell=bash
# The machine itself, and what became of its steps.

# The tests that the machine is to run, built here, where that is faster.
build_tests() {
	make -s -C "$tree/native" build/check/cgroup_{parse,limits,counters,life,missing}_test
	[[ ! -e $tree/fixtures/build.ts ]] || "$tree/node_modules/.bin/node" "$tree/fixtures/build.ts"
}

# Two of its steps run a test of each line of the isolation checklist: these.
choose_tests() {
	(cd "$tree" && node_modules/.bin/vitest list --json --project linux packages/sandbox/test/linux/checklist) |
		"$tree/node_modules/.bin/node" "$vm/host/one-of-each-line.mjs" >"$work/tree/vm/one-of-each-line"
}

# `plain`: process 1 is ours, and there is nothing else. `checklist`, `rest` and `long`: like it, so that it is done sooner.
# `memoryless`: on a kernel without the memory controller. Each machine has one processor's worth of emulation: two run
# at once, those of a lane one after the other.
lanes=('plain rest' 'checklist memoryless systemd long')

# The steps are those in vm/steps/$1.
run_machine() {
	# One thread for both CPUs: with two, qemu may run a breakpoint that Linux has taken back while it changes its own
	# code (a jump label of the CPU quota), which is the end of the machine.
	local options=(
		-accel 'tcg,thread=single' -cpu max -smp 2 -m "$memory" -machine q35,memory-backend=ram
		-object "memory-backend-memfd,id=ram,size=${memory}M,share=on"
		-nodefaults -no-user-config -display none -no-reboot -serial stdio
		-chardev "socket,id=share,path=$work/$1.socket" -device vhost-user-fs-pci,chardev=share,tag=host
		-kernel "$image" -initrd "$work/initramfs.img"
	)
	local words=(
		console=ttyS0 loglevel=3 panic=-1 cgroup_no_v1=all tsc=unstable mitigations=off
		"MAYFLY_KIND=$1" "MAYFLY_STEPS=${steps// /,}"
	)
	[[ $1 != memoryless ]] || words+=(cgroup_disable=memory)
	if [[ $1 == systemd ]]; then words+=("MAYFLY_BOOT=$vm/boot-systemd.sh"); else words+=("MAYFLY_SCRIPT=$vm/inside.sh"); fi
	echo "vm/run: starting Linux $(basename "$image" | sed s/vmlinuz-//), $1"
	timeout "$time_limit" qemu-system-x86_64 "${options[@]}" -append "${words[*]}" </dev/null 2>&1 | sed -u 's/\r$//' || true
}

# Whether one of the steps asked for is of that kind.
has_steps() {
	local step
	[[ " $left_out " != *" $1 "* ]] || return 1
	[[ -n $steps ]] || return 0
	[[ $steps != 00-command || $1 != plain ]] || return 0
	for step in $steps; do [[ -e $vm/steps/$1/$step ]] && return 0; done
	return 1
}

run_lane() {
	local kind
	for kind in "$@"; do
		has_steps "$kind" || continue
		if [[ $kind == systemd && ! -x /lib/systemd/systemd ]]; then
			echo 'vm/run: not run: the steps under systemd (apt-get install systemd)'
			continue
		fi
		start_share "$kind"
		run_machine "$kind" | tee "$work/console.$kind"
		stop_share
	done
}

# The second lane tells what it did when the first has told.
run_machines() {
	local lane
	# shellcheck disable=SC2086
	(trap stop_share EXIT; run_lane ${lanes[1]}) >"$work/lane" 2>&1 &
	lane=$!
	# shellcheck disable=SC2086
	run_lane ${lanes[0]}
	wait "$lane" || true
	cat "$work/lane"
}

# vm/inside.sh prints one line for each step, `vm: NAME: N passed, N failed`, and one at its end.
sum_up() {
	local passed failed console
	read -r passed failed < <(cat "$work"/console.* | sed -nE 's/^vm: [^:]+: ([0-9]+) passed, ([0-9]+) failed.*/\1 \2/p' |
		awk '{ p += $1; f += $2 } END { print p + 0, f + 0 }')
	for console in "$work"/console.*; do
		grep -q '^machine: the script ended with 0$' "$console" && continue
		echo "vm/run: the machine (${console##*.}) did not come to its end within $time_limit s, or failed"
		failed=$((failed + 1))
	done
	grep -h '^vm: ' "$work"/console.*
	echo "$passed passed, $failed failed"
	[[ $failed == 0 ]]
}
