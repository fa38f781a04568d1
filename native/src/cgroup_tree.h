/* Walking through cgroup directories, and removing what dead supervisors left. */
#ifndef MAYFLY_CGROUP_TREE_H
#define MAYFLY_CGROUP_TREE_H

#include <sys/types.h>

#include "cgroup_owner.h"

/*
 * While a supervisor lives it keeps its directory locked, so that one who cannot see its process (hidepid, another
 * time namespace) does not take it for dead.
 */
int tree_lock(int directory);
/*
 * For a directory that others use as well. Not for ever: anybody who can read it can lock it, and going on without is no
 * worse than a place that is not restored.
 */
void tree_wait_for_lock(int directory);
void tree_unlock(int directory);
/* Removes the directories in `parent` whose owner lived in our pid namespace and is gone. Best effort. */
void tree_sweep(int parent, const struct owner *self);
/* Kills what is in `name` and below, and removes it. -EBUSY if a process would not go. */
int tree_remove(int parent, const char *name);

/* Calls `visit` for each process in the cgroup until it is empty; -EBUSY if that does not help. */
int tree_each_process(int directory, int (*visit)(pid_t pid, void *context), void *context);
/* Calls `visit` for each directory in this one until it returns other than 0; that value. */
int tree_each_directory(int directory, int (*visit)(int parent, const char *name, void *context), void *context);

#endif
