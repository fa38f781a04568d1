/* Frames from and to Node. The only reader of a socket from outside, and Node is trusted: lengths are checked, not feared. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "clock.h"
#include "collecting.h"
#include "guests.h"
#include "layers.h"
#include "sending.h"
#include "supervisor.h"

enum {
	RECEIVE_BYTES = 64 * 1024,
	PARTS_MAX = 8,
};

static struct pending *find_waiting(struct supervisor *s, uint32_t run)
{
	struct container *guest = guest_find_waiting(s, run);

	return guest == NULL ? pool_find_pending(s, run) : &guest->waiting;
}

/* A run that waits has no stream yet but its standard input. */
static int handle_bytes(struct supervisor *s, const struct frame_header *header, const uint8_t *bytes)
{
	struct container *c = pool_find(s, header->run);
	struct pending *waiting = c == NULL ? find_waiting(s, header->run) : NULL;
	const size_t count = header->length;
	struct run_request *request;
	int error;

	if (header->stream == STREAM_FILES)
		return c == NULL ? 0 : sending_pass_files(s, c, bytes, count);
	if (header->stream >= STREAMS_MAX || header->stream == STREAM_OUTPUT || header->stream == STREAM_ERROR)
		return -EBADMSG;
	if (c != NULL)
		return stream_feed(s, c, header->stream, bytes, count);
	/* the run is over, and Node has not read that yet */
	if (waiting == NULL || header->stream != STREAM_INPUT)
		return 0;
	/* standard input is the last section of the request: it grows where it stands */
	error = buffer_append(&waiting->request, bytes, count);
	if (error < 0)
		return error;
	request = (struct run_request *)waiting->request.data;
	request->stdin_bytes += (uint32_t)count;
	if (count == 0)
		request->flags &= ~(uint32_t)RUN_STDIN_FOLLOWS;
	return 0;
}

static int handle_taken(struct supervisor *s, const struct frame_header *header, const uint8_t *payload)
{
	struct container *c = pool_find(s, header->run);
	uint64_t count;

	if (header->length != sizeof count)
		return -EBADMSG;
	memcpy(&count, payload, sizeof count);
	if (header->stream == STREAM_COLLECTED)
		return c == NULL ? 0 : collecting_taken(s, c, count);
	if (header->stream == STREAM_INPUT || header->stream >= STREAMS_MAX)
		return -EBADMSG;
	return c == NULL ? 0 : stream_taken(s, c, header->stream, count);
}

static int handle_kill(struct supervisor *s, uint32_t run)
{
	struct container *c = pool_find(s, run);
	struct pending *waiting = c == NULL ? pool_find_pending(s, run) : NULL;
	struct container *guest = c == NULL ? guest_find_waiting(s, run) : NULL;

	if (guest != NULL)
		return guest_cancel(s, guest, END_KILLED, 0);
	if (c != NULL)
		run_kill(s, c, END_KILLED);
	return waiting != NULL ? pool_cancel_pending(s, waiting) : 0;
}

static int handle_frame(struct supervisor *s, const struct frame_header *header, const uint8_t *payload)
{
	switch ((enum frame_type)header->type) {
	case FRAME_RUN:
		return pool_submit(s, header->run, payload, header->length);
	case FRAME_BYTES:
		return handle_bytes(s, header, payload);
	case FRAME_TAKEN:
		return handle_taken(s, header, payload);
	case FRAME_KILL:
		return handle_kill(s, header->run);
	case FRAME_SIGNAL:
	case FRAME_RESIZE:
	case FRAME_USAGE:
	case FRAME_RENEW:
	case FRAME_CLOSE:
		return running_handle(s, header, payload);
	case FRAME_LAYER_CLOSE:
		layers_close(s, header->run);
		return 0;
	case FRAME_BLOB_OPEN:
	case FRAME_BLOB_BYTES:
	case FRAME_BLOB_CLOSE:
	case FRAME_BLOB_READ:
		return store_handle(s, header, payload);
	case FRAME_CONFIGURE:
	case FRAME_READY:
	case FRAME_REPORT:
	case FRAME_STARTED:
	case FRAME_FAILED:
	case FRAME_USED:
	case FRAME_BLOB_STORED:
	case FRAME_BLOB_CONTENT:
		break;
	}
	return -EBADMSG;
}

