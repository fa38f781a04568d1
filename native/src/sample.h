/* What the container's processes use, looked up in /proc: in place of cgroups, where a caller does without them. */
#ifndef MAYFLY_SAMPLE_H
#define MAYFLY_SAMPLE_H

#include "inside.h"

enum { SAMPLE_MS = 20 };

/*
 * Fills in the CPU time of all processes so far, and the resident memory and the number of threads of those that live,
 * init left out. A page that several share counts for each of them; CPU time comes in ticks of 10 ms. 0 or -errno.
 */
int sample_take(struct init_record *record);

#endif
