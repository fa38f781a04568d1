/*
 * The numbered streams of a run: standard input and output, and the channels. What the command writes is read within
 * the run's budget, and what passes it ends the run; it is kept for the report, or where Node asked for that passed on
 * as it comes. Either way no more is under way than a window holds: a stream whose reader lags is not read, so that it
 * is the command that waits.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "supervisor.h"

enum {
	READ_BYTES = 64 * 1024,
	/* what one report carries of a stream, whatever the budget: the rest is counted and dropped */
	KEPT_BYTES = 64 * 1024 * 1024,
	/* a page, or less: what one slot of a pipe holds, and one packet */
	SLOT_BYTES = 4096,
	/* reads that empty a terminal or a socket, of which nobody told us the size */
	SLOTS_MAX = 256,
	END_OF_TRANSMISSION = 4,        /* Ctrl-D, which at the start of a line is the end of input */
};

static bool is_channel(unsigned n)
{
	return n >= STREAM_CHANNEL;
}

static bool passes_on(const struct container *c, unsigned n)
{
	return is_channel(n) || (c->run.flags & RUN_STREAMS) != 0;
}

static bool may_read(const struct container *c, unsigned n)
{
	if (n == STREAM_INPUT || c->run.output_ended[n])
		return false;
	return c->buffers == NULL || !passes_on(c, n) || c->run.window[n] >= READ_BYTES;
}

/* With nothing to ask for it is left out of the loop, since hangups are told of unasked. */
int stream_watch(struct supervisor *s, struct container *c, unsigned n)
{
	const uint32_t before = c->watched[n];
	const bool writes = c->buffers != NULL && buffer_left(&c->buffers->input[n]) > 0;
	const uint32_t wanted = (may_read(c, n) ? (uint32_t)EPOLLIN : 0) | (writes ? (uint32_t)EPOLLOUT : 0);

	if (c->streams[n] < 0 || wanted == before)
		return 0;
	c->watched[n] = wanted;
	if (wanted == 0) {
		loop_remove(s, c->streams[n]);
		return 0;
	}
	if (before == 0)
		return loop_add(s, c->streams[n], wanted, EVENT_STREAM + n, c);
	return loop_change(s, c->streams[n], wanted, EVENT_STREAM + n, c);
}

void stream_close(struct supervisor *s, struct container *c, unsigned n)
{
	c->watched[n] = 0;
	loop_close(s, &c->streams[n]);
}

/* Bytes of FRAME_BYTES that are out of our hands, so that Node may send as many more. */
static int acknowledge(struct supervisor *s, struct container *c, unsigned n, uint64_t count)
{
	uint64_t taken = count;

	if (n == STREAM_INPUT) {
		const uint64_t first = c->run.stdin_first_bytes < count ? c->run.stdin_first_bytes : count;

		c->run.stdin_first_bytes -= first;
		taken -= first;
	}
	return taken == 0 ? 0 : node_send_stream(s, FRAME_TAKEN, c->run.id, n, &taken, sizeof taken);
}

/* Nothing more goes in. A terminal stays open: its input has no other end than a key. */
static void end_input(struct supervisor *s, struct container *c, unsigned n)
{
	static const uint8_t end = END_OF_TRANSMISSION;

	if (n == STREAM_INPUT && (c->run.flags & RUN_TERMINAL) != 0)
		(void)!write(c->streams[n], &end, sizeof end);
	else if (is_channel(n) && !c->run.output_ended[n])
		(void)shutdown(c->streams[n], SHUT_WR);
	else
		stream_close(s, c, n);
}

/* The command closed its end, or is gone: whatever else comes is dropped, and acknowledged so that Node does not wait. */
static int drop_input(struct supervisor *s, struct container *c, unsigned n, uint64_t also)
{
	const uint64_t left = buffer_left(&c->buffers->input[n]);

	buffer_reset(&c->buffers->input[n]);
	c->run.input_ended[n] = true;
	end_input(s, c, n);
	return acknowledge(s, c, n, left + also);
}

static void end_input_if_done(struct supervisor *s, struct container *c, unsigned n)
{
	if (c->run.input_ended[n] && buffer_left(&c->buffers->input[n]) == 0)
		end_input(s, c, n);
}

/* Writes what the pipe takes, without a copy; the number of bytes, or -errno. */
static ssize_t write_now(const struct container *c, unsigned n, const uint8_t *bytes, size_t count)
{
	ssize_t written = count == 0 ? 0 : write(c->streams[n], bytes, count);

	return written < 0 ? (errno == EAGAIN ? 0 : -errno) : written;
}

/* `count` of 0 is the end. */
int stream_feed(struct supervisor *s, struct container *c, unsigned n, const uint8_t *bytes, size_t count)
{
	struct buffer *input = &c->buffers->input[n];
	ssize_t written = 0;
	int error;

	if (c->streams[n] < 0 || c->run.input_ended[n])
		return acknowledge(s, c, n, count);
	c->run.input_ended[n] = count == 0;
	if (buffer_left(input) == 0)
		written = write_now(c, n, bytes, count);
	if (written < 0)
		return drop_input(s, c, n, count);
	error = acknowledge(s, c, n, (uint64_t)written);
	if (error == 0)
		error = buffer_append(input, bytes + written, count - (size_t)written);
	if (error == 0)
		error = stream_watch(s, c, n);
	end_input_if_done(s, c, n);
	return error;
}

