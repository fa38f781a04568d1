#define _GNU_SOURCE
#include "descriptors.h"

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "scope.h"

union control {
	struct cmsghdr header;
	uint8_t bytes[CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
};

int descriptors_send(int socket, const void *bytes, size_t size, const struct descriptors *with)
{
	const size_t length = with->count * sizeof(int);
	union control control = { .bytes = { 0 } };
	struct iovec vector = { .iov_base = (void *)(uintptr_t)bytes, .iov_len = size };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };

	if (with->count > 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = (uint32_t)CMSG_SPACE(length);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = (uint32_t)CMSG_LEN(length);
		memcpy(CMSG_DATA(&control.header), with->fds, length);
	}
	return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

static void take(struct msghdr *message, struct descriptors *with)
{
	const struct cmsghdr *header = CMSG_FIRSTHDR(message);

	if (header == NULL || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
		return;
	with->count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(with->fds, CMSG_DATA(header), with->count * sizeof(int));
}

int descriptors_receive(int socket, void *bytes, size_t size, struct descriptors *with, int flags)
{
	union control control;
	struct iovec vector = { .iov_base = bytes, .iov_len = size };
	struct msghdr message = {
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control.bytes,
	};
	ssize_t count;

	with->count = 0;
	do
		count = recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
	while (count < 0 && errno == EINTR);
	if (count < 0)
		return -errno;
	if (count == 0)
		return -EPIPE;
	take(&message, with);
	if ((size_t)count == size)
		return 0;
	descriptors_close(with);
	return -EPROTO;
}

void descriptors_close(struct descriptors *with)
{
	for (size_t i = 0; i < with->count; i++)
		close_fd(&with->fds[i]);
	with->count = 0;
}
