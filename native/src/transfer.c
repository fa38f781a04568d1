#include "transfer.h"

#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

int receive_exactly(int socket, void *out, size_t bytes)
{
	uint8_t *at = out;

	while (bytes > 0) {
		ssize_t count = recv(socket, at, bytes, MSG_WAITALL);

		if (count == 0)
			return -EPIPE;
		if (count < 0 && errno != EINTR)
			return -errno;
		if (count > 0) {
			at += count;
			bytes -= (size_t)count;
		}
	}
	return 0;
}

int send_exactly(int socket, const void *bytes, size_t count)
{
	const uint8_t *at = bytes;

	while (count > 0) {
		ssize_t sent = send(socket, at, count, MSG_NOSIGNAL);

		if (sent < 0 && errno != EINTR)
			return -errno;
		if (sent > 0) {
			at += sent;
			count -= (size_t)sent;
		}
	}
	return 0;
}

int write_exactly(int fd, const void *bytes, size_t count)
{
	const uint8_t *at = bytes;

	while (count > 0) {
		const ssize_t written = write(fd, at, count);

		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			at += written;
			count -= (size_t)written;
		}
	}
	return 0;
}
