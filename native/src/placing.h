/* The blobs of one run: each covers a file that the stub made for it. */
#ifndef MAYFLY_PLACING_H
#define MAYFLY_PLACING_H

#include "supervisor.h"

/* Opens what its command reads as standard input; 0: nothing. 0, or -errno: -EPIPE where nothing may be done any more. */
int placing_open_input(struct supervisor *s, struct container *c, uint32_t blob);
/* Has init show the next one. */
int placing_order(struct supervisor *s, struct container *c);
/* INIT_BLOB: 0, or why it could not. */
int placing_answered(struct supervisor *s, struct container *c, int error);

#endif
