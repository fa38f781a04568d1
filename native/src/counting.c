#define _GNU_SOURCE
#include "counting.h"

#include <stdatomic.h>

#include "clock.h"

int counting_prepare(struct container *c)
{
	return c->has_cgroup ? cgroup_start_counting(&c->cgroup) : 0;
}

int counting_start(struct container *c, bool placed)
{
	if (!c->has_cgroup)
		return container_order(c, ORDER_SAMPLE, 0, 0);
	return placed ? cgroup_start_counting(&c->cgroup) : 0;
}

/*
 * What stood in the counter when the container was ready, and what the stub used between its request and exec, which
 * only it could measure: no more than the time that passed.
 */
static uint64_t used_by_stub(const struct container *c)
{
	const uint64_t before = c->cgroup.baseline.cpu_ns;
	const uint64_t executed_ns = c->shared == NULL ? 0 : atomic_load(&c->shared->started_ns);
	uint64_t passed_ns;

	if (c->run.renewed || executed_ns <= c->run.handed_out_ns)
		return before;
	passed_ns = executed_ns - c->run.handed_out_ns;
	return before + (c->shared->cpu_ns < passed_ns ? c->shared->cpu_ns : passed_ns);
}

int counting_cpu_ns(const struct container *c, uint64_t *out)
{
	if (c->has_cgroup)
		return cgroup_read_cpu_ns(&c->cgroup, used_by_stub(c), out);
	*out = c->run.sampled.cpu_ns;
	return 0;
}

int counting_read(const struct container *c, struct cgroup_counters *out)
{
	if (c->has_cgroup)
		return cgroup_read(&c->cgroup, used_by_stub(c), out);
	*out = c->run.sampled;
	return 0;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

void counting_take_sample(struct supervisor *s, struct container *c, const struct init_record *sample)
{
	struct cgroup_counters *so_far = &c->run.sampled;
	const struct limits *limits = &c->run.limits;

	if (c->has_cgroup)
		return;
	so_far->cpu_ns = larger(so_far->cpu_ns, sample->cpu_ns);
	so_far->user_ns = so_far->cpu_ns;
	so_far->memory_peak_bytes = larger(so_far->memory_peak_bytes, sample->memory_bytes);
	so_far->process_peak_count = larger(so_far->process_peak_count, sample->process_count);
	/* RLIMIT_NPROC refuses the next one; that it did is not counted anywhere */
	if (sample->process_count >= limits->process_count)
		so_far->process_max_count++;
	if (sample->memory_bytes > limits->memory_bytes)
		run_kill(s, c, END_MEMORY);
	else if (sample->cpu_ns >= after_ms(0, limits->cpu_time_ms))
		run_kill(s, c, END_CPU_TIME);
}
