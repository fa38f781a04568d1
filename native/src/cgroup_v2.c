/*
 * cgroup v2: one tree. Ours stands in the cgroup we were started in, which somebody gave to us; see cgroup_callers.h.
 * Kernel: Documentation/admin-guide/cgroup-v2.rst.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup_callers.h"
#include "cgroup_driver.h"
#include "cgroup_files.h"
#include "cgroup_tree.h"
#include "scope.h"

enum {
	SLOT = 0,                       /* the only hierarchy */
	OPEN_TRIES = 8,                 /* against sandboxes that open and close at the same time */
	NS_PER_US = 1000,
};

static const struct {
	enum kept_file place;
	int flags;
	const char *name;
} kept_files[] = {
	{ KEPT_CPU_STAT, O_RDONLY, "cpu.stat" },
	{ KEPT_MEMORY_PEAK, O_RDWR, "memory.peak" },
	{ KEPT_MEMORY_EVENTS, O_RDONLY, "memory.events" },
	{ KEPT_PIDS_PEAK, O_RDONLY, "pids.peak" },
	{ KEPT_PIDS_EVENTS, O_RDONLY, "pids.events" },
};

static uint32_t find_missing(int root)
{
	uint32_t missing = 0;
	if (!file_exists_at(root, "memory.max"))
		missing |= FEATURE_MEMORY;
	if (!file_exists_at(root, "memory.swap.max") && cgroup_host_has_swap())
		missing |= FEATURE_SWAP;
	if (!file_exists_at(root, "pids.max"))
		missing |= FEATURE_PIDS;
	if (!file_exists_at(root, "cpu.max"))
		missing |= FEATURE_CPU;
	if (!file_exists_at(root, "io.weight") && !file_exists_at(root, "io.bfq.weight"))
		missing |= FEATURE_IO_WEIGHT;
	return missing;
}

/* -EBUSY and -ENOENT: a sandbox that closed meanwhile took the controllers away. */
static int try_to_open(struct cgroup_base *base, int parent)
{
	int error = v2_prepare_parent(parent);
	if (error == 0)
		error = cgroup_make_root(base, SLOT, parent);
	if (error < 0)
		return error;
	/* All that the parent could give: -ENOENT if one was taken away since. */
	error = v2_enable(base->roots[SLOT], v2_read_controllers(parent, "cgroup.controllers"));
	if (error < 0) {
		tree_remove(parent, base->name);
		close_fd(&base->roots[SLOT]);
		close_fd(&base->parents[SLOT]);
	}
	return error;
}

static void restore_locked(int parent)
{
	tree_wait_for_lock(parent);
	v2_restore_parent(parent);
	tree_unlock(parent);
}

static int open_v2(struct cgroup_base *base, const struct owner *self, struct cgroup_found *found)
{
	AUTO_CLOSE int parent = v2_open_parent(found->v2, found->v2_path);
	if (parent < 0)
		return parent;
	tree_sweep(parent, self);
	/* Where a sandbox that found its own cgroup wanting may have stood. */
	tree_sweep(found->v2, self);
	int error = -EBUSY;
	/* One that closes restores the parent as soon as it sees no other's directory: not between our two steps. */
	tree_wait_for_lock(parent);
	for (int i = 0; i < OPEN_TRIES && (error == -EBUSY || error == -ENOENT); i++)
		error = try_to_open(base, parent);
	tree_unlock(parent);
	if (error < 0) {
		restore_locked(parent);
		return error;
	}
	/* Holds for everything below. */
	const int root = base->roots[SLOT];
	if (file_exists_at(root, "memory.swap.max"))
		error = file_write_at(root, "memory.swap.max", "0");
	base->missing = find_missing(root);
	return error;
}

static void close_v2(struct cgroup_base *base)
{
	if (base->parents[SLOT] >= 0)
		restore_locked(base->parents[SLOT]);
}

static int open_files_v2(struct cgroup *cgroup)
{
	const int directory = cgroup->directories[SLOT];
	for (size_t i = 0; i < sizeof kept_files / sizeof kept_files[0]; i++)
		cgroup->files[kept_files[i].place] =
			cgroup_keep(directory, kept_files[i].name, kept_files[i].flags);
	/* Before 6.12 it is read-only, which the owner of a delegated directory is held to. */
	if (cgroup->files[KEPT_MEMORY_PEAK] < 0)
		cgroup->files[KEPT_MEMORY_PEAK] = cgroup_keep(directory, "memory.peak", O_RDONLY);
	if (cgroup->files[KEPT_MEMORY_PEAK] < 0)
		cgroup->files[KEPT_MEMORY_CURRENT] = cgroup_keep(directory, "memory.current", O_RDONLY);
	if (cgroup->files[KEPT_PIDS_PEAK] < 0)
		cgroup->files[KEPT_PIDS_CURRENT] = cgroup_keep(directory, "pids.current", O_RDONLY);
	/* A second opening of memory.events: reading one rearms it, and the counters are read at other times too. */
	cgroup->event = cgroup_keep(directory, "memory.events", O_RDONLY);
	return cgroup->event < 0 ? 0 : cgroup->base->driver->take_event(cgroup);
}

static int write_cpu(int directory, const struct limits *old, const struct limits *new)
{
	int error = 0;
	if (old == NULL || cgroup_cpu_quota_us(old->cpus) != cgroup_cpu_quota_us(new->cpus)) {
		char text[64];
		snprintf(text, sizeof text, "%" PRIu64 " %d", cgroup_cpu_quota_us(new->cpus), CPU_PERIOD_US);
		error = file_write_at(directory, "cpu.max", text);
	}
	if (error < 0 || (old != NULL && old->cpu_weight == new->cpu_weight))
		return error;
	return file_write_number_at(directory, "cpu.weight", new->cpu_weight);
}

