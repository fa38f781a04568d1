#define _GNU_SOURCE
#include "maker.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "channels.h"
#include "children.h"
#include "clock.h"
#include "descriptors.h"
#include "scope.h"
#include "syscalls.h"

enum {
	CHILDREN_MS = 1000,     /* inits that only the maker knew die with its end of their sockets */
};

_Static_assert((int)MADE_COUNT <= (int)DESCRIPTORS_MAX, "all go in one packet");
_Static_assert((int)MADE_COUNT <= 64, "a bit for each");

int maker_start(struct supervisor *s)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return -errno;
	s->maker_pid = child_fork();
	if (s->maker_pid == 0) {
		(void)close(pair[0]);
		maker_main(s, pair[1]);
	}
	(void)close(pair[1]);
	s->maker = pair[0];
	if (s->maker_pid < 0)
		return s->maker_pid;
	return loop_add(s, s->maker, EPOLLIN, EVENT_MAKER, NULL);
}

static void wait_for_children(void)
{
	for (int left = CHILDREN_MS; left > 0; left--) {
		const pid_t found = waitpid(-1, NULL, WNOHANG | __WALL);

		if (found < 0 && errno == ECHILD)
			return;
		if (found == 0)
			(void)poll(NULL, 0, 1);
	}
}

void maker_stop(struct supervisor *s)
{
	close_fd(&s->maker);
	if (s->maker_pid <= 0)
		return;
	(void)kill(s->maker_pid, SIGKILL);
	s->maker_pid = 0;
	wait_for_children();
}

static int send_order(struct supervisor *s, struct container *c, const struct maker_order *order)
{
	if (s->maker_orders >= MAKER_ORDERS_MAX)
		return -EAGAIN;
	if (send(s->maker, order, sizeof *order, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return -errno;
	s->maker_orders++;
	c->at_maker = true;
	return 0;
}

int maker_make(struct supervisor *s, struct container *c)
{
	const struct maker_order order = {
		.task = MAKER_MAKE, .slot = c->slot, .late = c->late, .cgroup = cgroup_unopened(&s->cgroups)
	};

	return send_order(s, c, &order);
}

int maker_remove(struct supervisor *s, struct container *c)
{
	const struct maker_order order = { .task = MAKER_REMOVE, .slot = c->slot, .cgroup = c->cgroup };

	return send_order(s, c, &order);
}

/* Not all that is open of it came, for want of room, and the rest is of no use: its end is seen, and no more. */
static int dismiss(struct container *c, struct descriptors *with)
{
	descriptors_close(with);
	if (c->init <= 0 || kill(c->init, SIGKILL) != 0)
		return -EMFILE;
	c->pidfd = sys_pidfd_open(c->init);
	if (c->pidfd < 0)
		(void)waitpid(c->init, NULL, __WALL);
	return -EMFILE;
}

/* Every descriptor has its place, or is closed. */
static int adopt(struct container *c, const struct maker_record *made, struct descriptors *with)
{
	int places[MADE_COUNT];
	size_t next = 0;
	int error;

	const bool whole = with->count == (size_t)__builtin_popcountll(made->sent);

	for (size_t i = 0; i < MADE_COUNT; i++)
		places[i] = whole && (made->sent >> i & 1) != 0 ? with->fds[next++] : -1;
	c->init = made->init;
	c->pidfd = places[MADE_PIDFD];
	c->init_socket = places[MADE_INIT_SOCKET];
	c->stub_socket = places[MADE_STUB_SOCKET];
	memcpy(c->streams, places + MADE_STANDARD, 3 * sizeof(int));
	c->has_cgroup = made->has_cgroup != 0;
	c->cgroup = made->cgroup;
	memset(c->cgroup.members, -1, sizeof c->cgroup.members);
	c->cgroup.event = places[MADE_CGROUP_EVENT];
	memcpy(c->cgroup.files, places + MADE_CGROUP_FILES, sizeof c->cgroup.files);
	memcpy(c->cgroup.directories, places + MADE_CGROUP_DIRECTORIES, sizeof c->cgroup.directories);
	if (!whole)
		return dismiss(c, with);
	if (places[MADE_PAGE] < 0)
		return made->error;
	error = channels_take_page(c, places[MADE_PAGE]);
	return made->error < 0 ? made->error : error;
}

/* One that nobody wants any more, since the supervisor ends, is removed as soon as it is there. */
static int made(struct supervisor *s, struct container *c, const struct maker_record *record, struct descriptors *with)
{
	int error = adopt(c, record, with);

	if (error == 0)
		error = container_watch(s, c);
	else if (c->pidfd >= 0)
		(void)loop_add(s, c->pidfd, EPOLLIN, EVENT_PIDFD, c);
	if (c->state == CONTAINER_REMOVING) {
		container_remove(s, c);
		return 0;
	}
	return error < 0 ? pool_container_failed(s, c, (enum step)record->step, error) : 0;
}

/* What is under way is lost with it: cgroups that are left go with all of them at the end. */
static int lost(struct supervisor *s)
{
	loop_close(s, &s->maker);
	for (uint32_t i = 0; i < containers_used(s); i++) {
		struct container *c = container_at(s, i);

		if (!c->at_maker)
			continue;
		c->at_maker = false;
		c->has_cgroup = false;
		pool_set_state(s, c, CONTAINER_FREE);
	}
	return -EPIPE;
}

int maker_event(struct supervisor *s)
{
	struct maker_record record;
	struct descriptors with;
	const int error = descriptors_receive(s->maker, &record, sizeof record, &with, MSG_DONTWAIT);
	struct container *c = error == 0 ? &s->containers[record.slot] : NULL;

	if (error == -EAGAIN)
		return 0;
	if (c == NULL)
		return lost(s);
	c->at_maker = false;
	s->maker_orders--;
	if (record.task == MAKER_MAKE)
		return made(s, c, &record, &with);
	container_removed(s, c, record.error);
	return 0;
}
