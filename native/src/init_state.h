/* What an init knows. */
#ifndef MAYFLY_INIT_STATE_H
#define MAYFLY_INIT_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "changes.h"
#include "descriptors.h"
#include "inside_usage.h"
#include "launch.h"
#include "watcher.h"

struct init {
	int socket;             /* to the supervisor */
	int child_signal;       /* signalfd: SIGCHLD */
	int disk;               /* the root of the private tmpfs */
	struct io_files io;
	struct shared *shared;
	const struct launch *launch;
	int listener_socket;    /* by which a late stub will send its listener; -1 else */
	int listener;           /* of the filter's notifications; -1 once a watcher has it, or where there is none */
	struct violations *found;
	uint64_t clock_offset_ns;       /* of the supervisor's clock against ours */
	pid_t stub;
	struct descriptors lower;       /* what the home stands on, the topmost first */
	struct changes changes;
	bool guest;                     /* of one command among others: shares the container with them */
	bool sampling;
	bool over;              /* no process is left, and the supervisor has been told */
};

#endif
