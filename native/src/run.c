#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "channels.h"
#include "clock.h"
#include "pair.h"
#include "placing.h"
#include "rights.h"
#include "sending.h"
#include "scope.h"
#include "collecting.h"
#include "guests.h"
#include "layers.h"
#include "supervisor.h"
#include "syscalls.h"

void run_expect_answer(struct supervisor *s, struct container *c)
{
	c->run.give_up_ns = after_ms(monotonic_ns(), PATIENCE_MS);
	deadlines_note(s, c->run.give_up_ns);
}

/* What the command has no part in is not counted: placing files, remembering them, taking a terminal, ... */
bool run_waits(const struct container *c)
{
	return (c->run.flags & (RUN_HAS_FILES | RUN_STREAMS | RUN_TERMINAL | RUN_CHANGES)) != 0 || c->run.channel_count > 0 ||
	       c->run.pair != 0 || c->run.has_input;
}

/* The clocks may start later than the run does. */
int run_start(struct supervisor *s, struct container *c)
{
	int error = 0;

	if ((c->run.flags & RUN_KEPT_OPEN) != 0)
		return guests_let_in(s, c);
	if (run_waits(c)) {
		pool_set_state(s, c, CONTAINER_PLACING);
		error = loop_add(s, c->stub_socket, EPOLLIN, EVENT_STUB, c);
	} else {
		pool_set_state(s, c, CONTAINER_RUNNING);
		error = deadlines_start(s, c);
		if (error == 0 && buffer_left(&c->buffers->request) > PACKET_BYTES)
			error = loop_add(s, c->stub_socket, EPOLLIN, EVENT_STUB, c);
	}
	if (error == 0)
		error = sending_request(s, c);
	return error == 0 ? sending_allow_files(s, c) : error;
}

static bool same_disk(const struct limits *a, const struct limits *b)
{
	return a->disk_bytes == b->disk_bytes && a->inode_count == b->inode_count;
}

/* Orders what the disk of a ready container lacks for this run. */
static int prepare_disk(struct supervisor *s, struct container *c, uint32_t layer)
{
	const struct limits *limits = &c->run.limits;
	int error = 0;

	c->run.layer = layer;
	/* a guest's is that of all */
	if (!is_guest(c) && !same_disk(limits, &s->config.limits)) {
		c->run.answers_left++;
		/* an init that is dead is this run's loss and no other's: its end, or patience, brings the report */
		(void)container_order(c, ORDER_DISK, limits->disk_bytes, limits->inode_count);
	}
	if (layer != 0) {
		c->run.answers_left++;
		error = layers_give(s, c, layer);
	}
	if (c->run.answers_left > 0) {
		pool_set_state(s, c, CONTAINER_RESIZING);
		run_expect_answer(s, c);
	}
	return error == -EPIPE || error == -ECONNRESET ? 0 : error;
}

/* NULL: Node has more runs under way than it may. */
static struct run_buffers *take_buffers(struct supervisor *s)
{
	for (int i = 0; i < RUNS_MAX; i++) {
		if (!s->buffers[i].in_use) {
			s->buffers[i].in_use = true;
			return &s->buffers[i];
		}
	}
	return NULL;
}

int run_prepared(struct supervisor *s, struct container *c)
{
	c->run.give_up_ns = 0;
	if ((c->run.flags & RUN_TERMINAL) == 0)
		return run_start(s, c);
	if (c->state != CONTAINER_RESIZING)
		pool_set_state(s, c, CONTAINER_RESIZING);
	run_expect_answer(s, c);
	(void)container_order(c, ORDER_TERMINAL, c->run.terminal.columns, c->run.terminal.rows);
	return 0;
}

/* Sockets between us and a command that is not there yet: its ends go to it with the word to go on. */
static int open_channels(struct supervisor *s, struct container *c, uint32_t count)
{
	int error = 0;

	if (count > CHANNELS_MAX)
		return -EBADMSG;
	for (uint32_t i = 0; i < count; i++)
		c->run.channels_far[i] = -1;
	/* from here on there are so many to close */
	c->run.channel_count = count;
	for (uint32_t i = 0; i < count && error == 0; i++) {
		error = channel_open(&c->streams[STREAM_CHANNEL + i], &c->run.channels_far[i]);
		if (error == 0)
			error = stream_watch(s, c, STREAM_CHANNEL + i);
	}
	return error;
}

static uint32_t ends_far(const struct run *run)
{
	return run->channel_count + (run->has_input ? 1 : 0);
}

void run_close_channels(struct container *c)
{
	for (uint32_t i = 0; i < ends_far(&c->run); i++)
		close_fd(&c->run.channels_far[i]);
	c->run.channel_count = 0;
	c->run.has_input = false;
}

/* What it has of what was kept for it. */
static int take_kept(struct supervisor *s, struct container *c, const struct run_request *head, enum step *step)
{
	int error = placing_open_input(s, c, head->input_blob);

	*step = STEP_FILES;
	if (error < 0)
		return error;
	*step = STEP_LAYER;
	return prepare_disk(s, c, head->layer);
}

