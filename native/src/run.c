#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "clock.h"
#include "supervisor.h"
#include "syscalls.h"

enum { PATIENCE_MS = 10000 };

/* Init must answer by then, or is taken for lost. */
static void expect_answer(struct supervisor *s, struct container *c)
{
	c->run.give_up_ns = after_ms(monotonic_ns(), PATIENCE_MS);
	deadlines_note(s, c->run.give_up_ns);
}

/* Sends the stub what its socket takes of the exec section; the rest goes when there is room. */
static int send_request(struct supervisor *s, struct container *c)
{
	struct buffer *out = &c->request;

	while (buffer_left(out) > 0) {
		ssize_t sent = send(c->stub_socket, buffer_front(out), buffer_left(out), MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0 && errno == EAGAIN)
			return loop_change(s, c->stub_socket, EPOLLIN | EPOLLOUT, EVENT_STUB, c);
		if (sent < 0) {
			/* the stub is gone: its own record or init's will say why */
			buffer_reset(out);
			break;
		}
		buffer_take(out, (size_t)sent);
	}
	return 0;
}

/* The disk has its limits: the stub gets the request. Placing files is not counted, so the clocks may start later. */
static int start(struct supervisor *s, struct container *c)
{
	int error = 0;

	if ((c->run.flags & RUN_HAS_FILES) != 0) {
		pool_set_state(s, c, CONTAINER_PLACING);
		error = loop_add(s, c->stub_socket, EPOLLIN, EVENT_STUB, c);
	} else {
		pool_set_state(s, c, CONTAINER_RUNNING);
		error = deadlines_start(s, c);
		if (error == 0 && buffer_left(&c->request) > PACKET_BYTES)
			error = loop_add(s, c->stub_socket, EPOLLIN, EVENT_STUB, c);
	}
	return error < 0 ? error : send_request(s, c);
}

static int keep_collect_section(struct container *c, const uint8_t *section, uint32_t bytes)
{
	struct collect_request head;

	if (bytes == 0)
		return 0;
	memcpy(&head, section, sizeof head);
	c->run.collect_count = head.path_count;
	c->run.collect_room = head.total_bytes_max;
	return buffer_append(&c->collect, section, bytes);
}

static bool same_disk(const struct limits *a, const struct limits *b)
{
	return a->disk_bytes == b->disk_bytes && a->inode_count == b->inode_count;
}

int run_hand_out(struct supervisor *s, struct container *c, uint32_t run, const uint8_t *request, size_t bytes,
                 uint64_t stdin_first_bytes)
{
	struct run_request head;
	const uint8_t *exec = request + sizeof head;
	int error;

	(void)bytes;
	memcpy(&head, request, sizeof head);
	memset(&c->run, 0, sizeof c->run);
	c->run.id = run;
	c->run.flags = head.flags;
	c->run.limits = head.limits;
	c->run.stdin_first_bytes = stdin_first_bytes;
	c->run.stdin_ends = (head.flags & RUN_STDIN_FOLLOWS) == 0;
	error = c->has_cgroup ? cgroup_set_limits(&c->cgroup, &head.limits) : 0;
	if (error < 0) {
		container_remove(s, c);
		return node_send_failure(s, run, STEP_CGROUP, error, NULL);
	}
	error = buffer_append(&c->request, exec, head.exec_bytes);
	if (error == 0)
		error = keep_collect_section(c, exec + head.exec_bytes, head.collect_bytes);
	if (error < 0)
		return error;
	if (same_disk(&head.limits, &s->config.limits)) {
		error = start(s, c);
	} else {
		pool_set_state(s, c, CONTAINER_RESIZING);
		expect_answer(s, c);
		error = container_order(c, ORDER_DISK, head.limits.disk_bytes, head.limits.inode_count);
	}
	if (error == 0 && (head.stdin_bytes > 0 || c->run.stdin_ends))
		error = stream_feed(s, c, exec + head.exec_bytes + head.collect_bytes, head.stdin_bytes);
	return error;
}

