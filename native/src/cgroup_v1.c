/*
 * cgroup v1: one tree for each controller, or for several mounted together. Ours stand at the top of what is mounted:
 * nothing needs to be delegated there, and limits of an enclosing cgroup would be charged twice.
 * Kernel: Documentation/admin-guide/cgroup-v1/.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "cgroup_driver.h"
#include "cgroup_files.h"
#include "cgroup_tree.h"
#include "io_scheduler.h"
#include "scope.h"

enum {
	SHARES_DEFAULT = 1024,
	SHARES_MIN = 2,
	/* Together about a tenth of a second, the longest that writing an OOM report to a serial console may take. */
	EVENT_TRIES_MAX = 500,
	EVENT_READS_PER_TRY = 50,
};

static const struct {
	enum controller controller;
	enum kept_file place;
	int flags;
	const char *name;
} kept_files[] = {
	{ CONTROLLER_CPUACCT, KEPT_CPU_USAGE, O_RDONLY, "cpuacct.usage" },
	{ CONTROLLER_CPUACCT, KEPT_CPU_USER, O_RDONLY, "cpuacct.usage_user" },
	{ CONTROLLER_CPUACCT, KEPT_CPU_SYSTEM, O_RDONLY, "cpuacct.usage_sys" },
	{ CONTROLLER_CPU, KEPT_CPU_STAT, O_RDONLY, "cpu.stat" },
	{ CONTROLLER_MEMORY, KEPT_MEMORY_PEAK, O_RDWR, "memory.max_usage_in_bytes" },
	{ CONTROLLER_MEMORY, KEPT_MEMORY_EVENTS, O_RDONLY, "memory.oom_control" },
	{ CONTROLLER_PIDS, KEPT_PIDS_PEAK, O_RDONLY, "pids.peak" },
	{ CONTROLLER_PIDS, KEPT_PIDS_EVENTS, O_RDONLY, "pids.events" },
};

static int directory_of(const struct cgroup *cgroup, enum controller controller)
{
	int slot = home_of(cgroup->base->present, controller);
	return slot < 0 ? -1 : cgroup->directories[slot];
}

static int root_of(const struct cgroup_base *base, enum controller controller)
{
	int slot = home_of(base->present, controller);
	return slot < 0 ? -1 : base->roots[slot];
}

static uint32_t find_missing(const struct cgroup_base *base)
{
	const int memory = root_of(base, CONTROLLER_MEMORY), cpu = root_of(base, CONTROLLER_CPU);
	const int io = root_of(base, CONTROLLER_IO);
	uint32_t missing = 0;
	if (memory < 0)
		missing |= FEATURE_MEMORY;
	if (!file_exists_at(memory, "memory.memsw.limit_in_bytes") && cgroup_host_has_swap())
		missing |= FEATURE_SWAP;
	if (root_of(base, CONTROLLER_PIDS) < 0)
		missing |= FEATURE_PIDS;
	if (root_of(base, CONTROLLER_CPUACCT) < 0 || !file_exists_at(cpu, "cpu.cfs_quota_us"))
		missing |= FEATURE_CPU;
	if ((!file_exists_at(io, "blkio.bfq.weight") && !file_exists_at(io, "blkio.weight")) || !io_scheduler_weighs())
		missing |= FEATURE_IO_WEIGHT;
	return missing;
}

/*
 * A hierarchy that bounds and counts nothing here is left alone: a fifth of what the control groups of a container cost,
 * where no disk has a scheduler that knows weights.
 */
static void leave_useless(struct cgroup_base *base)
{
	const int slot = home_of(base->present, CONTROLLER_IO);

	if (slot < 0 || (base->missing & FEATURE_IO_WEIGHT) == 0)
		return;
	for (int other = 0; other < CONTROLLER_IO; other++) {
		if (home_of(base->present, (enum controller)other) == slot)
			return;
	}
	cgroup_remove_root(base, slot);
	base->present &= ~home_bits(CONTROLLER_IO, slot);
}

/*
 * Not cgroup.procs. To move a process with all its threads, the kernel holds off every fork, exec and exit of the host
 * (cgroup_threadgroup_rwsem), and where nobody has done so for a while, it first waits for a grace period of RCU: some
 * 10 ms. A thread that moves itself needs none of this (cgroup_procs_write_start), and who joins has only one.
 */
