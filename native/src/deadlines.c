/* Wall, CPU and idle time of runs, and our own patience, on one timer. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "clock.h"
#include "counting.h"
#include "supervisor.h"

enum {
	/* a cgroup's quota is refilled this often: within two of these the command may burn all of it at once */
	QUOTA_PERIOD_NS = 100 * NS_PER_MS,
	/* no shorter wait between two looks at a clock */
	LOOK_NS = NS_PER_MS,
	IDLE_LOOKS = 16,
};

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

void deadlines_note(struct supervisor *s, uint64_t due_ns)
{
	struct itimerspec when = { 0 };

	if (s->timer_ns != 0 && s->timer_ns <= due_ns)
		return;
	s->timer_ns = due_ns;
	when.it_value.tv_sec = (time_t)(due_ns / 1000000000U);
	when.it_value.tv_nsec = (long)(due_ns % 1000000000U);
	(void)timerfd_settime(s->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

/* 292 years. What is further away is never due. */
static const double LONGEST_WAIT_NS = (double)INT64_MAX;

/* The time in which so much CPU time cannot be used up, whatever the command does: no look before that is of use. */
static uint64_t cpu_wait_ns(const struct supervisor *s, const struct limits *limits, uint64_t left_ns)
{
	const double burst = 2.0 * QUOTA_PERIOD_NS * limits->cpus;
	const uint64_t most_at_once = smaller(s->online_cpus, limits->process_count);

	if ((double)left_ns > 2.0 * burst) {
		const double wait_ns = ((double)left_ns - burst) / limits->cpus;

		if (!(wait_ns < LONGEST_WAIT_NS))
			return UINT64_MAX;
		return wait_ns > LOOK_NS ? (uint64_t)wait_ns : LOOK_NS;
	}
	return larger(LOOK_NS, left_ns / larger(1, most_at_once));
}

uint64_t deadlines_command_start(const struct container *c, uint64_t now_ns)
{
	const uint64_t said = c->shared == NULL ? 0 : atomic_load(&c->shared->started_ns);

	return said >= c->run.started_ns && said <= now_ns ? said : c->run.started_ns;
}

static uint64_t wall_deadline(const struct container *c, uint64_t now_ns)
{
	return after_ms(deadlines_command_start(c, now_ns), c->run.limits.wall_time_ms);
}

int deadlines_start(struct supervisor *s, struct container *c)
{
	struct run *run = &c->run;
	int error = counting_start(c, run->renewed || run_waits(c));

	/* uncounted it must not run; others may */
	if (error < 0)
		return run_give_up(s, c);
	run->started_ns = monotonic_ns();
	run->active_ns = run->started_ns;
	run->check_cpu_ns =
		after_ns(run->started_ns, cpu_wait_ns(s, &run->limits, after_ms(0, run->limits.cpu_time_ms)));
	run->check_idle_ns = UINT64_MAX;
	if (run->limits.idle_time_ms < run->limits.wall_time_ms)
		run->check_idle_ns = after_ns(run->started_ns, larger(LOOK_NS, after_ms(0, run->limits.idle_time_ms) / IDLE_LOOKS));
	deadlines_note(s, smaller(after_ms(run->started_ns, run->limits.wall_time_ms),
	                          smaller(run->check_cpu_ns, run->check_idle_ns)));
	return 0;
}

static void check_cpu(struct supervisor *s, struct container *c, uint64_t now_ns)
{
	const uint64_t limit = after_ms(0, c->run.limits.cpu_time_ms);
	uint64_t used = 0;

	if (counting_cpu_ns(c, &used) < 0)
		used = 0;
	if (used >= limit)
		run_kill(s, c, END_CPU_TIME);
	else
		c->run.check_cpu_ns = after_ns(now_ns, cpu_wait_ns(s, &c->run.limits, limit - used));
}

/* Looks several times within the limit, so that the last activity is known to a fraction of it. */
static void check_idle(struct supervisor *s, struct container *c, uint64_t now_ns)
{
	struct run *run = &c->run;
	const uint64_t limit = after_ms(0, run->limits.idle_time_ms);
	uint64_t used = 0;

	if (counting_cpu_ns(c, &used) < 0 || used > run->active_cpu_ns) {
		run->active_cpu_ns = used;
		run->active_ns = now_ns;
	}
	if (now_ns - run->active_ns >= limit)
		run_kill(s, c, END_IDLE_TIME);
	else
		run->check_idle_ns = smaller(after_ns(run->active_ns, limit), after_ns(now_ns, larger(LOOK_NS, limit / IDLE_LOOKS)));
}

static void check_running(struct supervisor *s, struct container *c, uint64_t now_ns)
{
	if (c->state == CONTAINER_RUNNING && now_ns >= c->run.check_cpu_ns)
		check_cpu(s, c, now_ns);
	if (c->state == CONTAINER_RUNNING && now_ns >= c->run.check_idle_ns)
		check_idle(s, c, now_ns);
	if (c->state == CONTAINER_RUNNING && now_ns >= wall_deadline(c, now_ns))
		run_kill(s, c, END_WALL_TIME);
}

static int check(struct supervisor *s, struct container *c, uint64_t now_ns)
{
	check_running(s, c, now_ns);
	if (c->state == CONTAINER_REMOVING && c->retry_ns != 0 && now_ns >= c->retry_ns)
		container_retry(s, c);
	if (c->run.give_up_ns != 0 && now_ns >= c->run.give_up_ns && c->state != CONTAINER_REMOVING)
		return run_give_up(s, c);
	return 0;
}

/* What is due next for this container; UINT64_MAX: nothing. */
static uint64_t next_due(const struct container *c, uint64_t now_ns)
{
	uint64_t due = UINT64_MAX;

	if (c->state == CONTAINER_RUNNING)
		due = smaller(smaller(c->run.check_cpu_ns, c->run.check_idle_ns), wall_deadline(c, now_ns));
	if (c->state == CONTAINER_REMOVING && c->retry_ns != 0)
		due = smaller(due, c->retry_ns);
	if (c->run.give_up_ns != 0 && c->state != CONTAINER_REMOVING && c->state != CONTAINER_FREE)
		due = smaller(due, c->run.give_up_ns);
	return due;
}

int deadlines_check(struct supervisor *s)
{
	const uint64_t now_ns = monotonic_ns();
	uint64_t due = s->closing ? s->give_up_ns : UINT64_MAX;
	uint64_t ignored;

	(void)read(s->timer, &ignored, sizeof ignored);
	s->timer_ns = 0;
	for (uint32_t i = 0; i < containers_used(s); i++) {
		int error = check(s, container_at(s, i), now_ns);

		if (error < 0)
			return error;
	}
	for (uint32_t i = 0; i < containers_used(s); i++)
		due = smaller(due, next_due(container_at(s, i), now_ns));
	if (due != UINT64_MAX)
		deadlines_note(s, due);
	return 0;
}
