/* One packet together with descriptors, over a SEQPACKET socket (unix(7), SCM_RIGHTS). 0 or -errno. */
#ifndef MAYFLY_DESCRIPTORS_H
#define MAYFLY_DESCRIPTORS_H

#include <stddef.h>

enum { DESCRIPTORS_MAX = 24 };

/* The descriptors of one packet; the receiver owns them. */
struct descriptors {
	size_t count;
	int fds[DESCRIPTORS_MAX];
};

/* Never waits. */
int descriptors_send(int socket, const void *bytes, size_t size, const struct descriptors *with);
/*
 * Exactly `size` bytes, or -EPROTO; -EPIPE at the end of the socket, -EAGAIN where `flags` (recvmsg(2)) say not to wait.
 * What comes beyond DESCRIPTORS_MAX the kernel drops. On failure `with` is empty.
 */
int descriptors_receive(int socket, void *bytes, size_t size, struct descriptors *with, int flags);
void descriptors_close(struct descriptors *with);

#endif
