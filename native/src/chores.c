/*
 * What keeps the pool in order: having containers made ahead, and those removed that were used. Both take a millisecond or
 * more of a processor, the maker's, an init's and a stub's, which a run that is under way would miss: so they are ordered
 * while none is, a moment after the last report; but no later than a little after they arose, since runs may take as long
 * as they like.
 */
#define _GNU_SOURCE
#include "chores.h"
#include "clock.h"
#include "maker.h"

enum {
	/* after a report: Node has taken it by then, and has sent the next request, if it had one */
	REST_NS = NS_PER_MS,
	/* for runs that are under way */
	PATIENCE_NS = 5 * NS_PER_MS,
	/* so many used ones are removed whatever is under way: the kernel takes down in one go what comes at once */
	BATCH_COUNT = 8,
	/* after a run that found none ready: the next ones come as fast, and leave no rest to make containers in */
	HURRY_NS = 25 * NS_PER_MS,
	/* the demand of so long is remembered */
	PERIOD_NS = 2000 * NS_PER_MS,
};

static uint32_t smaller_count(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t larger_count(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint32_t under_way(const struct supervisor *s)
{
	uint32_t count = s->pending_count;

	for (int state = CONTAINER_RESIZING; state < CONTAINER_SPENT; state++)
		count += s->state_counts[state];
	return count;
}

static uint32_t wanted(const struct supervisor *s)
{
	return s->announced ? larger_count(s->wanted, s->config.warm_min) : 1;
}

/* As many as wait; else so many ready ones that the next runs need not wait. */
static bool lacks_container(const struct supervisor *s)
{
	const uint32_t making = s->state_counts[CONTAINER_MAKING];

	if (s->state_counts[CONTAINER_FREE] == 0 || s->maker_orders >= MAKER_MAKES_MAX)
		return false;
	if (s->pending_count > 0)
		return making < s->pending_count;
	return !s->making_fails && making + s->state_counts[CONTAINER_READY] < wanted(s);
}

static bool has_surplus(const struct supervisor *s)
{
	return s->announced && s->state_counts[CONTAINER_READY] > wanted(s);
}

/* As many as ran at once, and one more for each that found none ready: what was ready was too little for their rate. */
void chores_note_run(struct supervisor *s, bool waits)
{
	const uint32_t demand = waits ? larger_count(under_way(s), s->wanted + 1) : under_way(s);

	if (waits)
		s->waited_ns = monotonic_ns();
	s->peak = larger_count(s->peak, smaller_count(demand, s->config.warm_max));
	s->wanted = larger_count(s->wanted, s->peak);
	if (s->period_end_ns == 0)
		s->period_end_ns = after_ns(monotonic_ns(), PERIOD_NS);
}

/* Slowly down with the demand; to the least where there was none. */
static void end_period(struct supervisor *s)
{
	const uint32_t less = s->wanted > 0 ? s->wanted - 1 : 0;

	s->wanted = s->peak == 0 ? 0 : larger_count(s->peak, less);
	s->period_end_ns = s->peak == 0 ? 0 : after_ns(monotonic_ns(), PERIOD_NS);
	s->peak = smaller_count(under_way(s), s->config.warm_max);
}

/* Whether a container is made while runs are under way: it takes longer then, and so do they. */
static bool is_hurried(const struct supervisor *s)
{
	return s->pending_count > 0 || (s->waited_ns != 0 && monotonic_ns() - s->waited_ns < HURRY_NS);
}

uint64_t chores_due(struct supervisor *s)
{
	const uint32_t spent = s->state_counts[CONTAINER_SPENT];
	uint64_t due = s->period_end_ns == 0 ? UINT64_MAX : s->period_end_ns;

	if (!lacks_container(s) && !has_surplus(s) && spent == 0) {
		s->chores_since_ns = 0;
		return due;
	}
	if (s->chores_since_ns == 0)
		s->chores_since_ns = monotonic_ns();
	if ((is_hurried(s) && lacks_container(s)) || spent >= BATCH_COUNT)
		return s->chores_since_ns;
	if (s->chores_since_ns + PATIENCE_NS < due)
		due = s->chores_since_ns + PATIENCE_NS;
	return under_way(s) == 0 && s->reported_ns + REST_NS < due ? s->reported_ns + REST_NS : due;
}

static void remove_in_state(struct supervisor *s, enum container_state state, uint32_t count)
{
	for (uint32_t i = 0; i < s->slots_used && count > 0; i++) {
		if (s->containers[i].state != state)
			continue;
		container_remove(s, &s->containers[i]);
		count--;
	}
}

int chores_do(struct supervisor *s)
{
	if (s->period_end_ns != 0 && s->period_end_ns <= monotonic_ns())
		end_period(s);
	if (lacks_container(s))
		return pool_make_one(s);
	remove_in_state(s, CONTAINER_SPENT, s->state_counts[CONTAINER_SPENT]);
	if (has_surplus(s))
		remove_in_state(s, CONTAINER_READY, s->state_counts[CONTAINER_READY] - wanted(s));
	return 0;
}
