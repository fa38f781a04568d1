#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "chores.h"
#include "counting.h"
#include "guests.h"
#include "maker.h"
#include "supervisor.h"

/* Guests are none of the pool's. */
void pool_set_state(struct supervisor *s, struct container *c, enum container_state state)
{
	if (!is_guest(c)) {
		s->state_counts[c->state]--;
		s->state_counts[state]++;
	}
	c->state = state;
}

struct container *pool_find(struct supervisor *s, uint32_t run)
{
	for (uint32_t i = 0; i < containers_used(s); i++) {
		struct container *c = container_at(s, i);

		if (c->run.id == run && c->state > CONTAINER_READY && c->state < CONTAINER_SPENT)
			return c;
	}
	return NULL;
}

static struct container *find_in_state(struct supervisor *s, enum container_state state)
{
	if (s->state_counts[state] == 0)
		return NULL;
	for (uint32_t i = 0; i < s->slots_used; i++) {
		if (s->containers[i].state == state)
			return &s->containers[i];
	}
	return NULL;
}

static struct pending *pending_at(struct supervisor *s, uint32_t index)
{
	return &s->pending[(s->pending_first + index) % PENDING_MAX];
}

struct pending *pool_find_pending(struct supervisor *s, uint32_t run)
{
	for (uint32_t i = 0; i < s->pending_count; i++) {
		if (pending_at(s, i)->run == run)
			return pending_at(s, i);
	}
	return NULL;
}

/* The place is free again; memory beyond the ordinary is given back by buffer_reset. */
static void drop_first_pending(struct supervisor *s)
{
	buffer_reset(&s->pending[s->pending_first].request);
	s->pending_first = (s->pending_first + 1) % PENDING_MAX;
	s->pending_count--;
	/* the same few places again, so that their buffers stay few */
	if (s->pending_count == 0)
		s->pending_first = 0;
}

/* Keeps the order of the others. */
int pool_cancel_pending(struct supervisor *s, struct pending *pending)
{
	const uint32_t run = pending->run;
	uint32_t index = 0;

	while (pending_at(s, index) != pending)
		index++;
	for (; index > 0; index--) {
		const struct pending moved = *pending_at(s, index);

		*pending_at(s, index) = *pending_at(s, index - 1);
		*pending_at(s, index - 1) = moved;
	}
	drop_first_pending(s);
	return report_send_never_started(s, run, END_KILLED, 0);
}

/* What belongs to a container as a whole is not a guest's to ask for. */
static bool may_be_guest(const struct run_request *head)
{
	return head->pair == 0 && head->layer == 0 && (head->flags & (RUN_FREEZE | RUN_KEPT_OPEN)) == 0;
}

/* The sections add up, and the frame holds them all. */
static bool is_whole(const uint8_t *request, size_t bytes, struct run_request *head)
{
	if (bytes < sizeof *head)
		return false;
	memcpy(head, request, sizeof *head);
	if (head->host != 0 && !may_be_guest(head))
		return false;
	if (head->pair != 0 && (head->part > PAIR_RELAY || head->channel_count > 0 || head->input_blob != 0 ||
	                        (head->flags & (RUN_TERMINAL | RUN_KEPT_OPEN)) != 0))
		return false;
	return bytes == sizeof *head + (size_t)head->exec_bytes + head->collect_bytes + head->blob_bytes + head->stdin_bytes &&
	       head->collect_bytes <= COLLECT_BYTES_MAX &&
	       (head->collect_bytes == 0 || head->collect_bytes >= sizeof(struct collect_request));
}

/* A home can be given a layer only in a container that was made with that in mind. */
static bool suits(const struct container *c, const uint8_t *request)
{
	struct run_request head;

	memcpy(&head, request, sizeof head);
	return c->late || head.layer == 0;
}

void pool_renew_ready(struct supervisor *s)
{
	for (uint32_t i = 0; i < s->slots_used; i++) {
		if (s->containers[i].state == CONTAINER_READY && !s->containers[i].late)
			container_remove(s, &s->containers[i]);
	}
}

int pool_submit(struct supervisor *s, uint32_t run, const uint8_t *request, size_t bytes)
{
	struct container *ready = find_in_state(s, CONTAINER_READY);
	struct run_request head;
	struct pending *waiting;
	int error;

	if (run == 0 || !is_whole(request, bytes, &head))
		return -EBADMSG;
	if (head.host != 0)
		return guest_submit(s, run, request, bytes);
	if (ready != NULL && suits(ready, request)) {
		error = run_hand_out(s, ready, run, request, s->received_ns, head.stdin_bytes);
		chores_note_run(s, false);
		return error;
	}
	if (s->pending_count == PENDING_MAX)
		return -EBADMSG;
	waiting = pending_at(s, s->pending_count);
	error = buffer_append(&waiting->request, request, bytes);
	if (error < 0)
		return error;
	waiting->run = run;
	waiting->received_ns = s->received_ns;
	waiting->stdin_first_bytes = head.stdin_bytes;
	s->pending_count++;
	s->cold_start_count++;
	chores_note_run(s, true);
	return 0;
}

int pool_make_one(struct supervisor *s)
{
	struct container *c = find_in_state(s, CONTAINER_FREE);
	int error;

	if (c == NULL) {
		c = &s->containers[s->slots_used];
		c->slot = s->slots_used++;
	}
	container_begin(s, c);
	error = maker_make(s, c);
	return error < 0 ? pool_container_failed(s, c, STEP_CLONE, error) : 0;
}

static int announce(struct supervisor *s)
{
	const struct ready ready = {
		.version = PROTOCOL_VERSION,
		.cgroup_version = s->cgroups.version,
		.missing = s->cgroups.missing | s->lacking,
	};
	const struct part part = { &ready, sizeof ready };

	s->announced = true;
	return node_send(s, FRAME_READY, 0, &part, 1);
}

int pool_container_ready(struct supervisor *s, struct container *c)
{
	const struct pending *first = pending_at(s, 0);
	int error = 0;

	if (is_guest(c))
		return guest_ready(s, c);
	s->making_fails = false;
	error = counting_prepare(c);
	if (error < 0)
		return pool_container_failed(s, c, STEP_CGROUP, error);
	pool_set_state(s, c, CONTAINER_READY);
	if (!s->announced)
		error = announce(s);
	if (error < 0 || s->pending_count == 0)
		return error;
	if (!suits(c, first->request.data)) {
		container_remove(s, c);
		return 0;
	}
	error = run_hand_out(s, c, first->run, first->request.data, first->received_ns, first->stdin_first_bytes);
	drop_first_pending(s);
	return error;
}

/* The first run that waits hears of it; where none waits, none is made ahead until one does. */
int pool_container_failed(struct supervisor *s, struct container *c, enum step step, int error)
{
	uint32_t run;

	if (is_guest(c))
		return guest_failed(s, c, step, error);
	if (c->state != CONTAINER_REMOVING && c->state != CONTAINER_FREE)
		container_remove(s, c);
	if (!s->announced) {
		(void)node_send_failure(s, 0, step, error, NULL);
		(void)node_flush(s);
		return -EPIPE;
	}
	if (s->pending_count == 0) {
		s->making_fails = true;
		return 0;
	}
	run = pending_at(s, 0)->run;
	drop_first_pending(s);
	return node_send_failure(s, run, step, error, NULL);
}
