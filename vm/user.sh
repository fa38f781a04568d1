# shellcheck shell=bash
# An ordinary user of this machine.

visitor=4242

# Writes to memory: see init.c.
add_visitor() {
	grep -q '^visitor:' /etc/passwd && return
	echo "visitor:x:$visitor:$visitor::/tmp:/bin/sh" >>/etc/passwd
	echo "visitor:x:$visitor:" >>/etc/group
}

give_subordinate_ids() {
	local file
	for file in /etc/subuid /etc/subgid; do
		grep -qs '^visitor:' $file || echo visitor:300000:65536 >>$file
	done
}

# In a cgroup that was given to the user, by the rules of cgroup-v2.rst, Delegation.
enter_given_cgroup() {
	local given=/sys/fs/cgroup/visitor.scope
	echo '+memory +pids +cpu +io' >/sys/fs/cgroup/cgroup.subtree_control
	mkdir -p $given
	chown $visitor:$visitor $given $given/cgroup.{procs,subtree_control,threads}
	echo $$ >$given/cgroup.procs
}

as_visitor() {
	exec setpriv --reuid=$visitor --regid=$visitor --clear-groups env HOME=/tmp USER=visitor LOGNAME=visitor "$@"
}
