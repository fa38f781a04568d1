/* How guests end, with their host or before it. */
#define _GNU_SOURCE
#include <errno.h>

#include "clock.h"
#include "counting.h"
#include "guests.h"

void guest_left(struct supervisor *s, struct container *guest)
{
	struct container *host = guest->host;

	guest_forget_waiting(guest);
	if (host != NULL && host->state == CONTAINER_ENDING && host->run.violations_left == 0 && !guests_are_in(s, host))
		run_order_end(s, host);
}

bool guests_are_in(const struct supervisor *s, const struct container *host)
{
	for (uint32_t i = 0; i < s->guests_used; i++) {
		if (guest_at(s, i)->host == host && guest_lives(guest_at(s, i)))
			return true;
	}
	return false;
}

/* How much the host used of what it is ended for. */
static double measured(const struct container *host, enum ended_by reason)
{
	const uint64_t now_ns = monotonic_ns();
	uint64_t cpu_ns = 0;

	switch (reason) {
	case END_MEMORY:
		return (double)host->run.sampled.memory_peak_bytes;
	case END_CPU_TIME:
		(void)counting_cpu_ns(host, &cpu_ns);
		return (double)cpu_ns / NS_PER_MS;
	case END_IDLE_TIME:
		return (double)(now_ns - host->run.active_ns) / NS_PER_MS;
	case END_WALL_TIME:
		return (double)(now_ns - host->run.started_ns) / NS_PER_MS;
	case END_COMMAND:
	case END_OUTPUT:
	case END_KILLED:
	case END_LOST:
		break;
	}
	return 0;
}

static void kill_one(struct supervisor *s, struct container *guest, enum ended_by reason)
{
	const bool runs = guest->state != CONTAINER_ENDING && guest->state != CONTAINER_COLLECTING;

	if (runs && reason != END_KILLED) {
		guest->run.by_host = true;
		guest->run.host_measured = measured(guest->host, reason);
	}
	run_kill(s, guest, reason);
}

void guests_kill(struct supervisor *s, struct container *host, enum ended_by reason)
{
	const enum ended_by its_reason = reason == END_COMMAND ? END_KILLED : reason;

	for (uint32_t i = 0; i < s->guests_used; i++) {
		struct container *guest = guest_at(s, i);

		if (guest->host != host || !guest_lives(guest))
			continue;
		/* that Node does not hear of it shows when it is next spoken to */
		if (guest->state == CONTAINER_MAKING)
			(void)guest_cancel(s, guest, its_reason, measured(host, its_reason));
		else
			kill_one(s, guest, its_reason);
	}
}

void guest_blame(struct container *guest)
{
	struct container *host = guest->host;
	struct cgroup_counters used;
	const bool ended_so = guest->run.ended_by == END_MEMORY || guest->run.ended_by == END_COMMAND;

	if (host == NULL || !guest->has_cgroup || guest->run.by_host || !ended_so)
		return;
	if (counting_read(guest, &used) < 0 || (used.oom_kill_count == 0 && guest->run.ended_by != END_MEMORY))
		return;
	if (cgroup_was_short_above(&guest->cgroup, &host->cgroup) != 1 || counting_read(host, &used) < 0)
		return;
	guest->run.by_host = true;
	guest->run.host_measured = (double)used.memory_peak_bytes;
}

/* Those that are being made are told as never started; a supervisor that ends tells nothing. */
static void lose(struct supervisor *s, struct container *guest)
{
	if (s->closing)
		container_remove(s, guest);
	else if (guest->state == CONTAINER_MAKING)
		(void)guest_failed(s, guest, STEP_GUEST, -ESRCH);
	else
		(void)run_lost(s, guest);
}

void guests_leave(struct supervisor *s, struct container *host)
{
	for (uint32_t i = 0; i < s->guests_used; i++) {
		if (guest_at(s, i)->host == host && guest_lives(guest_at(s, i)))
			lose(s, guest_at(s, i));
	}
}

void guests_are_dead(struct supervisor *s, struct container *host)
{
	for (uint32_t i = 0; i < s->guests_used; i++) {
		struct container *guest = guest_at(s, i);

		if (guest->host != host)
			continue;
		guest->host = NULL;
		if (guest->state != CONTAINER_REMOVING || guest->pidfd < 0)
			continue;
		loop_close(s, &guest->pidfd);
		container_retry(s, guest);
	}
}
