#!/bin/busybox sh
# Process 1 of the arm64 machine. The first file system cannot be left by pivot_root(2), which the supervisor does, so
# everything moves into another one first.
if [ "$1" != moved ]; then
	/bin/busybox --install -s /bin
	mount -t tmpfs -o size=90%,mode=755 memory /new
	# switch_root looks for an init on both sides
	cp /init /new/
	for name in lib usr etc tests app root dev proc sys tmp run bin; do mv "/$name" /new/; done
	exec /new/bin/busybox switch_root /new /init moved
fi

export PATH=/usr/bin:/bin HOME=/root SANDBOX_MUST_WORK=1
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t cgroup2 -o nsdelegate cgroup2 /sys/fs/cgroup
mkdir -p /dev/shm
mount -t tmpfs shm /dev/shm
chmod 1777 /tmp
exec </dev/null >/dev/console 2>&1
ip link set lo up
echo "machine: $(uname -m), Linux $(uname -r)"

# What a part prints last is its count.
part() {
	"$@" >/run/output 2>&1
	grep -vE '^  ok' /run/output
	counts=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' /run/output | tail -n 1)
	echo "machine: $1 $2: ${counts:-0 passed, 1 failed}"
}

part sh /tests/run-tests.sh /tests/*_test
cd /app && part node smoke.mjs
echo 'machine: done'
poweroff -f
