/* What init says during a run, which is mostly how it ends. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "counting.h"
#include "descriptors.h"
#include "rights.h"
#include "collecting.h"
#include "guests.h"
#include "layers.h"
#include "placing.h"
#include "supervisor.h"
#include "syscalls.h"

static int finish(struct supervisor *s, struct container *c)
{
	int error;

	if (is_guest(c))
		guest_blame(c);
	error = report_send(s, c);

	s->reported_ns = monotonic_ns();
	container_spend(s, c);
	return error;
}

/* Init does not answer, or answers nonsense: it is killed, and the container with it; its end brings the report. */
int run_give_up(struct supervisor *s, struct container *c)
{
	if (c->state == CONTAINER_MAKING)
		return pool_container_failed(s, c, STEP_GUEST, -ETIMEDOUT);
	if (c->run.ended_by == END_COMMAND)
		c->run.ended_by = END_LOST;
	c->run.give_up_ns = 0;
	pool_set_state(s, c, CONTAINER_ENDING);
	loop_remove(s, c->init_socket);
	/* that of a guest that never said which process it is, dies by the end of its socket */
	if (is_guest(c) && !c->greeted)
		return run_lost(s, c);
	(void)sys_pidfd_send_signal(c->pidfd, SIGKILL);
	return 0;
}

void run_kill(struct supervisor *s, struct container *c, enum ended_by reason)
{
	if (c->state != CONTAINER_RESIZING && c->state != CONTAINER_PLACING && c->state != CONTAINER_RUNNING)
		return;
	c->run.ended_by = reason;
	guests_kill(s, c, reason);
	pool_set_state(s, c, CONTAINER_ENDING);
	run_order_end(s, c);
}

/* Guests first, so that each has an end of its own; init kills whoever there is. */
void run_order_end(struct supervisor *s, struct container *c)
{
	run_expect_answer(s, c);
	/* their own patience comes first */
	if (guests_are_in(s, c))
		c->run.give_up_ns = after_ms(c->run.give_up_ns, PATIENCE_MS);
	/* where the order cannot be sent, patience ends it */
	else
		(void)container_order(c, ORDER_KILL, 0, 0);
}

/* Everything that init knew is lost with it; what the supervisor and the kernel counted is not. */
int run_lost(struct supervisor *s, struct container *c)
{
	if (c->run.ended_by == END_COMMAND)
		c->run.ended_by = END_LOST;
	c->run.end.ended_ns = monotonic_ns();
	c->run.end.started_ns = c->run.started_ns;
	/* unknown, and so not known to be full */
	c->run.end.disk_free_bytes = 1;
	c->run.end.disk_free_inodes = 1;
	const int error = stream_drain(s, c);

	return error < 0 ? error : finish(s, c);
}

/* The files are out: the home goes last, where it is wanted. */
static int collected_all(struct supervisor *s, struct container *c)
{
	if ((c->run.flags & RUN_FREEZE) == 0 || c->run.failed.kind != 0 || c->run.ended_by == END_KILLED)
		return finish(s, c);
	pool_set_state(s, c, CONTAINER_FREEZING);
	run_expect_answer(s, c);
	return container_order(c, ORDER_FREEZE, 0, 0) < 0 ? run_give_up(s, c) : 0;
}

static int fail_layer(struct supervisor *s, struct container *c, int error)
{
	const uint32_t run = c->run.id;

	container_remove(s, c);
	return node_send_failure(s, run, STEP_LAYER, error, NULL);
}

