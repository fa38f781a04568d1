# shellcheck shell=bash
# Process 1, for a moment: gives its place to systemd, with one service to run, and none of the host's own units.
vm=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p /run/systemd/system
cat >/run/systemd/system/mayfly-test.service <<UNIT
[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
Environment=MAYFLY_KIND=$MAYFLY_KIND MAYFLY_STEPS=$MAYFLY_STEPS HOME=/root
ExecStart=/bin/bash -c 'bash $vm/inside.sh; echo "machine: the script ended with \$?"; systemctl --force --force poweroff'
StandardOutput=tty
StandardError=tty
TTYPath=/dev/console
UNIT
umount /sys/fs/cgroup
exec /lib/systemd/systemd --unit=mayfly-test.service --log-level=warning --show-status=false
