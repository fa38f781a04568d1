#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "chores.h"
#include "clock.h"
#include "maker.h"
#include "scope.h"
#include "supervisor.h"

enum {
	EVENTS_AT_ONCE = 64,
	CLOSE_DOWN_MS = 10000,
};

/* source: 8 bits, slot: 16 bits, generation: 32 bits */
static uint64_t pack(uint32_t source, const struct container *c)
{
	return c == NULL ? source : source | (uint64_t)c->slot << 8 | (uint64_t)c->generation << 32;
}

int loop_add(struct supervisor *s, int fd, uint32_t events, uint32_t source, const struct container *c)
{
	struct epoll_event event = { .events = events, .data = { .u64 = pack(source, c) } };

	return epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event) != 0 ? -errno : 0;
}

int loop_change(struct supervisor *s, int fd, uint32_t events, uint32_t source, const struct container *c)
{
	struct epoll_event event = { .events = events, .data = { .u64 = pack(source, c) } };

	return epoll_ctl(s->epoll, EPOLL_CTL_MOD, fd, &event) != 0 ? -errno : 0;
}

void loop_remove(struct supervisor *s, int fd)
{
	if (fd >= 0)
		(void)epoll_ctl(s->epoll, EPOLL_CTL_DEL, fd, NULL);
}

void loop_close(struct supervisor *s, int *fd)
{
	loop_remove(s, *fd);
	close_fd(fd);
}

/* Kills every container; the loop ends when the last one is gone. */
void loop_close_down(struct supervisor *s)
{
	if (s->closing)
		return;
	s->closing = true;
	s->give_up_ns = after_ms(monotonic_ns(), CLOSE_DOWN_MS);
	deadlines_note(s, s->give_up_ns);
	loop_remove(s, s->node);
	for (uint32_t i = 0; i < s->slots_used; i++) {
		struct container *c = &s->containers[i];

		if (c->state != CONTAINER_FREE && c->state != CONTAINER_REMOVING)
			container_remove(s, c);
	}
}

static int init_died(struct supervisor *s, struct container *c)
{
	if (c->state == CONTAINER_REMOVING) {
		container_reap(s, c);
		return 0;
	}
	if (c->state == CONTAINER_SPENT) {
		container_remove(s, c);
		return 0;
	}
	if (c->run.id != 0)
		return run_lost(s, c);
	return pool_container_failed(s, c, STEP_CLONE, -ECHILD);
}

static int container_event(struct supervisor *s, uint32_t source, uint32_t events, struct container *c)
{
	if (source >= EVENT_STREAM)
		return stream_event(s, c, source - EVENT_STREAM, events);
	switch ((enum event_source)source) {
	case EVENT_INIT:
		return run_init_event(s, c);
	case EVENT_STUB:
		return run_stub_event(s, c, events);
	case EVENT_PIDFD:
		return init_died(s, c);
	case EVENT_MEMORY:
		run_memory_event(s, c);
		return 0;
	case EVENT_NODE:
	case EVENT_MAKER:
	case EVENT_TIMER:
	case EVENT_SIGNAL:
	case EVENT_STREAM:
		break;
	}
	return -EINVAL;
}

static int node_event(struct supervisor *s, uint32_t events)
{
	int error = (events & EPOLLOUT) != 0 ? node_flush(s) : 0;

	return error == 0 && (events & ~(uint32_t)EPOLLOUT) != 0 ? node_receive(s) : error;
}

static int dispatch(struct supervisor *s, const struct epoll_event *event)
{
	const uint64_t data = event->data.u64;
	const uint32_t source = (uint32_t)(data & 0xff);
	struct container *c = &s->containers[(data >> 8) & 0xffff];
	struct signalfd_siginfo ignored;

	if (source == EVENT_NODE)
		return s->closing ? 0 : node_event(s, event->events);
	if (source == EVENT_MAKER)
		return maker_event(s);
	if (source == EVENT_TIMER)
		return deadlines_check(s);
	if (source == EVENT_SIGNAL) {
		(void)read(s->signals, &ignored, sizeof ignored);
		loop_close_down(s);
		return 0;
	}
	/* an event of the same batch may have ended this container, or of a copy that a child still held */
	if (c->generation != (uint32_t)(data >> 32) || c->state == CONTAINER_FREE ||
	    (c->state >= CONTAINER_SPENT && source != EVENT_PIDFD))
		return 0;
	return container_event(s, source, event->events, c);
}

static bool all_gone(const struct supervisor *s)
{
	for (uint32_t i = 0; i < containers_used(s); i++) {
		if (container_at(s, i)->state != CONTAINER_FREE)
			return s->give_up_ns <= monotonic_ns();
	}
	return true;
}

/* Tells whether chores are due; where they will be, the timer is set. */
static bool chores_wait(struct supervisor *s)
{
	const uint64_t due_ns = s->closing ? UINT64_MAX : chores_due(s);
	const uint64_t now_ns = due_ns == UINT64_MAX ? 0 : monotonic_ns();

	if (due_ns > now_ns && due_ns != UINT64_MAX)
		deadlines_note(s, due_ns);
	return due_ns <= now_ns;
}

/* What has happened goes before chores that are due: they are orders to the maker, and want a processor. */
int loop_run(struct supervisor *s)
{
	struct epoll_event events[EVENTS_AT_ONCE];

	while (!s->closing || !all_gone(s)) {
		const bool chores = chores_wait(s);
		const int count = epoll_wait(s->epoll, events, EVENTS_AT_ONCE, chores ? 0 : -1);
		int error = count < 0 && errno != EINTR ? -errno : 0;

		for (int i = 0; i < count && error == 0; i++)
			error = dispatch(s, &events[i]);
		if (error == 0 && chores && !s->closing)
			error = chores_do(s);
		if (error == -EPIPE || error == -ECONNRESET)
			loop_close_down(s);
		else if (error < 0)
			return error;
	}
	return 0;
}