void run_kill(struct supervisor *s, struct container *c, enum ended_by reason)
{
	if (c->state != CONTAINER_RESIZING && c->state != CONTAINER_PLACING && c->state != CONTAINER_RUNNING)
		return;
	c->run.ended_by = reason;
	pool_set_state(s, c, CONTAINER_ENDING);
	expect_answer(s, c);
	/* where the order cannot be sent, patience ends it */
	(void)container_order(c, ORDER_KILL, 0, 0);
}

void run_memory_event(struct supervisor *s, struct container *c)
{
	if (c->has_cgroup && cgroup_take_event(&c->cgroup) == 1)
		run_kill(s, c, END_MEMORY);
}

static int finish(struct supervisor *s, struct container *c)
{
	int error = report_send(s, c);

	container_remove(s, c);
	return error;
}

/* Init does not answer, or answers nonsense: it is killed, and the container with it; its end brings the report. */
int run_give_up(struct supervisor *s, struct container *c)
{
	if (c->run.ended_by == END_COMMAND)
		c->run.ended_by = END_LOST;
	c->run.give_up_ns = 0;
	pool_set_state(s, c, CONTAINER_ENDING);
	loop_remove(s, c->init_socket);
	(void)sys_pidfd_send_signal(c->pidfd, SIGKILL);
	return 0;
}

/* Everything that init knew is lost with it; what the supervisor and the kernel counted is not. */
int run_lost(struct supervisor *s, struct container *c)
{
	if (c->run.ended_by == END_COMMAND)
		c->run.ended_by = END_LOST;
	c->run.end.ended_ns = monotonic_ns();
	c->run.end.started_ns = c->run.started_ns;
	stream_drain(s, c);
	return finish(s, c);
}

