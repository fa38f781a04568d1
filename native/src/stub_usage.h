/* What the stub itself uses, which is not the command's. */
#ifndef MAYFLY_STUB_USAGE_H
#define MAYFLY_STUB_USAGE_H

#include <stdint.h>

#include "inside.h"

/* CPU time of this process. Asking brings the counts of its cgroup up to date too. */
uint64_t stub_cpu_ns(void);
/* Right before exec: what was used so far. */
void stub_note_usage(struct shared *shared);

#endif
