/* What a run used: by its cgroup, or where there is none by init's samples. */
#ifndef MAYFLY_COUNTING_H
#define MAYFLY_COUNTING_H

#include "supervisor.h"

/* It is ready: what stands in its counters is not the run's. */
int counting_prepare(struct container *c);
/* From now on. `placed`: files were, and they filled the memory's counters. */
int counting_start(struct container *c, bool placed);
int counting_cpu_ns(const struct container *c, uint64_t *out);
int counting_read(const struct container *c, struct cgroup_counters *out);
/* INIT_SAMPLE: what it shows may end the run. */
void counting_take_sample(struct supervisor *s, struct container *c, const struct init_record *sample);

#endif
