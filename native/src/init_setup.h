#ifndef MAYFLY_INIT_SETUP_H
#define MAYFLY_INIT_SETUP_H

#include "launch.h"
#include "steps.h"

/* What init does before it forks anyone: from clone to a container with its own ids, mounts and names. 0 or -errno at *step. */
int init_set_up(const struct launch *launch, enum step *step);
/* Of a guest's init, in namespaces of its own of processes and mounts: what of a container is each command's own. */
int guest_set_up(const struct launch *launch, enum step *step);

#endif
