/* What a run used: the kernel's counters, less what stood there when it began. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cgroup_driver.h"
#include "cgroup_files.h"

int cgroup_start_counting(struct cgroup *cgroup)
{
	const struct cgroup_driver *driver = cgroup->base->driver;
	struct cgroup_counters now = { 0 };
	cgroup->peaks_reset = driver->reset_peaks(cgroup);
	int error = driver->read(cgroup, &now);
	if (error == 0)
		cgroup->baseline = now;
	return error;
}

static uint64_t since(uint64_t now, uint64_t then)
{
	return now > then ? now - then : 0;
}

int cgroup_read_cpu_ns(const struct cgroup *cgroup, uint64_t before_ns, uint64_t *out)
{
	uint64_t now = 0;
	int error = cgroup->base->driver->read_cpu_ns(cgroup, &now);
	if (error == 0)
		*out = since(now, before_ns);
	return error;
}

/*
 * On v1, user and system time are counted in whole ticks, the total to the nanosecond: the total is right, their
 * proportion is the best guess there is. The kernel does the same for times(2), cputime_adjust().
 */
static void split_cpu(struct cgroup_counters *counters)
{
	uint64_t ticks = counters->user_ns + counters->system_ns;
	if (ticks == 0) {
		counters->user_ns = counters->cpu_ns;
		return;
	}
	double user = (double)counters->cpu_ns * ((double)counters->user_ns / (double)ticks);
	counters->user_ns = user >= (double)counters->cpu_ns ? counters->cpu_ns : (uint64_t)user;
	counters->system_ns = counters->cpu_ns - counters->user_ns;
}

int cgroup_read(const struct cgroup *cgroup, uint64_t before_ns, struct cgroup_counters *out)
{
	const struct cgroup_counters *then = &cgroup->baseline;
	struct cgroup_counters now = { 0 };
	int error = cgroup->base->driver->read(cgroup, &now);
	if (error < 0)
		return error;
	now.cpu_ns = since(now.cpu_ns, before_ns);
	now.user_ns = since(now.user_ns, then->user_ns);
	now.system_ns = since(now.system_ns, then->system_ns);
	now.throttled_ns = since(now.throttled_ns, then->throttled_ns);
	now.oom_kill_count = since(now.oom_kill_count, then->oom_kill_count);
	now.process_max_count = since(now.process_max_count, then->process_max_count);
	split_cpu(&now);
	error = cgroup_bound_peaks(cgroup, &now);
	if (error == 0)
		*out = now;
	return error;
}

int cgroup_event(const struct cgroup *cgroup, uint32_t *epoll_events)
{
	*epoll_events = cgroup->base->driver->epoll_events;
	return cgroup->event;
}

int cgroup_take_event(struct cgroup *cgroup)
{
	return cgroup->base->driver->take_event(cgroup);
}

int cgroup_was_short_above(const struct cgroup *cgroup, const struct cgroup *above)
{
	return cgroup->base->driver->was_short_above(cgroup, above);
}

int cgroup_oom_kill_seen(const struct cgroup *cgroup)
{
	uint64_t count;
	int error = cgroup_kept_value(cgroup, KEPT_MEMORY_EVENTS, "oom_kill", &count);
	return error < 0 ? error : count > cgroup->baseline.oom_kill_count;
}

int cgroup_keep(int directory, const char *name, int flags)
{
	int fd = directory < 0 ? -1 : file_open(directory, name, flags);
	return fd < 0 ? -1 : fd;
}

int cgroup_kept_number(const struct cgroup *cgroup, enum kept_file file, uint64_t *out)
{
	*out = 0;
	return cgroup->files[file] < 0 ? 0 : file_read_number(cgroup->files[file], out);
}

int cgroup_kept_value(const struct cgroup *cgroup, enum kept_file file, const char *key, uint64_t *out)
{
	*out = 0;
	int error = cgroup->files[file] < 0 ? 0 : file_read_value(cgroup->files[file], key, out);
	return error == -ENODATA ? 0 : error;
}

int cgroup_bound_peaks(const struct cgroup *cgroup, struct cgroup_counters *counters)
{
	int error = 0;
	if (cgroup->files[KEPT_PIDS_PEAK] < 0) {
		if (counters->process_max_count > 0)
			counters->process_peak_count = cgroup->limits.process_count;
		else
			error = cgroup_kept_number(cgroup, KEPT_PIDS_CURRENT, &counters->process_peak_count);
	}
	if (error == 0 && cgroup->files[KEPT_MEMORY_PEAK] < 0) {
		if (counters->oom_kill_count > 0)
			counters->memory_peak_bytes = cgroup->limits.memory_bytes;
		else
			error = cgroup_kept_number(cgroup, KEPT_MEMORY_CURRENT, &counters->memory_peak_bytes);
	}
	return error;
}
