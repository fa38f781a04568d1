/* What the tests of the cgroup code share. They need the right to make cgroups, of whichever version this host has. */
#ifndef MAYFLY_CGROUP_SUPPORT_H
#define MAYFLY_CGROUP_SUPPORT_H

#include <stdbool.h>

#include "cgroup.h"
#include "cgroup_find.h"

enum { MIB = 1024 * 1024 };

/* Opens, or skips and tells why not. */
bool open_base(struct cgroup_base *base);
struct limits ordinary_limits(void);
/* A container's cgroup under the next number, or a failed check. */
bool make_cgroup(const struct cgroup_base *base, struct limits limits, struct cgroup *out);
/* Calls `test` in a process of its own, which sees an empty directory at `covered`; how many checks fail there, or -1. */
int fails_covering(const char *covered, void (*test)(void));
/* The directory of a container's cgroup that a controller is in; -1 if there is none. */
int directory_of(const struct cgroup *cgroup, enum controller controller);

#endif