static int receive_frozen(struct supervisor *s, struct container *c)
{
	struct init_record record;
	struct descriptors with;
	int error = descriptors_receive(c->init_socket, &record, sizeof record, &with, MSG_DONTWAIT);

	if (error == -EAGAIN)
		return 0;
	if (error < 0 || record.kind != INIT_FROZEN || with.count != (record.error == 0 ? 1 : 0)) {
		descriptors_close(&with);
		return run_give_up(s, c);
	}
	if (record.error != 0)
		return fail_layer(s, c, told_error(record.error));
	c->run.give_up_ns = 0;
	error = layers_keep(s, c, with.fds[0], &c->run.frozen);
	return error < 0 ? fail_layer(s, c, error) : finish(s, c);
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

/* No process is left, and everything init had to say of them is here. */
static int ended(struct supervisor *s, struct container *c)
{
	const int error = stream_drain(s, c);

	c->run.give_up_ns = 0;
	if (error < 0)
		return error;
	read_stub_failure(c);
	if (buffer_left(&c->buffers->collect) > 0 && c->run.failed.kind == 0)
		return collecting_order(s, c);
	return collected_all(s, c);
}

/* The violations follow the record of the end. */
static int begin_end(struct supervisor *s, struct container *c, const struct init_record *record)
{
	if (record->violation_count > s->config.violation_max)
		return run_give_up(s, c);
	c->run.end = *record;
	c->run.end_received_ns = monotonic_ns();
	counting_take_sample(s, c, record);
	c->run.violations_left = record->violation_count;
	if (c->run.violations_left == 0)
		return ended(s, c);
	pool_set_state(s, c, CONTAINER_ENDING);
	run_expect_answer(s, c);
	return 0;
}

static int receive_violation(struct supervisor *s, struct container *c)
{
	struct buffer *out = &c->buffers->violations;
	const int error = buffer_reserve(out, sizeof(struct violation));
	ssize_t count;

	if (error < 0)
		return error;
	/* where it stays: the stack is inherited by every init */
	count = recv(c->init_socket, out->data + out->length, sizeof(struct violation), MSG_DONTWAIT);
	if (count < 0 && errno == EAGAIN)
		return 0;
	if (count != (ssize_t)sizeof(struct violation))
		return run_give_up(s, c);
	out->length += sizeof(struct violation);
	c->run.violations_left--;
	return c->run.violations_left == 0 ? ended(s, c) : 0;
}

/* Nothing of the command's has run yet, so what init sends is what we told it to: a terminal, or it is given up. */
static int receive_terminal(struct supervisor *s, struct container *c)
{
	int terminal = -1;
	const int error = rights_receive(c->init_socket, &terminal, 1);

	if (error == -EAGAIN)
		return 0;
	c->run.terminal_comes = false;
	if (error < 0)
		return run_give_up(s, c);
	c->run.give_up_ns = 0;
	stream_close(s, c, STREAM_INPUT);
	stream_close(s, c, STREAM_OUTPUT);
	c->streams[STREAM_OUTPUT] = terminal;
	c->streams[STREAM_INPUT] = fcntl(terminal, F_DUPFD_CLOEXEC, 0);
	if (c->streams[STREAM_INPUT] < 0 || fcntl(terminal, F_SETFL, O_RDWR | O_NONBLOCK) != 0 ||
	    stream_watch(s, c, STREAM_OUTPUT) < 0)
		return run_give_up(s, c);
	return run_start(s, c);
}

/* One of the answers that the run waits for before its start. */
static int prepared(struct supervisor *s, struct container *c)
{
	if (c->state != CONTAINER_RESIZING || c->run.answers_left == 0)
		return 0;
	c->run.answers_left--;
	return c->run.answers_left == 0 ? run_prepared(s, c) : 0;
}

static int handle_record(struct supervisor *s, struct container *c, const struct init_record *record)
{
	switch ((enum init_record_kind)record->kind) {
	case INIT_ENDED:
		if (c->state == CONTAINER_MAKING)
			return pool_container_failed(s, c, STEP_FORK, -ECHILD);
		return c->run.id != 0 && c->state < CONTAINER_COLLECTING ? begin_end(s, c, record) : 0;
	case INIT_LAYERED:
		if (c->state == CONTAINER_RESIZING && record->error != 0)
			return fail_layer(s, c, told_error(record->error));
		return prepared(s, c);
	case INIT_BLOB:
		return placing_answered(s, c, record->error == 0 ? 0 : told_error(record->error));
	case INIT_RESIZED:
		return prepared(s, c);
	case INIT_REMEMBERED:
		return collecting_remembered(s, c);
	case INIT_TERMINAL:
		c->run.terminal_comes = c->state == CONTAINER_RESIZING && (c->run.flags & RUN_TERMINAL) != 0;
		return 0;
	case INIT_FROZEN:
	case INIT_GUEST:
		break;
	case INIT_COLLECTED:
		return c->state == CONTAINER_COLLECTING ? collecting_begin(s, c, record) : 0;
	case INIT_COLLECTED_ALL:
		return c->state == CONTAINER_COLLECTING ? collected_all(s, c) : 0;
	case INIT_SAMPLE:
		counting_take_sample(s, c, record);
		return 0;
	case INIT_FAILED:
		break;
	}
	if (c->run.id == 0)
		return pool_container_failed(s, c, (enum step)record->step, told_error(record->error));
	return run_give_up(s, c);
}

int run_init_event(struct supervisor *s, struct container *c)
{
	struct init_record record;
	ssize_t count;

	if (is_guest(c) && !c->greeted)
		return guest_greet(s, c);
	if (c->state == CONTAINER_FREEZING)
		return receive_frozen(s, c);
	if (c->run.collect_bytes > 0)
		return collecting_receive(s, c);
	if (c->run.violations_left > 0)
		return receive_violation(s, c);
	if (c->run.terminal_comes)
		return receive_terminal(s, c);
	count = recv(c->init_socket, &record, sizeof record, MSG_DONTWAIT);
	if (count == (ssize_t)sizeof record)
		return handle_record(s, c, &record);
	if (count < 0 && errno == EAGAIN)
		return 0;
	/* init's end has an event of its own */
	loop_remove(s, c->init_socket);
	return 0;
}
