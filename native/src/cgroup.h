/*
 * The cgroups of one sandbox. cgroup.c, cgroup_v1.c and cgroup_v2.c are the only code that knows the kernel's cgroup
 * files; everyone else sees this page. Functions return 0 or -errno and set outputs only on success.
 */
#ifndef MAYFLY_CGROUP_H
#define MAYFLY_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol.h"

enum {
	CGROUP_HIERARCHIES = 5,       /* at most, joined by one container: memory, pids, cpu, cpuacct, blkio */
	CGROUP_FILES = 10,            /* at most, kept open of one */
	CGROUP_NAME_BYTES = 96,
};

struct cgroup_driver;

/* Where a sandbox's cgroups stand: a directory of our own in each hierarchy, `mayfly-<pid namespace>-<pid>-<start time>`. */
struct cgroup_base {
	const struct cgroup_driver *driver;
	uint32_t version;                       /* 1, 2, or 0: no cgroups (only where that was allowed) */
	uint32_t missing;                       /* enum feature bits that this host cannot do */
	char name[CGROUP_NAME_BYTES];
	int parents[CGROUP_HIERARCHIES];        /* directories that ours stands in; -1 where unused */
	int roots[CGROUP_HIERARCHIES];          /* ours; -1 where unused */
	uint32_t present;                       /* which of the above are in use, the driver's business */
};

/* One container's, or that of one of several commands in it. */
struct cgroup {
	const struct cgroup_base *base;
	char name[24];                          /* below our own directory; a path of two names for a command */
	bool divided;                           /* others stand below it */
	int directories[CGROUP_HIERARCHIES];
	int members[CGROUP_HIERARCHIES];        /* open for writing: what a child joins by */
	int files[CGROUP_FILES];                /* counters kept open, the driver's business; -1 where unused */
	int event;                              /* becomes ready when memory ran out; see cgroup_event */
	uint32_t event_tries;                   /* see cgroup_take_event; the driver's business */
	struct limits limits;                   /* as written last */
	bool peaks_reset;                       /* the peaks are those since cgroup_start_counting, not of its whole life */
	struct cgroup_counters {
		uint64_t cpu_ns;
		uint64_t user_ns;
		uint64_t system_ns;
		uint64_t throttled_ns;
		uint64_t memory_peak_bytes;
		uint64_t process_peak_count;
		uint64_t oom_kill_count;        /* processes killed by the kernel for memory */
		uint64_t process_max_count;     /* forks refused by pids.max */
	} baseline;                             /* what stood there at cgroup_start_counting */
};

/*
 * Finds the hierarchies, sweeps what dead supervisors left, makes our own directories. In the host's mount namespace.
 * `allow_missing`: enum feature bits that may be absent; another required one that is absent gives -EOPNOTSUPP with
 * base->missing set all the same, so that the caller can name it.
 */
int cgroup_base_open(struct cgroup_base *base, uint32_t allow_missing);
/*
 * For a child that works for the same supervisor: the directories as files of its own, without the lock on them that
 * says that the supervisor lives.
 */
int cgroup_base_reopen(struct cgroup_base *base);
/* Removes our directories (and leaves a v2 parent as it was found). Safe to call on a half-open one. */
void cgroup_base_close(struct cgroup_base *base);

/* None, and nothing of it open. */
struct cgroup cgroup_unopened(const struct cgroup_base *base);
/* Makes the container's cgroup under `number`, unique within the sandbox, with these limits in force. */
int cgroup_create(const struct cgroup_base *base, uint32_t number, const struct limits *limits, struct cgroup *out);
/*
 * From now on others may stand below it, which its limits and counters include. Who is in it already moves into one of
 * them, where the kernel allows no processes in between.
 */
int cgroup_divide(struct cgroup *cgroup);
/* As cgroup_create, below one that was divided; `number` is unique among those. */
int cgroup_create_below(const struct cgroup *above, uint32_t number, const struct limits *limits, struct cgroup *out);
/* Writes those limits that differ from what was written last. */
int cgroup_set_limits(struct cgroup *cgroup, const struct limits *limits);
/* Called by the process that joins (in a child, maybe in a user namespace); writes to descriptors only. */
int cgroup_join(const struct cgroup *cgroup);
/* Closes every descriptor, removes nothing: for a child that has joined. */
void cgroup_forget(struct cgroup *cgroup);

/* Takes the baseline and resets the peaks where the kernel can. */
int cgroup_start_counting(struct cgroup *cgroup);
/* CPU time beyond `before_ns`: cheap enough for a timer. */
int cgroup_read_cpu_ns(const struct cgroup *cgroup, uint64_t before_ns, uint64_t *out);
/* CPU time beyond `before_ns`, everything else since the baseline (peaks as they are). */
int cgroup_read(const struct cgroup *cgroup, uint64_t before_ns, struct cgroup_counters *out);

/* The descriptor to watch for "memory ran out" and the epoll events to ask for; -1 if there is none. */
int cgroup_event(const struct cgroup *cgroup, uint32_t *epoll_events);
/* After cgroup_event became ready: rearms it, and tells whether the kernel ran out of memory in this cgroup (1) or not (0). */
int cgroup_take_event(struct cgroup *cgroup);

/*
 * Of one in which the kernel killed for memory: whether that was for the limit of the one `above` it (1), whose event
 * nobody watches, or for its own (0), or where it cannot be told; or -errno.
 */
int cgroup_was_short_above(const struct cgroup *cgroup, const struct cgroup *above);

/* Removes it. -EBUSY while a process is still in it; may be called again. */
int cgroup_destroy(struct cgroup *cgroup);

#endif
