/* Processes that do one thing in a cgroup, and what became of them. */
#ifndef MAYFLY_CHILD_H
#define MAYFLY_CHILD_H

#include <stddef.h>
#include <sys/types.h>

#include "cgroup.h"

/* Forks; the child joins and exits with what `work` returns. */
pid_t child_start(const struct cgroup *cgroup, int (*work)(size_t amount), size_t amount);
/* wait(2)'s status. */
int child_wait(pid_t pid);
/* Whether one that joined and worked ended with 0. */
int child_run(const struct cgroup *cgroup, int (*work)(size_t amount), size_t amount);

/* Work: */
int burn_cpu(size_t milliseconds);
/* Writes to so many bytes of its own. */
int touch_memory(size_t bytes);
/* Forks until that is refused: how many there were, itself among them. */
int fork_up_to(size_t most);
int sleep_on(size_t unused);
/* Joins from a user namespace of its own. */
int run_in_user_namespace(const struct cgroup *cgroup);

/* How many descriptors this process has open. */
size_t count_descriptors(void);

#endif
