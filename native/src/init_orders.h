/* What init does in its container at the supervisor's word, beside starting and ending the command. */
#ifndef MAYFLY_INIT_ORDERS_H
#define MAYFLY_INIT_ORDERS_H

#include "changes.h"
#include "launch.h"
#include "steps.h"

/* Tells the supervisor why there is no container, and ends it. */
_Noreturn void init_fail(int socket, enum step step, int error);
void order_resize(int socket, const struct init_command *command);
void order_terminal(int socket, const struct launch *launch, const struct init_command *command);
/* `bytes` of collect section follow on the socket; `before` may be unknown. */
int order_collect(int socket, uint64_t bytes, struct changes *before);
/* The same where others may still run: with the rights of the command, which are all that is left after it. */
int order_collect_as_command(int socket, const struct launch *launch, uint64_t bytes, struct changes *before);
/* Remembers up to `count_max` entries of the home; `disk` and `lower` as in changes.h. */
void order_remember(int socket, struct changes *out, int disk, const struct descriptors *lower, uint64_t count_max);

#endif
