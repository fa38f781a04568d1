/* Making containers ahead and removing those that were used, at times when no run waits for it. */
#ifndef MAYFLY_CHORES_H
#define MAYFLY_CHORES_H

#include "supervisor.h"

/* A run was handed over; `waits`: no container was ready. */
void chores_note_run(struct supervisor *s, bool waits);
/* When there is something to be done; UINT64_MAX: never. */
uint64_t chores_due(struct supervisor *s);
/* Some of it: what can be done in one go. */
int chores_do(struct supervisor *s);

#endif
