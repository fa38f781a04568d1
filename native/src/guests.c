#define _GNU_SOURCE
#include "guests.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "channels.h"
#include "clock.h"
#include "counting.h"
#include "descriptors.h"
#include "scope.h"
#include "syscalls.h"

/*
 * Its cgroup is from now on that of all that runs in it. When one of them runs out of memory is theirs to be told of,
 * whosever limit it was.
 */
int guests_let_in(struct supervisor *s, struct container *host)
{
	const uint32_t run = host->run.id;
	uint32_t ignored;
	int error = host->has_cgroup ? cgroup_divide(&host->cgroup) : 0;

	if (error < 0) {
		container_remove(s, host);
		return node_send_failure(s, run, STEP_CGROUP, error, NULL);
	}
	if (host->has_cgroup)
		loop_remove(s, cgroup_event(&host->cgroup, &ignored));
	pool_set_state(s, host, CONTAINER_RUNNING);
	error = deadlines_start(s, host);
	return error < 0 || host->state != CONTAINER_RUNNING ? error : node_send(s, FRAME_STARTED, run, NULL, 0);
}

static struct container *take_place(struct supervisor *s)
{
	for (uint32_t i = 0; i < GUESTS_MAX; i++) {
		struct container *guest = guest_at(s, i);

		if (guest->state != CONTAINER_FREE)
			continue;
		guest->slot = CONTAINERS_MAX + i;
		if (i >= s->guests_used)
			s->guests_used = i + 1;
		return guest;
	}
	return NULL;
}

struct container *guest_find_waiting(struct supervisor *s, uint32_t run)
{
	for (uint32_t i = 0; i < s->guests_used; i++) {
		struct container *guest = guest_at(s, i);

		if (guest->state == CONTAINER_MAKING && guest->waiting.run == run)
			return guest;
	}
	return NULL;
}

/* What its init needs, in the order that launch_from_order takes it in; the descriptors stay ours to close. */
static int send_order(const struct container *guest, const struct far_ends *far, int page)
{
	struct init_command command = { .order = ORDER_GUEST };
	struct descriptors with = {
		.count = 6,
		.fds = { far->init_socket, far->stub_socket, far->standard[0], far->standard[1], far->standard[2], page },
	};

	for (unsigned i = 0; i < CGROUP_HIERARCHIES; i++) {
		if (!guest->has_cgroup || guest->cgroup.members[i] < 0)
			continue;
		command.first |= 1U << i;
		with.fds[with.count++] = guest->cgroup.members[i];
	}
	return descriptors_send(guest->host->init_socket, &command, sizeof command, &with);
}

static int make_parts(struct supervisor *s, struct container *guest, const struct limits *limits, struct far_ends *far)
{
	const struct container *host = guest->host;
	const struct identity *identity = &s->identity;
	AUTO_CLOSE int page = -1;
	int error = 0;

	if (host->has_cgroup)
		error = cgroup_create_below(&host->cgroup, guest->slot - CONTAINERS_MAX, limits, &guest->cgroup);
	guest->has_cgroup = host->has_cgroup && error == 0;
	if (error == 0)
		error = channels_open(guest, far, identity_of_command(identity, host->slot, identity->user),
		                      identity_of_command(identity, host->slot, identity->group));
	if (error == 0)
		error = channels_share(guest, &page);
	if (error == 0)
		error = container_watch(s, guest);
	return error == 0 ? send_order(guest, far, page) : error;
}

static int make(struct supervisor *s, struct container *guest, const struct limits *limits)
{
	struct far_ends far = { -1, -1, { -1, -1, -1 } };
	int error;

	error = make_parts(s, guest, limits, &far);
	channels_close_far(&far);
	return error < 0 ? guest_failed(s, guest, STEP_GUEST, error) : 0;
}

int guest_submit(struct supervisor *s, uint32_t run, const uint8_t *request, size_t bytes)
{
	struct run_request head;
	struct container *host;
	struct container *guest;
	int error;

	memcpy(&head, request, sizeof head);
	host = pool_find(s, head.host);
	if (host == NULL || host->state != CONTAINER_RUNNING || (host->run.flags & RUN_KEPT_OPEN) == 0)
		return node_send_failure(s, run, STEP_GUEST, -ESRCH, NULL);
	guest = take_place(s);
	if (guest == NULL)
		return node_send_failure(s, run, STEP_GUEST, -EAGAIN, NULL);
	container_begin(s, guest);
	guest->late = false;
	guest->host = host;
	guest->waiting.run = run;
	guest->waiting.received_ns = s->received_ns;
	guest->waiting.stdin_first_bytes = head.stdin_bytes;
	run_expect_answer(s, guest);
	error = buffer_append(&guest->waiting.request, request, bytes);
	return error < 0 ? error : make(s, guest, &head.limits);
}

void guest_forget_waiting(struct container *guest)
{
	buffer_reset(&guest->waiting.request);
	guest->waiting.run = 0;
}

/* A copy: what waits may be forgotten before its container is gone. */
static uint32_t stop_waiting(struct container *guest)
{
	const uint32_t run = guest->waiting.run;

	guest_forget_waiting(guest);
	return run;
}

int guest_cancel(struct supervisor *s, struct container *guest, enum ended_by reason, double host_measured)
{
	const uint32_t run = stop_waiting(guest);

	container_remove(s, guest);
	return report_send_never_started(s, run, reason, host_measured);
}

int guest_failed(struct supervisor *s, struct container *guest, enum step step, int error)
{
	const uint32_t run = stop_waiting(guest);

	if (guest_lives(guest))
		container_remove(s, guest);
	return run == 0 ? 0 : node_send_failure(s, run, step, error, NULL);
}

int guest_greet(struct supervisor *s, struct container *guest)
{
	struct init_record record;
	struct descriptors with;
	int error = descriptors_receive(guest->init_socket, &record, sizeof record, &with, MSG_DONTWAIT);

	if (error == -EAGAIN)
		return 0;
	if (error == 0 && record.kind == INIT_FAILED)
		error = told_error(record.error);
	if (error == 0 && (record.kind != INIT_GUEST || with.count != 1))
		error = -EPROTO;
	/* anybody's but a process's says so */
	if (error == 0)
		error = sys_pidfd_send_signal(with.fds[0], 0);
	if (error == 0)
		error = loop_add(s, with.fds[0], EPOLLIN, EVENT_PIDFD, guest);
	if (error < 0) {
		descriptors_close(&with);
		return guest->run.id == 0 ? guest_failed(s, guest, STEP_GUEST, error) : run_lost(s, guest);
	}
	guest->pidfd = with.fds[0];
	guest->greeted = true;
	return 0;
}

int guest_ready(struct supervisor *s, struct container *guest)
{
	struct pending *waiting = &guest->waiting;
	const uint32_t run = waiting->run;
	int error;

	error = counting_prepare(guest);
	if (error < 0)
		return guest_failed(s, guest, STEP_CGROUP, error);
	pool_set_state(s, guest, CONTAINER_READY);
	waiting->run = 0;
	error = run_hand_out(s, guest, run, waiting->request.data, waiting->received_ns, waiting->stdin_first_bytes);
	guest_forget_waiting(guest);
	return error;
}