int run_hand_out(struct supervisor *s, struct container *c, uint32_t run, const uint8_t *request, uint64_t received_ns,
                 uint64_t stdin_first_bytes)
{
	struct run_request head;
	const uint8_t *exec = request + sizeof head;
	const uint8_t go = 1;
	enum step step;
	int error;

	memcpy(&head, request, sizeof head);
	memset(&c->run, 0, sizeof c->run);
	c->buffers = take_buffers(s);
	if (c->buffers == NULL)
		return -EBADMSG;
	c->run.id = run;
	c->run.received_ns = received_ns;
	c->run.handed_out_ns = monotonic_ns();
	c->run.flags = head.flags;
	c->run.limits = head.limits;
	c->run.stdin_first_bytes = stdin_first_bytes;
	c->run.terminal = head.terminal;
	c->run.pair = head.pair;
	c->run.part = head.part;
	for (int i = 0; i < STREAMS_MAX; i++)
		c->run.window[i] = WINDOW_BYTES;
	error = c->has_cgroup ? cgroup_set_limits(&c->cgroup, &head.limits) : 0;
	if (error < 0) {
		container_remove(s, c);
		return node_send_failure(s, run, STEP_CGROUP, error, NULL);
	}
	const uint8_t *blobs = exec + head.exec_bytes + head.collect_bytes;

	error = c->late ? buffer_append(&c->buffers->request, &go, sizeof go) : 0;
	if (error == 0)
		error = buffer_append(&c->buffers->request, exec, head.exec_bytes);
	c->run.request_left = buffer_left(&c->buffers->request);
	if (error == 0)
		error = collecting_keep(c, exec + head.exec_bytes, head.collect_bytes);
	if (error == 0)
		error = buffer_append(&c->buffers->blobs, blobs, head.blob_bytes);
	if (error < 0)
		return error;
	error = open_channels(s, c, head.channel_count);
	if (error < 0)
		return error;
	error = take_kept(s, c, &head, &step);
	if (error == -EPIPE)
		return error;
	if (error < 0) {
		container_remove(s, c);
		return node_send_failure(s, run, step, error, NULL);
	}
	if (c->run.answers_left == 0)
		error = run_prepared(s, c);
	/* one that could not be opened is gone, and Node has been told */
	if (c->buffers == NULL)
		return error;
	if (error == 0 && head.stdin_bytes > 0)
		error = stream_feed(s, c, STREAM_INPUT, blobs + head.blob_bytes, head.stdin_bytes);
	if (error == 0 && (head.flags & RUN_STDIN_FOLLOWS) == 0)
		error = stream_feed(s, c, STREAM_INPUT, exec, 0);
	return error;
}

void run_memory_event(struct supervisor *s, struct container *c)
{
	if (c->has_cgroup && cgroup_take_event(&c->cgroup) == 1)
		run_kill(s, c, END_MEMORY);
}

int run_go(struct supervisor *s, struct container *c)
{
	int error;

	pool_set_state(s, c, CONTAINER_RUNNING);
	error = deadlines_start(s, c);
	/* a relay executes nothing: it may still have something to say */
	if (c->run.pair == 0 || c->run.part != PAIR_RELAY)
		loop_remove(s, c->stub_socket);
	if (error == 0 && c->state == CONTAINER_RUNNING && (c->run.flags & RUN_STREAMS) != 0)
		error = node_send(s, FRAME_STARTED, c->run.id, NULL, 0);
	/* a stub that is gone shows in init's record */
	(void)rights_send(c->stub_socket, c->run.channels_far, ends_far(&c->run), MSG_DONTWAIT);
	run_close_channels(c);
	return error;
}

/* The files are in place. Where its changes are asked for, the home is remembered as it is now. */
int run_placed(struct supervisor *s, struct container *c)
{
	if (c->state != CONTAINER_PLACING)
		return 0;
	if (buffer_left(&c->buffers->blobs) > 0)
		return placing_order(s, c);
	if ((c->run.flags & RUN_CHANGES) != 0 && !c->run.remembered) {
		collecting_remember(s, c);
		return 0;
	}
	return c->run.pair == 0 ? run_go(s, c) : pair_placed(s, c);
}

static int handle_stub_record(struct supervisor *s, struct container *c, const struct stub_record *record)
{
	switch ((enum stub_record_kind)record->kind) {
	case STUB_READY:
		if (c->state != CONTAINER_MAKING)
			return 0;
		/* from here on its socket tells nothing until the end of the run, unless there are files to place */
		loop_remove(s, c->stub_socket);
		s->lacking |= record->index;
		return pool_container_ready(s, c);
	case STUB_PLACED:
		return run_placed(s, c);
	case STUB_OVER:
		return pair_over(s, c, record->index);
	case STUB_FAILED:
		break;
	}
	loop_remove(s, c->stub_socket);
	if (c->state == CONTAINER_MAKING)
		return pool_container_failed(s, c, (enum step)record->step, told_error(record->error));
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
			error = sending_request(s, c);
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
