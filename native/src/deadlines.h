/* The times of runs (deadlines.c). */
#ifndef MAYFLY_DEADLINES_H
#define MAYFLY_DEADLINES_H

#include <stdint.h>

struct container;
struct supervisor;

/* The command's clocks start now; also where its limits were renewed. */
int deadlines_start(struct supervisor *s, struct container *c);
/* The timer is to fire at `due_ns` at the latest. */
void deadlines_note(struct supervisor *s, uint64_t due_ns);
/* The timer fired: does what is due, and sets it again. */
int deadlines_check(struct supervisor *s);
/* When the command was executed, by its stub's word where that is plausible. */
uint64_t deadlines_command_start(const struct container *c, uint64_t now_ns);

#endif
