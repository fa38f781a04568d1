/* Two runs that are connected, and what stands between them (pair.c). */
#ifndef MAYFLY_PAIR_H
#define MAYFLY_PAIR_H

#include "supervisor.h"

/* A run of a pair has everything: it starts with the others, once the last of them has. */
int pair_placed(struct supervisor *s, struct container *c);
/* The relay tells that `part` wrote more than it may. */
int pair_over(struct supervisor *s, const struct container *c, uint32_t part);

#endif
