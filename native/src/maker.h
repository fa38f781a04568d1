/*
 * The maker: a process beside the supervisor that makes containers and removes what is left of them. Both wait for locks
 * that the whole host shares (cgroup_mutex; the network's, while the kernel ends namespaces of runs before), and the loop
 * must not. It is forked before the first request is read, so that neither it nor the inits, which are forked from it,
 * ever hold anything of a run. The inits are the supervisor's children all the same (CLONE_PARENT), to reap and to kill,
 * and end with it. The maker ends with the supervisor, and the supervisor with the maker.
 */
#ifndef MAYFLY_MAKER_H
#define MAYFLY_MAKER_H

#include "supervisor.h"

enum maker_task {
	MAKER_MAKE = 1,
	MAKER_REMOVE,           /* a cgroup */
};

struct maker_order {
	uint32_t task;
	uint32_t slot;
	uint32_t late;
	struct cgroup cgroup;           /* to remove; none of its files is open, as in one that is to be made */
};

/* Orders at once, so that they fit the socket: of those to make, and of all. */
enum {
	MAKER_MAKES_MAX = 64,
	MAKER_ORDERS_MAX = 128,
};

/* All that is open of a container when it was made, in the order in which it is sent. */
enum {
	MADE_PAGE = 0,                  /* struct shared */
	MADE_PIDFD,
	MADE_INIT_SOCKET,
	MADE_STUB_SOCKET,
	MADE_STANDARD,
	MADE_STANDARD_COUNT = 3,
	MADE_CGROUP_EVENT = MADE_STANDARD + MADE_STANDARD_COUNT,
	MADE_CGROUP_FILES,
	MADE_CGROUP_DIRECTORIES = MADE_CGROUP_FILES + CGROUP_FILES,
	MADE_COUNT = MADE_CGROUP_DIRECTORIES + CGROUP_HIERARCHIES,
};

/* Of what could not be made, too: what there is of it is for the supervisor to remove. */
struct maker_record {
	uint32_t task;
	uint32_t slot;
	int32_t error;
	uint32_t step;                  /* enum step, of the error */
	pid_t init;
	uint32_t has_cgroup;
	uint64_t sent;                  /* a bit for each of the above that comes */
	struct cgroup cgroup;
};

/* Forks it; nothing of a run may be in memory yet. */
int maker_start(struct supervisor *s);
/* Kills it, and waits until it and every init that it did not tell of are gone; not for ever. */
void maker_stop(struct supervisor *s);
int maker_make(struct supervisor *s, struct container *c);
/* Its cgroup, whose files are closed. */
int maker_remove(struct supervisor *s, struct container *c);
/* It has answered, or ended. */
int maker_event(struct supervisor *s);

/* The process itself; `socket` is its end. */
_Noreturn void maker_main(struct supervisor *s, int socket);

#endif
