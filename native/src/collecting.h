/* What init collected, on its way to Node. */
#ifndef MAYFLY_COLLECTING_H
#define MAYFLY_COLLECTING_H

#include "supervisor.h"

/* Keeps the collect section of a request until the end of the run. */
int collecting_keep(struct container *c, const uint8_t *section, uint32_t bytes);
/* Has init remember the home before the start; it answers with INIT_REMEMBERED. */
void collecting_remember(struct supervisor *s, struct container *c);
int collecting_remembered(struct supervisor *s, struct container *c);
/* Gives it to init; it is bounded so that it fits the socket. */
int collecting_order(struct supervisor *s, struct container *c);
/* A piece is announced, or there. */
int collecting_begin(struct supervisor *s, struct container *c, const struct init_record *record);
int collecting_receive(struct supervisor *s, struct container *c);
/* Node took so many bytes. */
int collecting_taken(struct supervisor *s, struct container *c, uint64_t count);

#endif
