/* Which schedulers the host's disks have: the weight of a control group means something to few of them. */
#ifndef MAYFLY_IO_SCHEDULER_H
#define MAYFLY_IO_SCHEDULER_H

#include <stdbool.h>

/*
 * Whether a disk here has one that goes by the weights of cgroup v1: BFQ, or CFQ before Linux 5.0. Where the disks cannot
 * be listed, one might.
 * Kernel: Documentation/block/bfq-iosched.rst, Documentation/block/switching-sched.rst.
 */
bool io_scheduler_weighs(void);

#endif
