#define _GNU_SOURCE
#include "sending.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

static int allow(struct supervisor *s, struct container *c, uint64_t count)
{
	c->run.files_window += count;
	return node_send_stream(s, FRAME_TAKEN, c->run.id, STREAM_FILES, &count, sizeof count);
}

/* So many bytes have gone to the stub: of those that are files as many more may come. */
static int note_sent(struct supervisor *s, struct container *c, size_t count)
{
	const uint64_t of_request = c->run.request_left < count ? c->run.request_left : count;

	c->run.request_left -= of_request;
	return count > of_request ? allow(s, c, count - of_request) : 0;
}

int sending_request(struct supervisor *s, struct container *c)
{
	struct buffer *out = &c->buffers->request;
	int error = 0;

	while (buffer_left(out) > 0 && error == 0) {
		const ssize_t sent = send(c->stub_socket, buffer_front(out), buffer_left(out), MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0 && errno == EAGAIN)
			return loop_change(s, c->stub_socket, EPOLLIN | EPOLLOUT, EVENT_STUB, c);
		if (sent < 0) {
			/* the stub is gone: its own record or init's will say why */
			buffer_reset(out);
			break;
		}
		buffer_take(out, (size_t)sent);
		error = note_sent(s, c, (size_t)sent);
	}
	return error;
}

int sending_allow_files(struct supervisor *s, struct container *c)
{
	return (c->run.flags & RUN_FILES_FOLLOW) != 0 ? allow(s, c, WINDOW_BYTES) : 0;
}

int sending_pass_files(struct supervisor *s, struct container *c, const uint8_t *bytes, size_t count)
{
	const bool idle = buffer_left(&c->buffers->request) == 0;
	int error;

	/* the run is over, or ends, or its stub has failed: nobody takes them any more */
	if (c->state != CONTAINER_PLACING || c->run.failed.kind != 0)
		return 0;
	if (count > c->run.files_window)
		return -EBADMSG;
	c->run.files_window -= count;
	error = buffer_append(&c->buffers->request, bytes, count);
	/* else it goes when the socket has room */
	return error == 0 && idle ? sending_request(s, c) : error;
}
