/* The read-only root of an image, put together once: every container starts as a copy of the supervisor's mount namespace. */
#ifndef MAYFLY_ROOT_H
#define MAYFLY_ROOT_H

#include <stdint.h>

#include "steps.h"

struct root_plan {
	const char *runtime_dir;        /* NUL-terminated */
	const uint8_t *entries;         /* struct root_entry, each with its strings */
	uint32_t count;
	uint32_t bytes;
};

/*
 * Leaves the host's mounts behind: a mount namespace of our own, whose root holds what the plan says, read-only, and
 * nothing else of the host. On failure `step` tells where, and `failed_entry` which entry of the plan it was.
 */
int root_enter(const struct root_plan *plan, enum step *step, uint32_t *failed_entry);

#endif