static const char members[] = "tasks";

static int open_v1(struct cgroup_base *base, const struct owner *self, struct cgroup_found *found)
{
	base->present = found->homes;
	for (int slot = 0; slot < CGROUP_HIERARCHIES; slot++) {
		if (found->v1[slot] < 0)
			continue;
		tree_sweep(found->v1[slot], self);
		int error = cgroup_make_root(base, slot, found->v1[slot]);
		if (error < 0)
			return error;
	}
	/* Containers inherit it. Where there is no memsw, it keeps their pages off the swap. */
	const int memory = root_of(base, CONTROLLER_MEMORY);
	if (memory >= 0)
		file_write_at(memory, "memory.swappiness", "0");
	base->missing = find_missing(base);
	leave_useless(base);
	return 0;
}

static void close_v1(struct cgroup_base *base)
{
	(void)base;
}

/* An eventfd that the kernel writes to when the cgroup runs out of memory, and when it is removed. */
static int watch_memory(const struct cgroup *cgroup)
{
	char request[32];
	AUTO_CLOSE int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (event < 0)
		return -errno;
	snprintf(request, sizeof request, "%d %d", event, cgroup->files[KEPT_MEMORY_EVENTS]);
	int error = file_write_at(directory_of(cgroup, CONTROLLER_MEMORY), "cgroup.event_control", request);
	return error < 0 ? error : steal_fd(&event);
}

static int open_files_v1(struct cgroup *cgroup)
{
	for (size_t i = 0; i < sizeof kept_files / sizeof kept_files[0]; i++)
		cgroup->files[kept_files[i].place] = cgroup_keep(directory_of(cgroup, kept_files[i].controller),
			kept_files[i].name, kept_files[i].flags);
	if (cgroup->files[KEPT_PIDS_PEAK] < 0)
		cgroup->files[KEPT_PIDS_CURRENT] =
			cgroup_keep(directory_of(cgroup, CONTROLLER_PIDS), "pids.current", O_RDONLY);
	if (cgroup->files[KEPT_MEMORY_EVENTS] < 0)
		return 0;
	int event = watch_memory(cgroup);
	/* Kernels with PREEMPT_RT have no such event: there the end of the run is when it is noticed. */
	cgroup->event = event < 0 ? -1 : event;
	return 0;
}

/* memsw may never be less than the limit on memory alone, whichever way the two go. */
static int write_memory(int directory, uint64_t old, uint64_t new)
{
	static const char *const names[] = { "memory.limit_in_bytes", "memory.memsw.limit_in_bytes" };
	const bool swap = file_exists_at(directory, names[1]);
	const int first = new > old && swap ? 1 : 0;
	int error = file_write_number_at(directory, names[first], new);
	return error < 0 || !swap ? error : file_write_number_at(directory, names[1 - first], new);
}

static int write_cpu(int directory, const struct limits *old, const struct limits *new)
{
	int error = 0;
	if (old == NULL || cgroup_cpu_quota_us(old->cpus) != cgroup_cpu_quota_us(new->cpus))
		error = file_write_number_at(directory, "cpu.cfs_quota_us", cgroup_cpu_quota_us(new->cpus));
	if (error < 0 || (old != NULL && old->cpu_weight == new->cpu_weight))
		return error;
	const uint64_t shares = SHARES_DEFAULT * new->cpu_weight / 100;
	return file_write_number_at(directory, "cpu.shares", shares < SHARES_MIN ? SHARES_MIN : shares);
}

/*
 * 100 is everywhere the weight of a cgroup that was told nothing, as in v2's io.weight; but CFQ's blkio.weight (kernels
 * before 5.0) has 500 in the middle of its 10 to 1000.
 */
static int write_io(int directory, uint64_t weight)
{
	if (file_exists_at(directory, "blkio.bfq.weight"))
		return file_write_number_at(directory, "blkio.bfq.weight", weight);
	if (!file_exists_at(directory, "blkio.weight"))
		return 0;
	return file_write_number_at(directory, "blkio.weight", weight > 200 ? 1000 : 5 * weight);
}

