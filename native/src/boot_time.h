#ifndef MAYFLY_BOOT_TIME_H
#define MAYFLY_BOOT_TIME_H

#include <stdint.h>

/*
 * A time namespace for children to come, in which the monotonic clock and the time since boot start at zero now
 * (time_namespaces(7)). Sets what to add to their monotonic clock to get the caller's. 0 or -errno.
 */
int start_boot_time(uint64_t *offset_ns);

#endif
