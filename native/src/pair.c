/*
 * Two runs whose commands are connected: what the one writes the other reads. Between them stands a third run, a relay
 * (relay.c), which has pipes to both; the supervisor makes the pipes and hands them over, and sees nothing of what goes
 * through them. The three start together, once each has all that its request brought.
 */
#define _GNU_SOURCE
#include "pair.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { PARTS = PAIR_RELAY + 1 };

static struct container *find_part(struct supervisor *s, uint32_t pair, uint32_t part, enum container_state state)
{
	for (uint32_t i = 0; i < s->slots_used; i++) {
		struct container *c = &s->containers[i];

		if (c->state == state && c->run.pair == pair && c->run.part == part)
			return c;
	}
	return NULL;
}

/*
 * A pipe between the command and the relay, whose end never blocks. It is the command's own, so that it can be opened
 * again by name, /dev/stdin for one.
 */
static int join(const struct supervisor *s, const struct container *c, int command_end, int *command, int *relay)
{
	const struct identity *identity = &s->identity;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -errno;
	*command = ends[command_end];
	*relay = ends[1 - command_end];
	if (fchown(*command, identity_of_command(identity, c->slot, identity->user),
	           identity_of_command(identity, c->slot, identity->group)) != 0)
		return -errno;
	return fcntl(*relay, F_SETFL, O_NONBLOCK) != 0 ? -errno : 0;
}

/* They go where channels go: the command's first end becomes its input, the second its output (EXEC_PIPES). */
static int join_all(const struct supervisor *s, struct container *const parts[PARTS])
{
	int *relay = parts[PAIR_RELAY]->run.channels_far;
	int error = 0;

	for (int part = 0; part < PARTS; part++) {
		struct run *run = &parts[part]->run;

		for (int i = 0; i < RELAY_ENDS; i++)
			run->channels_far[i] = -1;
		run->channel_count = part == PAIR_RELAY ? RELAY_ENDS : PIPE_ENDS;
	}
	for (int part = 0; part < PAIR_RELAY && error == 0; part++) {
		int *command = parts[part]->run.channels_far;

		error = join(s, parts[part], 1, &command[1], &relay[part]);
		if (error == 0)
			error = join(s, parts[part], 0, &command[0], &relay[3 - part]);
	}
	return error;
}

int pair_placed(struct supervisor *s, struct container *c)
{
	struct container *parts[PARTS];
	int error;

	c->run.placed = true;
	for (uint32_t part = 0; part < PARTS; part++) {
		parts[part] = find_part(s, c->run.pair, part, CONTAINER_PLACING);
		if (parts[part] == NULL || !parts[part]->run.placed)
			return 0;
	}
	error = join_all(s, parts);
	for (int part = PARTS - 1; part >= 0; part--) {
		const int failed = error < 0 ? run_give_up(s, parts[part]) : run_go(s, parts[part]);

		if (failed < 0)
			return failed;
	}
	return 0;
}

int pair_over(struct supervisor *s, const struct container *c, uint32_t part)
{
	struct container *over = c->run.pair == 0 ? NULL : find_part(s, c->run.pair, part, CONTAINER_RUNNING);

	if (c->run.part != PAIR_RELAY || over == NULL || over == c)
		return 0;
	over->run.total[STREAM_OUTPUT] = over->run.limits.output_bytes + 1;
	run_kill(s, over, END_OUTPUT);
	return 0;
}
