#define _GNU_SOURCE
#include "rights.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
	char bytes[CMSG_SPACE(RIGHTS_MAX * sizeof(int))];
	struct cmsghdr aligned;
};

int rights_send(int socket, const int *descriptors, size_t count, int flags)
{
	union control control = { .bytes = { 0 } };
	uint8_t byte = 1;
	struct iovec vector = { .iov_base = &byte, .iov_len = sizeof byte };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
	struct cmsghdr *head;

	if (count > RIGHTS_MAX)
		return -EINVAL;
	if (count > 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = (socklen_t)CMSG_SPACE(count * sizeof(int));
		head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = (socklen_t)CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(head), descriptors, count * sizeof(int));
	}
	return sendmsg(socket, &message, MSG_NOSIGNAL | flags) < 0 ? -errno : 0;
}

/* Takes what came as it came: whatever does not fit the request is closed again. */
static size_t take(const struct cmsghdr *head, int *descriptors, size_t count)
{
	size_t found = 0;

	if (head == NULL || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
		return 0;
	found = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	for (size_t i = 0; i < found; i++) {
		int one;

		memcpy(&one, CMSG_DATA(head) + i * sizeof one, sizeof one);
		if (i < count)
			descriptors[i] = one;
		else
			(void)close(one);
	}
	return found;
}

int rights_receive(int socket, int *descriptors, size_t count)
{
	union control control = { .bytes = { 0 } };
	uint8_t byte;
	struct iovec vector = { .iov_base = &byte, .iov_len = sizeof byte };
	struct msghdr message = {
		.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes
	};
	ssize_t got;
	size_t found;

	do
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return got == 0 ? -EPIPE : -errno;
	found = take(CMSG_FIRSTHDR(&message), descriptors, count);
	if (found == count)
		return 0;
	for (size_t i = 0; i < found && i < count; i++)
		(void)close(descriptors[i]);
	return -ENODATA;
}
