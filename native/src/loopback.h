/* The loopback device of a container's own network namespace, the only device there. */
#ifndef MAYFLY_LOOPBACK_H
#define MAYFLY_LOOPBACK_H

#include <stdbool.h>
#include <stdint.h>

/* Brings it up: the kernel gives it 127.0.0.1 and, where it has IPv6, ::1. 0 or -errno. */
int loopback_up(void);
/*
 * Whether a struct sockaddr, of which `count` bytes were read, is an address that a container's own loopback answers:
 * 127.0.0.0/8 and ::1, also as IPv4-mapped ones, and the unspecified ones, which connect(2) takes for them.
 */
bool loopback_has(const uint8_t *address, uint32_t count);

#endif
