/* Making one container, in the maker: its cgroup, its channels, its init. */
#ifndef MAYFLY_MAKING_H
#define MAYFLY_MAKING_H

#include "supervisor.h"

/*
 * Fills `c` from its slot and its home's kind, and `page` with the file that struct shared is in. On failure too what is
 * open stands in its place, for the supervisor to remove: init among it, which is the supervisor's child.
 */
int making_do(struct supervisor *s, struct container *c, int *page, enum step *step);

#endif
