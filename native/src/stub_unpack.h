#ifndef MAYFLY_STUB_UNPACK_H
#define MAYFLY_STUB_UNPACK_H

#include <stdint.h>

#include "steps.h"

/*
 * EXEC_UNPACK: fills the home with the packed tree that comes by standard input, and ends. With the command's own rights:
 * what comes in can do no more than a command could. Returns only -errno, with the step and the entry that failed.
 */
int stub_unpack(enum step *step, uint32_t *index);

#endif
