/* Init's children, which in a container are all that lost their parents too. */
#ifndef MAYFLY_CHILDREN_H
#define MAYFLY_CHILDREN_H

#include <stdbool.h>
#include <sys/types.h>

/* Every process of the container but the caller. */
void children_kill(void);
/* Reaps whoever is dead; true once the command is among them, with its status. `flags` as for waitpid. */
bool children_reap(pid_t stub, int flags, int *status);
/* Its id in the parent, 0 in the child; or -errno. */
pid_t child_fork(void);
/* Blocks every signal; a descriptor that tells of the end of children, or -errno. */
int children_watch(void);

#endif