/* The pipe has room again, or no reader. */
static int write_waiting(struct supervisor *s, struct container *c, unsigned n)
{
	struct buffer *input = &c->buffers->input[n];
	const ssize_t written = write_now(c, n, buffer_front(input), buffer_left(input));
	int error;

	if (written < 0)
		return drop_input(s, c, n, 0);
	buffer_take(input, (size_t)written);
	error = stream_watch(s, c, n);
	end_input_if_done(s, c, n);
	return error < 0 ? error : acknowledge(s, c, n, (uint64_t)written);
}

/* Hands on what was just read; what the pipe still held at the end may overdraw the window. */
static int pass_on(struct supervisor *s, struct container *c, unsigned n)
{
	struct buffer *passing = &c->buffers->passing;
	const uint32_t count = (uint32_t)passing->length;
	const int error =
		count == 0 ? 0 : node_send_stream(s, FRAME_BYTES, c->run.id, n, passing->data, passing->length);

	passing->length = 0;
	c->run.window[n] -= count < c->run.window[n] ? count : c->run.window[n];
	return error;
}

/*
 * One read: of what is within the budget, the bytes are kept or passed on, past it they are only counted. Sets what
 * read(2) returned, or 0 at an error. Never for less than a write may hold: in packet mode, which the command may
 * choose, the rest would be dropped.
 */
static int read_once(struct supervisor *s, struct container *c, unsigned n, ssize_t *out)
{
	const bool passes = passes_on(c, n);
	struct buffer *to = passes ? &c->buffers->passing : &c->buffers->output[n - STREAM_OUTPUT];
	const uint64_t budget = c->run.limits.output_bytes;
	const uint64_t before = passes ? c->run.total[n] : to->length;
	const uint64_t most = passes || budget < KEPT_BYTES ? budget : KEPT_BYTES;
	const uint64_t room = before < most ? most - before : 0;
	ssize_t count;

	*out = 0;
	if (buffer_reserve(to, READ_BYTES) < 0)
		return 0;
	count = read(c->streams[n], to->data + to->length, READ_BYTES);
	*out = count < 0 && errno != EAGAIN && errno != EINTR ? 0 : count;
	if (count <= 0)
		return 0;
	to->length += (size_t)((uint64_t)count < room ? (uint64_t)count : room);
	c->run.total[n] += (uint64_t)count;
	return passes ? pass_on(s, c, n) : 0;
}

/* Nothing more comes out. */
static int end_output(struct supervisor *s, struct container *c, unsigned n)
{
	c->run.output_ended[n] = true;
	if (!is_channel(n) || c->run.input_ended[n])
		stream_close(s, c, n);
	return passes_on(c, n) ? node_send_stream(s, FRAME_BYTES, c->run.id, n, NULL, 0) : 0;
}

static int read_stream(struct supervisor *s, struct container *c, unsigned n)
{
	ssize_t count = 0;
	int error = read_once(s, c, n, &count);

	if (error == 0 && count == 0)
		error = end_output(s, c, n);
	if (c->run.total[n] > c->run.limits.output_bytes)
		run_kill(s, c, END_OUTPUT);
	return error < 0 ? error : stream_watch(s, c, n);
}

int stream_event(struct supervisor *s, struct container *c, unsigned n, uint32_t events)
{
	int error = 0;

	if (c->streams[n] < 0)
		return 0;
	/* never used: its stub died, which shows elsewhere */
	if (c->buffers == NULL) {
		stream_close(s, c, n);
		return 0;
	}
	if (n == STREAM_INPUT || (events & EPOLLOUT) != 0)
		error = write_waiting(s, c, n);
	if (error == 0 && (events & ~(uint32_t)EPOLLOUT) != 0 && c->streams[n] >= 0 && may_read(c, n))
		error = read_stream(s, c, n);
	return error;
}

/* Node's reader took so much. */
int stream_taken(struct supervisor *s, struct container *c, unsigned n, uint64_t count)
{
	const uint64_t window = c->run.window[n] + count;

	if (count > WINDOW_BYTES)
		return -EBADMSG;
	c->run.window[n] = window < WINDOW_BYTES ? (uint32_t)window : (uint32_t)WINDOW_BYTES;
	return stream_watch(s, c, n);
}

/* Every process is dead: reads what the pipe still holds. A read takes a slot of it at least; past them somebody writes. */
static int drain(struct supervisor *s, struct container *c, unsigned n)
{
	const int size = fcntl(c->streams[n], F_GETPIPE_SZ);
	const int slot_count = size < 0 ? (int)SLOTS_MAX : size / SLOT_BYTES;
	ssize_t count = 1;
	int error = 0;

	for (int i = 0; i <= slot_count && c->streams[n] >= 0 && count > 0 && error == 0; i++)
		error = read_once(s, c, n, &count);
	return error;
}

int stream_drain(struct supervisor *s, struct container *c)
{
	int error = 0;

	for (unsigned n = STREAM_OUTPUT; n < STREAMS_MAX; n++) {
		if (c->streams[n] >= 0 && !c->run.output_ended[n] && error == 0)
			error = drain(s, c, n);
		stream_close(s, c, n);
	}
	stream_close(s, c, STREAM_INPUT);
	return error;
}
