/*
 * Runs in a container that is kept open, its guests. The container itself is that of a run with RUN_KEPT_OPEN, whose stub
 * waits for a request that never comes: its limits, counters, deadlines and end are those of any run, and hold for all
 * that runs in it. 0 or -errno.
 */
#ifndef MAYFLY_GUESTS_H
#define MAYFLY_GUESTS_H

#include "supervisor.h"

/* The container has all that its run asks for: from now on guests may come. */
int guests_let_in(struct supervisor *s, struct container *host);
/* FRAME_RUN with a host. One that cannot be taken in is told to Node. */
int guest_submit(struct supervisor *s, uint32_t run, const uint8_t *request, size_t bytes);
/* The guest that is being made for a run; NULL: none. */
struct container *guest_find_waiting(struct supervisor *s, uint32_t run);
/* Its run never starts: it is not wanted any more, or its host came to a limit of its own, of which it used so much. */
int guest_cancel(struct supervisor *s, struct container *guest, enum ended_by reason, double host_measured);
/* The first words of its init. */
int guest_greet(struct supervisor *s, struct container *guest);
/* As the pool does it: its stub waits, or it cannot be made. */
int guest_ready(struct supervisor *s, struct container *guest);
int guest_failed(struct supervisor *s, struct container *guest, enum step step, int error);
/* It was reported, and is being removed. */
void guest_left(struct supervisor *s, struct container *guest);

static inline struct container *guest_at(const struct supervisor *s, uint32_t index)
{
	return &s->containers[CONTAINERS_MAX + index];
}

/* Whether it is there, and not reported. */
static inline bool guest_lives(const struct container *guest)
{
	return guest->state != CONTAINER_FREE && guest->state < CONTAINER_SPENT;
}

void guest_forget_waiting(struct container *guest);

/* Whether a guest of it has not been reported yet. */
bool guests_are_in(const struct supervisor *s, const struct container *host);
/* Ends all of them before their time; their reports follow. */
void guests_kill(struct supervisor *s, struct container *host, enum ended_by reason);
/* The container goes: whatever was not reported of them is lost. */
void guests_leave(struct supervisor *s, struct container *host);
/* It has ended, and is to be reported: where the kernel killed for memory, was it for the host's limit? */
void guest_blame(struct container *guest);
/* Its init is dead, and therefore everybody in it. */
void guests_are_dead(struct supervisor *s, struct container *host);

#endif
