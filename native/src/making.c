#define _GNU_SOURCE
#include "making.h"

#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "channels.h"
#include "init.h"
#include "launch.h"
#include "scope.h"
#include "syscalls.h"

enum {
	INIT_NAMESPACES = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
	                  CLONE_NEWCGROUP,
};

/* What a child needs of a cgroup: to join it. The other numbers name descriptors that it will not have. */
static struct cgroup membership(const struct cgroup *cgroup)
{
	struct cgroup out = *cgroup;

	out.event = -1;
	for (size_t i = 0; i < sizeof out.directories / sizeof out.directories[0]; i++)
		out.directories[i] = -1;
	for (size_t i = 0; i < sizeof out.files / sizeof out.files[0]; i++)
		out.files[i] = -1;
	return out;
}

static pid_t clone_init(struct supervisor *s, struct container *c, const struct far_ends *far)
{
	struct launch launch = {
		.init_socket = far->init_socket,
		.stub_socket = far->stub_socket,
		.standard = { far->standard[0], far->standard[1], far->standard[2] },
		.cgroup = membership(&c->cgroup),
		.shared = c->shared,
		.init_user = identity_of_init(&s->identity),
		.init_group = identity_of_init(&s->identity) == 0 ? 0 : s->config.group_id,
		.user = s->config.user_id,
		.group = s->config.group_id,
		.disk_bytes = s->config.limits.disk_bytes,
		.inode_count = s->config.limits.inode_count,
		.filter = s->filter,
		.plain_filter = s->plain_filter,
		.rules = s->rules,
		.rule_count = s->config.notify_count,
		.violation_max = s->config.violation_max,
		.fresh_boot_time = (s->config.flags & CONFIGURE_FRESH_BOOT_TIME) != 0,
		.loopback = (s->config.flags & CONFIGURE_LOOPBACK) != 0,
		.full_proc = (s->config.flags & CONFIGURE_FULL_PROC) != 0,
		.own_parts = s->own_parts,
		.mounts = &s->mounts,
		.late = c->late,
		.listener_socket = -1,
	};
	int pidfd = -1;
	const struct clone_args args = {
		/* the supervisor's child */
		.flags = INIT_NAMESPACES | CLONE_PIDFD | CLONE_PARENT,
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
	};
	const struct command_ids ids = {
		.user = identity_of_command(&s->identity, c->slot, s->identity.user),
		.group = identity_of_command(&s->identity, c->slot, s->identity.group),
	};
	const bool dumpable = identity_needs_dumpable(&s->identity);
	pid_t pid;

	pid = host_mounts_open(&s->mounts, &ids, launch.mount_trees);
	if (pid < 0)
		return pid;
	/* inherited by the child, which ends it itself before anyone else is inside */
	if (dumpable)
		(void)prctl(PR_SET_DUMPABLE, 1);
	pid = sys_clone3(&args);

	if (pid == 0)
		init_main(&launch);
	host_mounts_close(launch.mount_trees);
	if (dumpable)
		(void)prctl(PR_SET_DUMPABLE, 0);
	if (pid > 0) {
		c->pidfd = pidfd;
		c->init = pid;
	}
	return pid;
}

static int give_cgroup(struct supervisor *s, struct container *c)
{
	int error;

	if (s->cgroups.version == 0)
		return 0;
	error = cgroup_create(&s->cgroups, c->slot, &s->config.limits, &c->cgroup);
	c->has_cgroup = error == 0;
	return error;
}

static int make_parts(struct supervisor *s, struct container *c, struct far_ends *far, enum step *step)
{
	const struct identity *identity = &s->identity;
	pid_t pid;
	int error;

	*step = STEP_CGROUP;
	error = give_cgroup(s, c);
	if (error < 0)
		return error;
	*step = STEP_CHANNELS;
	error = channels_open(c, far, identity_of_command(identity, c->slot, identity->user),
	                      identity_of_command(identity, c->slot, identity->group));
	if (error < 0)
		return error;
	*step = STEP_CLONE;
	pid = clone_init(s, c, far);
	if (pid < 0)
		return pid;
	*step = STEP_ID_MAPS;
	error = identity_map(identity, pid, c->slot);
	if (error < 0)
		return error;
	*step = STEP_CHANNELS;
	return container_order(c, ORDER_MAPPED, 0, 0);
}

int making_do(struct supervisor *s, struct container *c, int *page, enum step *step)
{
	struct far_ends far = { -1, -1, { -1, -1, -1 } };
	int error;

	*step = STEP_CHANNELS;
	error = channels_share(c, page);
	if (error == 0)
		error = make_parts(s, c, &far, step);
	channels_close_far(&far);
	if (c->shared != NULL)
		(void)munmap(c->shared, sizeof *c->shared);
	c->shared = NULL;
	return error;
}
