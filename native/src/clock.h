#ifndef MAYFLY_CLOCK_H
#define MAYFLY_CLOCK_H

#include <stdint.h>
#include <time.h>

enum { NS_PER_MS = 1000000 };

static inline uint64_t monotonic_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static inline uint64_t after_ns(uint64_t from_ns, uint64_t ns)
{
	return ns > UINT64_MAX - from_ns ? UINT64_MAX : from_ns + ns;
}

/* Saturates: a limit of centuries is no limit, not an overflow. */
static inline uint64_t after_ms(uint64_t from_ns, uint64_t ms)
{
	return ms > (UINT64_MAX - from_ns) / NS_PER_MS ? UINT64_MAX : from_ns + ms * NS_PER_MS;
}

#endif
