/* Standard input and output of a run. Both are pipes; output is read within the run's budget, and what passes it ends the run. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "supervisor.h"

enum {
	READ_BYTES = 64 * 1024,
	/* what one report carries of a stream, whatever the budget: the rest is counted and dropped */
	KEPT_BYTES = 64 * 1024 * 1024,
	/* a page, or less: what one slot of a pipe holds, and one packet */
	SLOT_BYTES = 4096,
};

/* Bytes of FRAME_STDIN that are out of our hands, so that Node may send as many more. */
static int acknowledge(struct supervisor *s, struct container *c, uint64_t count)
{
	const uint64_t first = c->run.stdin_first_bytes < count ? c->run.stdin_first_bytes : count;
	const uint64_t taken = count - first;
	const struct part part = { &taken, sizeof taken };

	c->run.stdin_first_bytes -= first;
	return taken == 0 ? 0 : node_send(s, FRAME_STDIN_TAKEN, c->run.id, &part, 1);
}

/* The command closed its end, or is gone: whatever else comes is dropped, and acknowledged so that Node does not wait. */
static int drop_input(struct supervisor *s, struct container *c, uint64_t also)
{
	const uint64_t left = buffer_left(&c->buffers->input);

	buffer_reset(&c->buffers->input);
	loop_close(s, &c->standard[0]);
	return acknowledge(s, c, left + also);
}

static void end_input_if_done(struct supervisor *s, struct container *c)
{
	if (c->run.stdin_ends && buffer_left(&c->buffers->input) == 0)
		loop_close(s, &c->standard[0]);
}

/* Writes what the pipe takes, without a copy; the number of bytes, or -errno. */
static ssize_t write_now(const struct container *c, const uint8_t *bytes, size_t count)
{
	ssize_t written = count == 0 ? 0 : write(c->standard[0], bytes, count);

	return written < 0 ? (errno == EAGAIN ? 0 : -errno) : written;
}

/* `count` of 0 is the end of standard input. */
int stream_feed(struct supervisor *s, struct container *c, const uint8_t *bytes, size_t count)
{
	const bool waiting = buffer_left(&c->buffers->input) > 0;
	ssize_t written = 0;
	int error;

	if (count == 0)
		c->run.stdin_ends = true;
	if (c->standard[0] < 0)
		return acknowledge(s, c, count);
	if (!waiting)
		written = write_now(c, bytes, count);
	if (written < 0)
		return drop_input(s, c, count);
	error = acknowledge(s, c, (uint64_t)written);
	if (error == 0)
		error = buffer_append(&c->buffers->input, bytes + written, count - (size_t)written);
	if (error == 0 && !waiting && buffer_left(&c->buffers->input) > 0)
		error = loop_add(s, c->standard[0], EPOLLOUT, EVENT_STDIN, c);
	end_input_if_done(s, c);
	return error;
}

/* The pipe has room again. */
int stream_write(struct supervisor *s, struct container *c)
{
	ssize_t written;

	if (c->standard[0] < 0)
		return 0;
	written = write_now(c, buffer_front(&c->buffers->input), buffer_left(&c->buffers->input));
	if (written < 0)
		return drop_input(s, c, 0);
	buffer_take(&c->buffers->input, (size_t)written);
	if (buffer_left(&c->buffers->input) == 0)
		loop_remove(s, c->standard[0]);
	end_input_if_done(s, c);
	return acknowledge(s, c, (uint64_t)written);
}

/*
 * One read: into the run's buffer while there is budget left, past its end after. What read(2) returned, or 0 at an
 * error. Never for less than a write may hold: in packet mode, which the command may choose, the rest would be dropped.
 */
static ssize_t read_once(struct container *c, int which)
{
	struct buffer *out = &c->buffers->output[which];
	const uint64_t budget = c->run.limits.output_bytes;
	const uint64_t room = (budget < KEPT_BYTES ? budget : KEPT_BYTES) - out->length;
	ssize_t count;

	if (buffer_reserve(out, READ_BYTES) < 0)
		return 0;
	count = read(c->standard[1 + which], out->data + out->length, READ_BYTES);
	if (count > 0) {
		out->length += (size_t)((uint64_t)count < room ? (uint64_t)count : room);
		c->run.output_total[which] += (uint64_t)count;
	}
	return count < 0 && errno != EAGAIN && errno != EINTR ? 0 : count;
}

void stream_read(struct supervisor *s, struct container *c, int which)
{
	if (c->standard[1 + which] < 0)
		return;
	/* never used: its stub died, which shows elsewhere */
	if (c->buffers == NULL) {
		loop_close(s, &c->standard[1 + which]);
		return;
	}
	if (read_once(c, which) == 0)
		loop_close(s, &c->standard[1 + which]);
	if (c->run.output_total[which] > c->run.limits.output_bytes)
		run_kill(s, c, END_OUTPUT);
}

/* Every process is dead: reads what the pipe still holds. A read takes a slot of it at least; past them somebody writes. */
static void drain(struct supervisor *s, struct container *c, int which)
{
	const int slot_count = fcntl(c->standard[1 + which], F_GETPIPE_SZ) / SLOT_BYTES;

	for (int i = 0; i <= slot_count && c->standard[1 + which] >= 0 && read_once(c, which) > 0; i++)
		continue;
	loop_close(s, &c->standard[1 + which]);
}

void stream_drain(struct supervisor *s, struct container *c)
{
	drain(s, c, 0);
	drain(s, c, 1);
	loop_close(s, &c->standard[0]);
}
