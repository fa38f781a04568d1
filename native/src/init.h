#ifndef MAYFLY_INIT_H
#define MAYFLY_INIT_H

#include "launch.h"

/*
 * Process 1 of a container. It sets the container up, forks the stub, reaps, and when the command or its time is over
 * kills what is left and reports. It keeps the rights of root inside its own user namespace and none outside; it takes
 * orders from the supervisor alone, and is not dumpable, so that the command can neither signal nor trace it.
 */
_Noreturn void init_main(struct launch *launch);
/* That of a guest (init_guest.h). */
_Noreturn void guest_main(struct launch *launch);

#endif
