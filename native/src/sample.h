/* What the container's processes use, looked up in /proc: in place of cgroups, where a caller does without them. */
#ifndef MAYFLY_SAMPLE_H
#define MAYFLY_SAMPLE_H

#include "inside.h"

enum { SAMPLE_MS = 20 };

/*
 * Fills in the CPU time of all processes so far, and the resident memory and the number of threads of those that live,
 * init left out. A page that several share counts for each of them; CPU time comes in ticks of 10 ms. 0 or -errno.
 */
int sample_take(struct init_record *record);

struct process_sample {
	uint64_t cpu_ticks;             /* its own, and of the children it reaped */
	uint64_t thread_count;
	uint64_t resident_pages;
};

/* The text of /proc/PID/stat: proc(5). -EBADMSG if it is not one. */
int sample_parse_stat(const char *text, struct process_sample *out);

#endif
