#define _GNU_SOURCE
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "clock.h"
#include "guests.h"
#include "maker.h"
#include "supervisor.h"
#include "syscalls.h"

enum { RETRY_NS = 2 * NS_PER_MS };

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
	c->at_maker = false;
	c->host = NULL;
	c->greeted = false;
	pool_set_state(s, c, CONTAINER_MAKING);
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
	/* there is nothing of it yet that we could remove; the maker's answer brings it here again */
	if (c->at_maker)
		return;
	loop_close(s, &c->init_socket);
	loop_close(s, &c->stub_socket);
	for (unsigned n = 0; n < STREAMS_MAX; n++)
		stream_close(s, c, n);
	run_close_channels(c);
	if (c->has_cgroup) {
		loop_remove(s, cgroup_event(&c->cgroup, &ignored));
		cgroup_forget(&c->cgroup);
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

/*
 * Once nobody has its files open any more, since the kernel would keep what it remembers of a directory that is removed
 * before until it is short of memory, a dentry and an inode for each such file. We have closed them, the maker has closed
 * its own before it made another, and the only init that ever had copies is dead.
 */
void container_retry(struct supervisor *s, struct container *c)
{
	c->retry_ns = 0;
	if (!c->has_cgroup)
		pool_set_state(s, c, CONTAINER_FREE);
	else if (maker_remove(s, c) < 0)
		container_removed(s, c, -EBUSY);
}

/* The last process of a cgroup may be leaving it still when its death is known: then a little later. */
void container_removed(struct supervisor *s, struct container *c, int error)
{
	if (error == -EBUSY && s->maker >= 0) {
		c->retry_ns = after_ns(monotonic_ns(), RETRY_NS);
		deadlines_note(s, c->retry_ns);
		return;
	}
	c->has_cgroup = false;
	pool_set_state(s, c, CONTAINER_FREE);
}
