#define _GNU_SOURCE
#include "relay.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "inside.h"
#include "relay_transcript.h"
#include "scope.h"
#include "transfer.h"

enum {
	PIECE_BYTES = 64 * 1024,
	WAYS = 2,
	/*
	 * Who ends closes one descriptor after the other, in an order that is the kernel's, and may be kept from the
	 * processor in between: for so long the other one is not told of the first, who might end for it and seem to have
	 * ended before.
	 */
	LINGER_MS = 10,
	NOBODY_YET = UINT8_MAX,
};

/* One way: what the one writes and the other reads. */
struct way {
	int from;               /* -1: closed */
	int to;
	uint64_t bytes_max;
	uint64_t bytes;
	uint64_t ended_ns;      /* 0: not yet */
	uint32_t ended_by;
	uint64_t tell_ns;       /* one of its ends was let go of: when the other is told at the latest */
	bool source_gone;       /* nobody writes: what is in the pipe is the rest */
	bool over;              /* more was written than may be: no more is read */
	size_t start;           /* of what waits in the piece */
	size_t length;
	uint8_t piece[PIECE_BYTES];
};

struct relay {
	struct way ways[WAYS];
	uint64_t clock_offset_ns;
	struct transcript transcript;
	uint32_t ended_first;   /* as in the summary; NOBODY_YET */
	int socket;
};

static uint64_t now_ns(const struct relay *relay)
{
	return monotonic_ns() + relay->clock_offset_ns;
}

/* Whoever lets go first has ended this way; what follows from it is no evidence. */
static void note_end(const struct relay *relay, struct way *way, uint32_t by)
{
	if (way->ended_ns != 0)
		return;
	way->ended_ns = now_ns(relay);
	way->ended_by = by;
}

/* Nothing more comes; who reads is told a little later. */
static void end_source(struct way *way)
{
	close_fd(&way->from);
	way->tell_ns = after_ms(monotonic_ns(), LINGER_MS);
}

/* One byte more than it may write is read, as proof; the supervisor ends it for that. */
static void tell_over(struct relay *relay, struct way *way, uint32_t from)
{
	const struct stub_record over = { .kind = STUB_OVER, .index = from };

	way->over = true;
	way->length--;
	(void)send_exactly(relay->socket, &over, sizeof over);
}

static bool may_read(const struct way *way)
{
	return way->from >= 0 && way->to >= 0 && way->length == 0 && !way->over;
}

static void take_in(struct relay *relay, struct way *way, uint32_t from)
{
	const uint64_t room = way->bytes_max - way->bytes;
	const ssize_t count = read(way->from, way->piece, room < PIECE_BYTES ? (size_t)room + 1 : (size_t)PIECE_BYTES);

	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (count <= 0) {
		note_end(relay, way, from);
		way->source_gone = true;
		end_source(way);
		return;
	}
	way->start = 0;
	way->length = (size_t)count;
	way->bytes += (uint64_t)count;
	if (way->bytes > way->bytes_max)
		tell_over(relay, way, from);
	transcript_add(&relay->transcript, now_ns(relay), from, way->piece, way->length);
}

/* Nobody reads what was on its way. */
static void refuse(struct relay *relay, struct way *way, uint32_t reader)
{
	note_end(relay, way, reader);
	close_fd(&way->to);
	way->length = 0;
	way->tell_ns = after_ms(monotonic_ns(), LINGER_MS);
}

static void pass_on(struct relay *relay, struct way *way, uint32_t reader)
{
	const ssize_t count = write(way->to, way->piece + way->start, way->length);

	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (count < 0) {
		refuse(relay, way, reader);
		return;
	}
	way->start += (size_t)count;
	way->length -= (size_t)count;
}

static bool output_closed(const struct relay *relay, uint32_t side)
{
	return relay->ways[side].source_gone || relay->ways[side].from < 0;
}

static bool input_closed(const struct relay *relay, uint32_t side)
{
	return relay->ways[1 - side].to < 0;
}

/* A side has ended once it holds neither of its pipes. Where it is told of the other's end it has not seen it to end yet. */
static void note_first(struct relay *relay)
{
	const bool left = output_closed(relay, PAIR_LEFT) && input_closed(relay, PAIR_LEFT);
	const bool right = output_closed(relay, PAIR_RIGHT) && input_closed(relay, PAIR_RIGHT);

	if (relay->ended_first != NOBODY_YET || (!left && !right))
		return;
	relay->ended_first = left && right ? RELAY_BOTH : left ? PAIR_LEFT : PAIR_RIGHT;
}

/* One who writes is told that nobody reads, once who read is seen to have let go of the other pipe too, or has not. */
static void tell_writer(const struct relay *relay, struct way *way, uint32_t writer)
{
	if (way->from >= 0 && way->to < 0 && (output_closed(relay, 1 - writer) || monotonic_ns() >= way->tell_ns))
		close_fd(&way->from);
}

