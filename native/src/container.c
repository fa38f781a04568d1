#define _GNU_SOURCE
#include <linux/sched.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "channels.h"
#include "clock.h"
#include "guests.h"
#include "init.h"
#include "launch.h"
#include "scope.h"
#include "supervisor.h"
#include "syscalls.h"

enum {
	INIT_NAMESPACES = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
	                  CLONE_NEWCGROUP,
	RETRY_NS = 2 * NS_PER_MS,
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
		.flags = INIT_NAMESPACES | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
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
		/* the next container's init has no business with this page */
		(void)madvise(c->shared, sizeof *c->shared, MADV_DONTFORK);
	}
	return pid;
}

int container_order(const struct container *c, enum init_order order, uint64_t first, uint64_t second)
{
	const struct init_command command = { .order = (uint32_t)order, .first = first, .second = second };

	if (send(c->init_socket, &command, sizeof command, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return -errno;
	return 0;
}

int container_watch(struct supervisor *s, struct container *c)
{
	uint32_t memory_events = 0;
	const int memory = c->has_cgroup ? cgroup_event(&c->cgroup, &memory_events) : -1;
	int error = c->pidfd < 0 ? 0 : loop_add(s, c->pidfd, EPOLLIN, EVENT_PIDFD, c);

	if (error == 0)
		error = loop_add(s, c->init_socket, EPOLLIN, EVENT_INIT, c);
	if (error == 0)
		error = loop_add(s, c->stub_socket, EPOLLIN, EVENT_STUB, c);
	if (error == 0)
		error = stream_watch(s, c, STREAM_OUTPUT);
	if (error == 0)
		error = stream_watch(s, c, STREAM_ERROR);
	return error == 0 && memory >= 0 ? loop_add(s, memory, memory_events, EVENT_MEMORY, c) : error;
}

static int give_cgroup(struct supervisor *s, struct container *c)
{
	int error;

	for (int i = 0; i < CGROUP_HIERARCHIES; i++)
		c->cgroup.members[i] = -1;
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
	error = container_order(c, ORDER_MAPPED, 0, 0);
	return error < 0 ? error : container_watch(s, c);
}

void container_begin(struct supervisor *s, struct container *c)
{
	c->generation++;
	c->pidfd = -1;
	c->init_socket = -1;
	c->stub_socket = -1;
	for (int i = 0; i < STREAMS_MAX; i++) {
		c->streams[i] = -1;
		c->watched[i] = 0;
	}
	c->has_cgroup = false;
	c->shared = NULL;
	c->late = s->last_layer != 0;
	c->retry_ns = 0;
	memset(&c->run, 0, sizeof c->run);
	c->number = ++s->container_count;
	c->host = NULL;
	c->greeted = false;
	pool_set_state(s, c, CONTAINER_MAKING);
}

int container_make(struct supervisor *s, struct container *c, enum step *step)
{
	struct far_ends far = { -1, -1, { -1, -1, -1 } };
	int error;

	container_begin(s, c);
	*step = STEP_CHANNELS;
	error = channels_share(c);
	if (error == 0)
		error = make_parts(s, c, &far, step);
	channels_close_far(&far);
	if (error < 0)
		container_remove(s, c);
	return error;
}

static void release_buffers(struct container *c)
{
	struct run_buffers *buffers = c->buffers;

	c->buffers = NULL;
	if (buffers == NULL)
		return;
	buffer_reset(&buffers->request);
	buffer_reset(&buffers->collect);
	buffer_reset(&buffers->blobs);
	for (int i = 0; i < STREAMS_MAX; i++)
		buffer_reset(&buffers->input[i]);
	buffer_reset(&buffers->passing);
	buffer_reset(&buffers->output[0]);
	buffer_reset(&buffers->output[1]);
	buffer_reset(&buffers->violations);
	buffers->in_use = false;
}

void container_spend(struct supervisor *s, struct container *c)
{
	run_close_channels(c);
	memset(&c->run, 0, sizeof c->run);
	release_buffers(c);
	if (is_guest(c))
		container_remove(s, c);
	else
		pool_set_state(s, c, CONTAINER_SPENT);
}

void container_remove(struct supervisor *s, struct container *c)
{
	uint32_t ignored;

	guests_leave(s, c);
	pool_set_state(s, c, CONTAINER_REMOVING);
	loop_close(s, &c->init_socket);
	loop_close(s, &c->stub_socket);
	for (unsigned n = 0; n < STREAMS_MAX; n++)
		stream_close(s, c, n);
	run_close_channels(c);
	if (c->has_cgroup) {
		loop_remove(s, cgroup_event(&c->cgroup, &ignored));
		cgroup_forget(&c->cgroup);
		c->last_heir = s->container_count;
	}
	if (c->shared != NULL)
		(void)munmap(c->shared, sizeof *c->shared);
	c->shared = NULL;
	release_buffers(c);
	if (c->pidfd < 0)
		container_retry(s, c);
	else
		(void)sys_pidfd_send_signal(c->pidfd, SIGKILL);
	if (is_guest(c))
		guest_left(s, c);
}

void container_reap(struct supervisor *s, struct container *c)
{
	siginfo_t ignored;

	(void)waitid((idtype_t)P_PIDFD, (id_t)c->pidfd, &ignored, WEXITED | __WALL);
	loop_close(s, &c->pidfd);
	guests_are_dead(s, c);
	container_retry(s, c);
}

/* Whether an init that was cloned before the cgroup's files were closed may have its copies of them still. */
static bool has_heirs(const struct supervisor *s, const struct container *c)
{
	for (uint32_t slot = 0; slot < s->slots_used; slot++) {
		const struct container *other = &s->containers[slot];

		if (other->state == CONTAINER_MAKING && (int32_t)(other->number - c->last_heir) <= 0)
			return true;
	}
	return false;
}

/*
 * The last process of a cgroup may be leaving it still when its death is known: then a little later. So too while its
 * files are open somewhere, since the kernel would keep what it remembers of a directory that is removed then until it
 * is short of memory, a dentry and an inode for each such file.
 */
void container_retry(struct supervisor *s, struct container *c)
{
	c->retry_ns = 0;
	if (c->has_cgroup && (has_heirs(s, c) || cgroup_destroy(&c->cgroup) == -EBUSY)) {
		c->retry_ns = monotonic_ns() + RETRY_NS;
		deadlines_note(s, c->retry_ns);
		return;
	}
	c->has_cgroup = false;
	pool_set_state(s, c, CONTAINER_FREE);
}
