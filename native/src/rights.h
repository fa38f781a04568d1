/* Descriptors sent over a socket, with one byte (unix(7), SCM_RIGHTS). */
#ifndef MAYFLY_RIGHTS_H
#define MAYFLY_RIGHTS_H

#include <stddef.h>

enum { RIGHTS_MAX = 9 };

/* 0 or -errno. Never waits where `flags` has MSG_DONTWAIT. */
int rights_send(int socket, const int *descriptors, size_t count, int flags);
/* Exactly `count` of them, close-on-exec; 0, or -errno with none of them open. Waits. */
int rights_receive(int socket, int *descriptors, size_t count);

#endif