/* In the same way one who reads is told that nothing more comes. */
static void tell_reader(const struct relay *relay, struct way *way, uint32_t writer)
{
	const bool sent = way->from < 0 && way->to >= 0 && way->length == 0;

	if (sent && (input_closed(relay, writer) || monotonic_ns() >= way->tell_ns))
		close_fd(&way->to);
}

/* What the ends of this way have come to, before anything is done about it. */
static void notice(struct relay *relay, uint32_t from, short source, short target)
{
	struct way *way = &relay->ways[from];

	if (way->from >= 0 && (source & (POLLHUP | POLLERR)) != 0) {
		note_end(relay, way, from);
		way->source_gone = true;
	}
	if (way->to >= 0 && (target & POLLERR) != 0)
		refuse(relay, way, 1 - from);
}

static void move(struct relay *relay, uint32_t from, short source, short target)
{
	struct way *way = &relay->ways[from];

	if (way->to >= 0 && (target & POLLOUT) != 0 && way->length > 0)
		pass_on(relay, way, 1 - from);
	if (may_read(way) && source != 0)
		take_in(relay, way, from);
	/* the rest of one that wrote too much is nobody's */
	if (way->from >= 0 && way->source_gone && way->length == 0 && way->over)
		end_source(way);
}

/* Ends are told of unasked. Of a source that is gone it is known; what it left is asked for once there is room. */
static void ask(const struct way *way, struct pollfd *source, struct pollfd *target)
{
	source->fd = way->source_gone && !may_read(way) ? -1 : way->from;
	source->events = may_read(way) ? POLLIN : 0;
	target->fd = way->to;
	target->events = way->length > 0 ? POLLOUT : 0;
}

static bool is_open(const struct way *way)
{
	return way->from >= 0 || way->to >= 0;
}

/* Only one of its ends is held: the other is to be told in time. */
static bool lingers(const struct way *way)
{
	return (way->from < 0) != (way->to < 0);
}

/* Who writes is told before who reads, as if the two had one pipe each way between them. */
static int step(struct relay *relay, const struct timespec *patience)
{
	struct way *ways = relay->ways;
	struct pollfd sources[WAYS + WAYS] = { 0 };
	struct pollfd *targets = sources + WAYS;

	for (int i = 0; i < WAYS; i++)
		ask(&ways[i], &sources[i], &targets[i]);
	if (ppoll(sources, WAYS + WAYS, patience, NULL) < 0 && errno != EINTR)
		return -errno;
	for (uint32_t i = 0; i < WAYS; i++)
		notice(relay, i, sources[i].revents, targets[i].revents);
	note_first(relay);
	for (uint32_t i = 0; i < WAYS; i++)
		tell_writer(relay, &ways[i], i);
	for (uint32_t i = 0; i < WAYS; i++)
		move(relay, i, sources[i].revents, targets[i].revents);
	for (uint32_t i = 0; i < WAYS; i++)
		tell_reader(relay, &ways[i], i);
	return 0;
}

static int carry(struct relay *relay)
{
	const struct way *ways = relay->ways;
	const struct timespec linger = { .tv_nsec = (long)LINGER_MS * NS_PER_MS };
	int error = 0;

	while (error == 0 && (is_open(&ways[PAIR_LEFT]) || is_open(&ways[PAIR_RIGHT]))) {
		const bool some = lingers(&ways[PAIR_LEFT]) || lingers(&ways[PAIR_RIGHT]);

		error = step(relay, some ? &linger : NULL);
	}
	return error;
}

static int ignore_broken_pipes(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	return sigaction(SIGPIPE, &ignore, NULL) != 0 ? -errno : 0;
}

int relay_run(const struct relay_request *request, const int ends[RELAY_ENDS], int socket, uint64_t clock_offset_ns)
{
	struct relay relay = {
		.ended_first = NOBODY_YET,
		.clock_offset_ns = clock_offset_ns,
		.transcript = { .wanted = request->transcript_bytes > 0, .left = request->transcript_bytes },
		.socket = socket,
	};
	struct relay_summary summary = { 0 };
	int error = ignore_broken_pipes();

	for (int i = 0; i < WAYS; i++) {
		relay.ways[i].from = ends[i];
		relay.ways[i].to = ends[WAYS + i];
		relay.ways[i].bytes_max = request->bytes_max[i];
	}
	if (error == 0)
		error = carry(&relay);
	for (int i = 0; i < WAYS; i++) {
		summary.bytes[i] = relay.ways[i].bytes;
		summary.ended_ns[i] = relay.ways[i].ended_ns;
		summary.ended_by[i] = relay.ways[i].ended_by;
	}
	summary.transcript_truncated = relay.transcript.truncated ? 1 : 0;
	summary.ended_first = relay.ended_first == NOBODY_YET ? (uint32_t)RELAY_BOTH : relay.ended_first;
	if (error == 0)
		error = write_exactly(STDERR_FILENO, &summary, sizeof summary);
	if (error == 0)
		_exit(0);
	return error;
}
