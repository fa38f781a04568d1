/* The maker's own part: one order after the other, until the supervisor's end of the socket closes. */
#define _GNU_SOURCE
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "descriptors.h"
#include "maker.h"
#include "making.h"
#include "scope.h"
#include "syscalls.h"

/* Of what it has, what it watches and is told by, and the locks that say that it lives, stay the supervisor's alone. */
static int leave_supervisor(struct supervisor *s)
{
	close_fd(&s->node);
	close_fd(&s->epoll);
	close_fd(&s->timer);
	close_fd(&s->signals);
	close_fd(&s->runtime_parent);
	close_fd(&s->identity.claim);
	(void)prctl(PR_SET_NAME, "mayfly-maker");
	/* one that died before shows as the end of the socket */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		return -errno;
	return cgroup_base_reopen(&s->cgroups);
}

/*
 * The supervisor takes what comes, sooner or later. How many descriptors a user may have under way at once the kernel
 * limits, and others of that user may be in the way (unix(7), ETOOMANYREFS): then the record goes without, in the end.
 */
static int send_record(int socket, const struct maker_record *record, const struct descriptors *with)
{
	const struct descriptors none = { .count = 0 };
	struct pollfd room = { .fd = socket, .events = POLLOUT };
	int patience_ms = PATIENCE_MS;
	int error = descriptors_send(socket, record, sizeof *record, with);

	while (error == -EAGAIN || error == -ETOOMANYREFS) {
		if (error == -EAGAIN)
			(void)poll(&room, 1, -1);
		else
			(void)poll(NULL, 0, 1);
		if (error == -ETOOMANYREFS && patience_ms-- == 0)
			with = &none;
		error = descriptors_send(socket, record, sizeof *record, with);
	}
	return error;
}

static void gather(const struct container *c, int page, struct maker_record *record, struct descriptors *with)
{
	int all[MADE_COUNT] = { page, c->pidfd, c->init_socket, c->stub_socket };

	memcpy(all + MADE_STANDARD, c->streams, MADE_STANDARD_COUNT * sizeof(int));
	all[MADE_CGROUP_EVENT] = c->cgroup.event;
	memcpy(all + MADE_CGROUP_FILES, c->cgroup.files, sizeof c->cgroup.files);
	memcpy(all + MADE_CGROUP_DIRECTORIES, c->cgroup.directories, sizeof c->cgroup.directories);
	with->count = 0;
	for (size_t i = 0; i < MADE_COUNT; i++) {
		if (all[i] < 0)
			continue;
		record->sent |= UINT64_C(1) << i;
		with->fds[with->count++] = all[i];
	}
}

/* What was sent is the supervisor's alone: the next init is not to find it here. */
static void let_go(struct container *c, int *page)
{
	close_fd(page);
	close_fd(&c->pidfd);
	close_fd(&c->init_socket);
	close_fd(&c->stub_socket);
	for (int i = 0; i < MADE_STANDARD_COUNT; i++)
		close_fd(&c->streams[i]);
	cgroup_forget(&c->cgroup);
}

static int make(struct supervisor *s, int socket, const struct maker_order *order)
{
	struct container c = {
		.slot = order->slot, .late = order->late != 0, .pidfd = -1, .init_socket = -1, .stub_socket = -1,
		.streams = { -1, -1, -1 }, .cgroup = order->cgroup,
	};
	struct maker_record record = { .task = order->task, .slot = order->slot };
	struct descriptors with;
	enum step step = STEP_NONE;
	int page = -1;
	int error;

	record.error = making_do(s, &c, &page, &step);
	record.step = (uint32_t)step;
	record.init = c.init;
	record.has_cgroup = c.has_cgroup ? 1 : 0;
	record.cgroup = c.cgroup;
	gather(&c, page, &record, &with);
	error = send_record(socket, &record, &with);
	let_go(&c, &page);
	return error;
}

static int remove_cgroup(int socket, struct maker_order *order)
{
	const struct maker_record record = {
		.task = order->task, .slot = order->slot, .error = cgroup_destroy(&order->cgroup)
	};
	const struct descriptors none = { .count = 0 };

	return send_record(socket, &record, &none);
}

_Noreturn void maker_main(struct supervisor *s, int socket)
{
	struct maker_order order;
	int error = leave_supervisor(s);

	while (error == 0 && recv(socket, &order, sizeof order, 0) == (ssize_t)sizeof order)
		error = order.task == MAKER_MAKE ? make(s, socket, &order) : remove_cgroup(socket, &order);
	_exit(error < 0 ? 1 : 0);
}
