/*
 * A command among others in one container has an init like that of a container, in namespaces of processes and of mounts
 * of its own: it sees none of the others' processes, is ended without them, and its end is the end of whatever it
 * started. Everything else is the container's.
 */
#ifndef MAYFLY_INIT_GUEST_H
#define MAYFLY_INIT_GUEST_H

#include "launch.h"

/* Forks one from the container's own init, whose `host` is, of what came with ORDER_GUEST. It tells the supervisor itself what becomes of it. */
void guest_make(const struct launch *host, uint64_t clock_offset_ns, const struct init_command *order,
                struct descriptors *with);
/* Its first words. Which process it is only it can tell, without a number that may be another's by then. */
void guest_greet_supervisor(int socket);

#endif