static int write_limits_v1(const struct cgroup *cgroup, const struct limits *old, const struct limits *new)
{
	const int memory = directory_of(cgroup, CONTROLLER_MEMORY), pids = directory_of(cgroup, CONTROLLER_PIDS);
	const int cpu = directory_of(cgroup, CONTROLLER_CPU), io = directory_of(cgroup, CONTROLLER_IO);
	const uint32_t missing = cgroup->base->missing;
	int error = 0;
	if (memory >= 0 && (old == NULL || old->memory_bytes != new->memory_bytes))
		error = write_memory(memory, old == NULL ? UINT64_MAX : old->memory_bytes, new->memory_bytes);
	if (error == 0 && pids >= 0 && (old == NULL || old->process_count != new->process_count))
		error = file_write_number_at(pids, "pids.max", new->process_count);
	if (error == 0 && (missing & FEATURE_CPU) == 0)
		error = write_cpu(cpu, old, new);
	if (error == 0 && io >= 0 && (old == NULL || old->io_weight != new->io_weight))
		error = write_io(io, new->io_weight);
	return error;
}

static bool reset_peaks_v1(const struct cgroup *cgroup)
{
	/* Fails only where the file is missing, which cgroup_bound_peaks makes up for. */
	return pwrite(cgroup->files[KEPT_MEMORY_PEAK], "0", 1, 0) == 1;
}

static int read_cpu_ns_v1(const struct cgroup *cgroup, uint64_t *out)
{
	return cgroup_kept_number(cgroup, KEPT_CPU_USAGE, out);
}

static int read_v1(const struct cgroup *cgroup, struct cgroup_counters *out)
{
	int error = read_cpu_ns_v1(cgroup, &out->cpu_ns);
	if (error == 0)
		error = cgroup_kept_number(cgroup, KEPT_CPU_USER, &out->user_ns);
	if (error == 0)
		error = cgroup_kept_number(cgroup, KEPT_CPU_SYSTEM, &out->system_ns);
	if (error == 0)
		error = cgroup_kept_value(cgroup, KEPT_CPU_STAT, "throttled_time", &out->throttled_ns);
	if (error == 0)
		error = cgroup_kept_number(cgroup, KEPT_MEMORY_PEAK, &out->memory_peak_bytes);
	if (error == 0)
		error = cgroup_kept_value(cgroup, KEPT_MEMORY_EVENTS, "oom_kill", &out->oom_kill_count);
	if (error == 0)
		error = cgroup_kept_number(cgroup, KEPT_PIDS_PEAK, &out->process_peak_count);
	if (error == 0)
		error = cgroup_kept_value(cgroup, KEPT_PIDS_EVENTS, "max", &out->process_max_count);
	return error;
}

/*
 * The kernel notifies before it kills and counts after. Killing the rest in between would leave the count at 0 (a task
 * that is dying already is not counted), and with it the evidence: so the count is waited for, a little at a time.
 */
static int take_event_v1(struct cgroup *cgroup)
{
	uint64_t count;
	(void)!read(cgroup->event, &count, sizeof count);
	for (int i = 0; i < EVENT_READS_PER_TRY; i++) {
		int seen = cgroup_oom_kill_seen(cgroup);
		if (seen != 0)
			return seen;
		sched_yield();
	}
	if (++cgroup->event_tries % EVENT_TRIES_MAX == 0)
		return 0;
	count = 1;
	return write(cgroup->event, &count, sizeof count) < 0 ? -errno : 0;
}

/* The kernel notifies the cgroup whose limit it was, and all below it, but none above (mem_cgroup_oom_notify). */
static int was_short_above_v1(const struct cgroup *cgroup, const struct cgroup *above)
{
	uint64_t count = 0;
	(void)cgroup;
	return above->event >= 0 && read(above->event, &count, sizeof count) == (ssize_t)sizeof count && count > 0;
}

const struct cgroup_driver cgroup_v1_driver = {
	.version = 1,
	.members = members,
	.epoll_events = EPOLLIN,
	.open = open_v1,
	.close = close_v1,
	.open_files = open_files_v1,
	.write_limits = write_limits_v1,
	.reset_peaks = reset_peaks_v1,
	.read_cpu_ns = read_cpu_ns_v1,
	.read = read_v1,
	.take_event = take_event_v1,
	.was_short_above = was_short_above_v1,
};
