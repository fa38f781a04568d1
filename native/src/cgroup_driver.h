/* What differs between the cgroup versions. cgroup.c holds what does not. */
#ifndef MAYFLY_CGROUP_DRIVER_H
#define MAYFLY_CGROUP_DRIVER_H

#include "cgroup.h"
#include "cgroup_find.h"
#include "cgroup_owner.h"

/* Places in cgroup.files. Not every version uses every one; -1 where the host lacks the file too. */
enum kept_file {
	KEPT_CPU_USAGE,
	KEPT_CPU_USER,
	KEPT_CPU_SYSTEM,
	KEPT_CPU_STAT,
	KEPT_MEMORY_PEAK,
	KEPT_MEMORY_CURRENT,            /* where there is no peak */
	KEPT_MEMORY_EVENTS,
	KEPT_PIDS_PEAK,
	KEPT_PIDS_CURRENT,              /* where there is no peak */
	KEPT_PIDS_EVENTS,
	KEPT_COUNT,
};

struct cgroup_driver {
	uint32_t version;
	uint32_t epoll_events;          /* to ask for on cgroup.event */
	const char *members;            /* the file that a process of one thread joins by */
	/* Fills in parents, roots, missing and present; what it made before it failed is left to close. */
	int (*open)(struct cgroup_base *base, const struct owner *self, struct cgroup_found *found);
	void (*close)(struct cgroup_base *base);
	/* Once the container's directories stand: opens what it keeps open. */
	int (*open_files)(struct cgroup *cgroup);
	/* `old` is NULL at first. */
	int (*write_limits)(const struct cgroup *cgroup, const struct limits *old, const struct limits *new);
	/* Whether the kernel could. */
	bool (*reset_peaks)(const struct cgroup *cgroup);
	int (*read_cpu_ns)(const struct cgroup *cgroup, uint64_t *out);
	/* As the kernel has them, from the cgroup's beginning. */
	int (*read)(const struct cgroup *cgroup, struct cgroup_counters *out);
	int (*take_event)(struct cgroup *cgroup);
	/* As cgroup_was_short_above. */
	int (*was_short_above)(const struct cgroup *cgroup, const struct cgroup *above);
	/* Makes it fit for others below it. NULL: nothing is to be done. */
	int (*divide)(const struct cgroup *cgroup);
	/* What that made below it and nobody is in any more, to be removed first; NULL: nothing. */
	const char *part;
};

extern const struct cgroup_driver cgroup_v1_driver;
extern const struct cgroup_driver cgroup_v2_driver;
/* For a host without cgroups, where that was allowed: limits nothing, counts nothing. */
extern const struct cgroup_driver cgroup_none_driver;

enum {
	CPU_PERIOD_US = 100000,         /* the kernel's own default */
	CPU_QUOTA_US_MIN = 1000,        /* the least it takes */
};

/* The most: MAX_BW in kernel/sched/core.c. */
static const uint64_t CPU_QUOTA_US_MAX = (UINT64_C(1) << 44) - 1;

/* Shared by the versions: */

uint64_t cgroup_cpu_quota_us(double cpus);

/* Makes base->name in `parent`, locks it, and puts both into the slot. */
int cgroup_make_root(struct cgroup_base *base, int slot, int parent);
/* Removes it with all that is below. Does nothing where none was made. */
void cgroup_remove_root(struct cgroup_base *base, int slot);
/* -1 if the file is not there, or may not be opened so. */
int cgroup_keep(int directory, const char *name, int flags);
/* 0 where the file is not there. */
int cgroup_kept_number(const struct cgroup *cgroup, enum kept_file file, uint64_t *out);
int cgroup_kept_value(const struct cgroup *cgroup, enum kept_file file, const char *key, uint64_t *out);
/* 1 if the kernel has killed for memory since the baseline, 0 if not, or -errno. */
int cgroup_oom_kill_seen(const struct cgroup *cgroup);
/* Peaks of hosts that keep none: what the limits and counters prove, or what is there now. A lower bound. */
int cgroup_bound_peaks(const struct cgroup *cgroup, struct cgroup_counters *counters);
/* Whether /proc/swaps lists any, without which a missing swap limit harms nobody. */
bool cgroup_host_has_swap(void);

#endif
