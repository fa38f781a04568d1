/* Mount namespaces beside our own: for mounts that stand somewhere, and that no new container inherits. */
#ifndef MAYFLY_ASIDE_H
#define MAYFLY_ASIDE_H

#include "supervisor.h"

/* Makes one and enters it; `aside_leave` must follow. On failure we are where we were. */
int aside_enter_new(struct supervisor *s, int *namespace);
/* Back where containers are made from, with `result`; -EPIPE where there is no way back, and nothing may be done any more. */
int aside_leave(const struct supervisor *s, int result);
/* Attaches a detached mount where it is in the way of nothing. */
int aside_attach(int mount);

#endif
