/* Whole messages over a socket, for the inside of a container. 0 or -errno; a closed other end is -EPIPE. */
#ifndef MAYFLY_TRANSFER_H
#define MAYFLY_TRANSFER_H

#include <stddef.h>

int receive_exactly(int socket, void *out, size_t bytes);
int send_exactly(int socket, const void *bytes, size_t count);
/* The same to what is no socket. */
int write_exactly(int fd, const void *bytes, size_t count);

#endif
