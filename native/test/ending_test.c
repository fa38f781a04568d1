/* What a run leaves where every init that is forked later would find it. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "supervisor.h"

enum { STACK_BYTES = 1024 * 1024 };

static const char marker[] = "of a command's own choosing";

static struct supervisor supervisor;
static struct run_buffers buffers;

static void *receive_one(void *container)
{
	return run_init_event(&supervisor, container) == 0 ? container : NULL;
}

/* Lets a thread of whose stack we know receive the first of two violations; what is on it afterwards. */
static void *stack_after(struct container *c)
{
	void *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_attr_t attributes;
	pthread_t thread;
	void *received = NULL;
	if (stack == MAP_FAILED || pthread_attr_init(&attributes) != 0 ||
		pthread_attr_setstack(&attributes, stack, STACK_BYTES) != 0 ||
		pthread_create(&thread, &attributes, receive_one, c) != 0 || pthread_join(thread, &received) != 0)
		abort();
	pthread_attr_destroy(&attributes);
	check(received == c && c->run.violations_left == 1, "a violation is received");
	return stack;
}

static void violation_stays_off_the_stack(void)
{
	struct violation sent = { .count = 1 };
	struct container c = { .init_socket = -1, .buffers = &buffers, .run = { .violations_left = 2 } };
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		abort();
	memcpy(sent.text[0], marker, sizeof marker);
	c.init_socket = pair[0];
	if (send(pair[1], &sent, sizeof sent, 0) != (ssize_t)sizeof sent)
		abort();
	void *stack = stack_after(&c);
	check(buffers.violations.length == sizeof sent && memcmp(buffers.violations.data, &sent, sizeof sent) == 0,
		"and kept as it came");
	check(memmem(stack, STACK_BYTES, marker, sizeof marker) == NULL, "and is not left on the stack, which inits inherit");
	munmap(stack, STACK_BYTES);
	buffer_reset(&buffers.violations);
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	violation_stays_off_the_stack();
	return check_report();
}