/* Both have 100 for a cgroup that was told nothing. Which one rules depends on the disk's scheduler, so both are set. */
static int write_io(int directory, uint64_t weight)
{
	int error = 0;
	if (file_exists_at(directory, "io.weight"))
		error = file_write_number_at(directory, "io.weight", weight);
	if (error == 0 && file_exists_at(directory, "io.bfq.weight"))
		error = file_write_number_at(directory, "io.bfq.weight", weight);
	return error;
}

static int write_memory(int directory, const struct limits *old, const struct limits *new)
{
	int error = file_write_number_at(directory, "memory.max", new->memory_bytes);
	return error < 0 || old != NULL ? error : file_write_at(directory, "memory.oom.group", "1");
}

static int write_limits_v2(const struct cgroup *cgroup, const struct limits *old, const struct limits *new)
{
	const int directory = cgroup->directories[SLOT];
	const uint32_t missing = cgroup->base->missing;
	int error = 0;
	if ((missing & FEATURE_MEMORY) == 0 && (old == NULL || old->memory_bytes != new->memory_bytes))
		error = write_memory(directory, old, new);
	if (error == 0 && (missing & FEATURE_PIDS) == 0 && (old == NULL || old->process_count != new->process_count))
		error = file_write_number_at(directory, "pids.max", new->process_count);
	if (error == 0 && (missing & FEATURE_CPU) == 0)
		error = write_cpu(directory, old, new);
	if (error == 0 && (missing & FEATURE_IO_WEIGHT) == 0 && (old == NULL || old->io_weight != new->io_weight))
		error = write_io(directory, new->io_weight);
	return error;
}

static bool reset_peaks_v2(const struct cgroup *cgroup)
{
	/* Since 6.12, and only for what is read through this descriptor. Elsewhere the peak is that of the whole life. */
	return pwrite(cgroup->files[KEPT_MEMORY_PEAK], "0", 1, 0) == 1;
}

static uint64_t microseconds(const char *text, const char *key)
{
	uint64_t value = 0;
	parse_value(text, key, &value);
	return value * NS_PER_US;
}

static int read_cpu_v2(const struct cgroup *cgroup, struct cgroup_counters *out)
{
	char text[FILE_TEXT_BYTES] = "";
	if (cgroup->files[KEPT_CPU_STAT] >= 0) {
		int length = file_read(cgroup->files[KEPT_CPU_STAT], text, sizeof text);
		if (length < 0)
			return length;
	}
	out->cpu_ns = microseconds(text, "usage_usec");
	out->user_ns = microseconds(text, "user_usec");
	out->system_ns = microseconds(text, "system_usec");
	out->throttled_ns = microseconds(text, "throttled_usec");
	return 0;
}

static int read_cpu_ns_v2(const struct cgroup *cgroup, uint64_t *out)
{
	struct cgroup_counters counters;
	int error = read_cpu_v2(cgroup, &counters);
	if (error == 0)
		*out = counters.cpu_ns;
	return error;
}

static int read_v2(const struct cgroup *cgroup, struct cgroup_counters *out)
{
	int error = read_cpu_v2(cgroup, out);
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

/* The file is ready again when it changed after it was last read: kernfs_generic_poll(). */
static int take_event_v2(struct cgroup *cgroup)
{
	uint64_t count = 0;
	int error = file_read_value(cgroup->event, "oom_kill", &count);
	return error < 0 ? error : count > cgroup->baseline.oom_kill_count;
}

/* That line of memory.events is counted where the limit is, and above, but not below (cgroup-v2.rst). */
static int was_short_above_v2(const struct cgroup *cgroup, const struct cgroup *above)
{
	uint64_t count = 0;
	int error = cgroup_kept_value(cgroup, KEPT_MEMORY_EVENTS, "oom", &count);
	(void)above;
	return error < 0 ? error : count == 0;
}

/* Who is there already: cgroup-v2.rst, "No Internal Process Constraint". */
#define V2_PART "own"

/*
 * A kill for memory is that of one part, and never of all: each part says for itself that it goes as a whole. What the
 * root was given, and this one therefore may give on, need not be all that the kernel has.
 */
static int divide_v2(const struct cgroup *cgroup)
{
	const int directory = cgroup->directories[SLOT];
	AUTO_CLOSE int part = -1;
	int error = mkdirat(directory, V2_PART, 0755) < 0 ? -errno : 0;
	if (error == 0)
		part = file_open(directory, V2_PART, O_RDONLY | O_DIRECTORY);
	if (error < 0 || part < 0)
		return error < 0 ? error : part;
	error = v2_move_processes(directory, part);
	if (error == 0)
		error = v2_enable(directory, v2_read_controllers(directory, "cgroup.controllers"));
	if (error == 0 && (cgroup->base->missing & FEATURE_MEMORY) == 0)
		error = file_write_at(directory, "memory.oom.group", "0");
	return error;
}

const struct cgroup_driver cgroup_v2_driver = {
	.version = 2,
	.members = "cgroup.procs",
	.epoll_events = EPOLLPRI,
	.open = open_v2,
	.close = close_v2,
	.open_files = open_files_v2,
	.write_limits = write_limits_v2,
	.reset_peaks = reset_peaks_v2,
	.read_cpu_ns = read_cpu_ns_v2,
	.read = read_v2,
	.take_event = take_event_v2,
	.was_short_above = was_short_above_v2,
	.divide = divide_v2,
	.part = V2_PART,
};