/* Gives init the collect section; it is bounded so that it fits the socket. */
static int order_collection(struct supervisor *s, struct container *c)
{
	const uint8_t *at = c->collect.data;
	size_t left = c->collect.length;
	int error = container_order(c, ORDER_COLLECT, left, 0);

	pool_set_state(s, c, CONTAINER_COLLECTING);
	expect_answer(s, c);
	while (error == 0 && left > 0) {
		const size_t packet = left < PACKET_BYTES ? left : (size_t)PACKET_BYTES;

		if (send(c->init_socket, at, packet, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			error = -errno;
		at += packet;
		left -= packet;
	}
	return error < 0 ? run_give_up(s, c) : 0;
}

static void read_stub_failure(struct container *c)
{
	struct stub_record record;

	if (c->run.failed.kind == STUB_FAILED)
		return;
	if (recv(c->stub_socket, &record, sizeof record, MSG_DONTWAIT) == (ssize_t)sizeof record &&
	    record.kind == STUB_FAILED)
		c->run.failed = record;
}

/* No process is left. */
static int ended(struct supervisor *s, struct container *c, const struct init_record *record)
{
	c->run.end = *record;
	c->run.give_up_ns = 0;
	stream_drain(s, c);
	read_stub_failure(c);
	if (c->run.collect_count > 0 && c->run.failed.kind == 0)
		return order_collection(s, c);
	return finish(s, c);
}

static int begin_file(struct supervisor *s, struct container *c, const struct init_record *record)
{
	const struct collected head = { .index = record->index, .error = record->error, .bytes = record->bytes };

	if (c->run.file_count == c->run.collect_count || record->bytes > c->run.collect_room)
		return run_give_up(s, c);
	c->run.file_count++;
	c->run.collect_room -= record->bytes;
	c->run.collecting_left = record->bytes;
	return buffer_append(&c->files, &head, sizeof head);
}

/* Raw bytes of a collected file, as many as its record announced. */
static int receive_content(struct supervisor *s, struct container *c)
{
	int error = buffer_reserve(&c->files, PACKET_BYTES);
	ssize_t count;

	if (error < 0)
		return error;
	count = recv(c->init_socket, c->files.data + c->files.length, PACKET_BYTES, MSG_DONTWAIT);
	if (count < 0 && errno == EAGAIN)
		return 0;
	if (count <= 0 || (uint64_t)count > c->run.collecting_left)
		return run_give_up(s, c);
	c->files.length += (size_t)count;
	c->run.collecting_left -= (uint64_t)count;
	expect_answer(s, c);
	return 0;
}

static int handle_record(struct supervisor *s, struct container *c, const struct init_record *record)
{
	switch ((enum init_record_kind)record->kind) {
	case INIT_ENDED:
		if (c->state == CONTAINER_MAKING)
			return pool_container_failed(s, c, STEP_FORK, -ECHILD);
		return c->run.id != 0 && c->state < CONTAINER_COLLECTING ? ended(s, c, record) : 0;
	case INIT_RESIZED:
		if (c->state != CONTAINER_RESIZING)
			return 0;
		c->run.give_up_ns = 0;
		return start(s, c);
	case INIT_COLLECTED:
		return c->state == CONTAINER_COLLECTING ? begin_file(s, c, record) : 0;
	case INIT_COLLECTED_ALL:
		return c->state == CONTAINER_COLLECTING ? finish(s, c) : 0;
	case INIT_FAILED:
		break;
	}
	if (c->run.id == 0)
		return pool_container_failed(s, c, (enum step)record->step, -(int)record->error);
	return run_give_up(s, c);
}

int run_init_event(struct supervisor *s, struct container *c)
{
	struct init_record record;
	ssize_t count;

	if (c->run.collecting_left > 0)
		return receive_content(s, c);
	count = recv(c->init_socket, &record, sizeof record, MSG_DONTWAIT);
	if (count == (ssize_t)sizeof record)
		return handle_record(s, c, &record);
	if (count < 0 && errno == EAGAIN)
		return 0;
	/* init's end has an event of its own */
	loop_remove(s, c->init_socket);
	return 0;
}

/* The files are in place: the clocks start, and the command may. */
static int placed(struct supervisor *s, struct container *c)
{
	const uint8_t go = 1;
	int error;

	if (c->state != CONTAINER_PLACING)
		return 0;
	pool_set_state(s, c, CONTAINER_RUNNING);
	error = deadlines_start(s, c);
	loop_remove(s, c->stub_socket);
	/* a stub that is gone shows in init's record */
	(void)send(c->stub_socket, &go, sizeof go, MSG_NOSIGNAL | MSG_DONTWAIT);
	return error;
}

static int handle_stub_record(struct supervisor *s, struct container *c, const struct stub_record *record)
{
	switch ((enum stub_record_kind)record->kind) {
	case STUB_READY:
		if (c->state != CONTAINER_MAKING)
			return 0;
		/* from here on its socket tells nothing until the end of the run, unless there are files to place */
		loop_remove(s, c->stub_socket);
		return pool_container_ready(s, c);
	case STUB_PLACED:
		return placed(s, c);
	case STUB_FAILED:
		break;
	}
	loop_remove(s, c->stub_socket);
	if (c->state == CONTAINER_MAKING)
		return pool_container_failed(s, c, (enum step)record->step, -(int)record->error);
	c->run.failed = *record;
	return 0;
}

int run_stub_event(struct supervisor *s, struct container *c, uint32_t events)
{
	struct stub_record record;
	ssize_t count;
	int error = 0;

	if ((events & EPOLLOUT) != 0) {
		error = loop_change(s, c->stub_socket, EPOLLIN, EVENT_STUB, c);
		if (error == 0)
			error = send_request(s, c);
	}
	if (error < 0 || (events & ~(uint32_t)EPOLLOUT) == 0)
		return error;
	count = recv(c->stub_socket, &record, sizeof record, MSG_DONTWAIT);
	if (count == (ssize_t)sizeof record)
		return handle_stub_record(s, c, &record);
	if (count < 0 && errno == EAGAIN)
		return 0;
	/* executed, or dead: init tells */
	loop_remove(s, c->stub_socket);
	return 0;
}