/* Handles every whole frame in the buffer; sets how many bytes the next one still lacks. */
static int handle_frames(struct supervisor *s, size_t *lacking)
{
	struct buffer *in = &s->from_node;
	struct frame_header header;

	for (;;) {
		*lacking = RECEIVE_BYTES;
		if (buffer_left(in) < sizeof header)
			return 0;
		memcpy(&header, buffer_front(in), sizeof header);
		if (header.length > FRAME_LENGTH_MAX)
			return -EBADMSG;
		if (buffer_left(in) < sizeof header + header.length) {
			*lacking = sizeof header + header.length - buffer_left(in);
			return 0;
		}
		int error = handle_frame(s, &header, buffer_front(in) + sizeof header);

		if (error < 0)
			return error;
		buffer_take(in, sizeof header + header.length);
	}
}

/* Reads what is there, once; -EPIPE when Node is gone. */
int node_receive(struct supervisor *s)
{
	struct buffer *in = &s->from_node;
	size_t lacking;
	ssize_t count;
	int error = handle_frames(s, &lacking);

	if (error < 0)
		return error;
	buffer_compact(in);
	error = buffer_reserve(in, lacking > RECEIVE_BYTES ? lacking : RECEIVE_BYTES);
	if (error < 0)
		return error;
	count = recv(s->node, in->data + in->length, in->capacity - in->length, MSG_DONTWAIT);
	if (count == 0)
		return -EPIPE;
	if (count < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	s->received_ns = monotonic_ns();
	in->length += (size_t)count;
	return handle_frames(s, &lacking);
}

static int queue(struct supervisor *s, const struct iovec *vector, size_t parts, size_t skip)
{
	const bool idle = s->to_node.length == 0;
	int error = 0;

	for (size_t i = 0; i < parts && error == 0; i++) {
		const size_t past = skip < vector[i].iov_len ? skip : vector[i].iov_len;

		error = buffer_append(&s->to_node, (const uint8_t *)vector[i].iov_base + past, vector[i].iov_len - past);
		skip -= past;
	}
	if (error == 0 && idle)
		error = loop_change(s, s->node, EPOLLIN | EPOLLOUT, EVENT_NODE, NULL);
	return error;
}

static int send_frame(struct supervisor *s, struct frame_header header, const struct part *parts, size_t part_count)
{
	struct iovec vector[PARTS_MAX + 1] = { { .iov_base = &header, .iov_len = sizeof header } };
	struct msghdr message = { .msg_iov = vector, .msg_iovlen = (uint8_t)(part_count + 1) };
	size_t whole = sizeof header;
	ssize_t sent = 0;

	if (part_count > PARTS_MAX)
		return -E2BIG;
	for (size_t i = 0; i < part_count; i++) {
		vector[i + 1] = (struct iovec){ .iov_base = (void *)(uintptr_t)parts[i].bytes, .iov_len = parts[i].count };
		whole += parts[i].count;
	}
	if (whole - sizeof header > FRAME_LENGTH_MAX)
		return -EMSGSIZE;
	header.length = (uint32_t)(whole - sizeof header);
	if (buffer_left(&s->to_node) == 0) {
		sent = sendmsg(s->node, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno != EAGAIN)
			return -errno;
		sent = sent < 0 ? 0 : sent;
	}
	return (size_t)sent == whole ? 0 : queue(s, vector, part_count + 1, (size_t)sent);
}

int node_send(struct supervisor *s, enum frame_type type, uint32_t run, const struct part *parts, size_t part_count)
{
	return send_frame(s, (struct frame_header){ .type = (uint32_t)type, .run = run }, parts, part_count);
}

int node_send_stream(struct supervisor *s, enum frame_type type, uint32_t run, uint32_t stream, const void *bytes,
                     size_t count)
{
	const struct part part = { bytes, count };

	return send_frame(s, (struct frame_header){ .type = (uint32_t)type, .run = run, .stream = stream }, &part, 1);
}

int node_flush(struct supervisor *s)
{
	struct buffer *out = &s->to_node;

	while (buffer_left(out) > 0) {
		ssize_t sent = send(s->node, buffer_front(out), buffer_left(out), MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
		buffer_take(out, (size_t)sent);
	}
	return loop_change(s, s->node, EPOLLIN, EVENT_NODE, NULL);
}

int node_send_failure(struct supervisor *s, uint32_t run, enum step step, int error, const char *about)
{
	const struct failure failure = { .step = (uint32_t)step, .error = (uint32_t)-error };
	const struct part parts[] = { { &failure, sizeof failure }, { about, about == NULL ? 0 : strlen(about) } };

	return node_send(s, FRAME_FAILED, run, parts, 2);
}
