/* What Node asks of a run that is under way. Of one that is over, or has no container yet, nothing is asked. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "clock.h"
#include "supervisor.h"
#include "terminal.h"

/* Init sends it on: the command's ids are its own to know. */
static int pass_signal(const struct container *c, const uint8_t *payload, size_t bytes)
{
	uint32_t number;

	if (bytes != sizeof number)
		return -EBADMSG;
	memcpy(&number, payload, sizeof number);
	if (number == 0 || number > (uint32_t)SIGRTMAX)
		return -EBADMSG;
	(void)container_order(c, ORDER_SIGNAL, number, 0);
	return 0;
}

static int resize(const struct container *c, const uint8_t *payload, size_t bytes)
{
	struct terminal_size size;

	if (bytes != sizeof size)
		return -EBADMSG;
	memcpy(&size, payload, sizeof size);
	if ((c->run.flags & RUN_TERMINAL) != 0 && c->streams[STREAM_OUTPUT] >= 0)
		(void)terminal_resize(c->streams[STREAM_OUTPUT], &size);
	return 0;
}

/* Those limits that the kernel takes at any time; the command's own (descriptors, stack, ...) stay. */
static int renew(struct supervisor *s, struct container *c, const uint8_t *payload, size_t bytes)
{
	struct limits limits;
	int error;

	if (bytes != sizeof limits)
		return -EBADMSG;
	memcpy(&limits, payload, sizeof limits);
	error = c->has_cgroup ? cgroup_set_limits(&c->cgroup, &limits) : 0;
	/* unlimited it must not run on; others may */
	if (error < 0)
		return run_give_up(s, c);
	c->run.limits = limits;
	memset(c->run.total, 0, sizeof c->run.total);
	c->run.active_cpu_ns = 0;
	c->run.renewed = true;
	return deadlines_start(s, c);
}

/* In order: those who run in it are killed, and then what is written may be kept. */
static int close_open(struct supervisor *s, struct container *c, const uint8_t *payload, size_t bytes)
{
	uint32_t keep;

	if (bytes != sizeof keep)
		return -EBADMSG;
	memcpy(&keep, payload, sizeof keep);
	if ((c->run.flags & RUN_KEPT_OPEN) == 0)
		return 0;
	c->run.flags |= keep == 1 ? (uint32_t)RUN_FREEZE : 0;
	run_kill(s, c, END_COMMAND);
	return 0;
}

int running_handle(struct supervisor *s, const struct frame_header *header, const uint8_t *payload)
{
	struct container *c = pool_find(s, header->run);

	if (c == NULL || c->state != CONTAINER_RUNNING)
		return 0;
	if (header->type == FRAME_SIGNAL)
		return pass_signal(c, payload, header->length);
	if (header->type == FRAME_RESIZE)
		return resize(c, payload, header->length);
	if (header->type == FRAME_RENEW)
		return renew(s, c, payload, header->length);
	if (header->type == FRAME_CLOSE)
		return close_open(s, c, payload, header->length);
	return report_usage(s, c);
}
