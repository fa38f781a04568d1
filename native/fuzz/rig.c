#define _GNU_SOURCE
#include "rig.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "descriptors.h"
#include "fuzz.h"
#include "layers.h"
#include "scope.h"

static void open_pair(int type, int *near, int *far)
{
	int pair[2];

	fuzz_require(socketpair(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0, "a pair of sockets");
	*near = pair[0];
	*far = pair[1];
}

static void open_pipe(int near_end, int *near, int *far)
{
	int pair[2];

	fuzz_require(pipe2(pair, O_CLOEXEC | O_NONBLOCK) == 0, "a pipe");
	*near = pair[near_end];
	*far = pair[1 - near_end];
}

static void open_container(struct rig *rig, unsigned which)
{
	struct supervisor *s = &rig->s;
	struct container *c = &s->containers[which];

	memset(&c->run, 0, sizeof c->run);
	c->slot = which;
	c->generation++;
	c->pidfd = -1;
	c->retry_ns = 0;
	open_pair(SOCK_SEQPACKET, &c->init_socket, &rig->inits[which]);
	open_pair(SOCK_STREAM, &c->stub_socket, &rig->stubs[which]);
	for (int i = 0; i < STREAMS_MAX; i++) {
		c->streams[i] = -1;
		c->watched[i] = 0;
	}
	open_pipe(1, &c->streams[STREAM_INPUT], &rig->standard[which][0]);
	open_pipe(0, &c->streams[STREAM_OUTPUT], &rig->standard[which][1]);
	open_pipe(0, &c->streams[STREAM_ERROR], &rig->standard[which][2]);
	pool_set_state(s, c, CONTAINER_MAKING);
	fuzz_require(loop_add(s, c->init_socket, EPOLLIN, EVENT_INIT, c) == 0, "init's socket in the loop");
	fuzz_require(loop_add(s, c->stub_socket, EPOLLIN, EVENT_STUB, c) == 0, "the stub's socket in the loop");
	fuzz_require(stream_watch(s, c, STREAM_OUTPUT) == 0, "standard output in the loop");
	fuzz_require(stream_watch(s, c, STREAM_ERROR) == 0, "standard error in the loop");
}

/* Memory is kept from one input to the next; everything else is made anew. */
static void set_up(struct rig *rig)
{
	struct supervisor *s = &rig->s;
	const struct supervisor old = *s;

	*s = (struct supervisor){
		.maker = -1, .signals = -1, .runtime_parent = -1, .announced = true, .slots_used = RIG_CONTAINERS, .online_cpus = 2,
		.containers = old.containers, .buffers = old.buffers, .pending = old.pending,
		.layers = old.layers, .own_namespace = -1,
		/* no directory: whoever runs this, nothing is mounted anywhere */
		.store = { .blobs = old.store.blobs, .namespace = -1, .shelf = open("/dev/null", O_PATH | O_CLOEXEC) },
		.from_node = old.from_node, .to_node = old.to_node,
	};
	/* as the supervisor has it from its start */
	(void)signal(SIGPIPE, SIG_IGN);
	if (s->containers == NULL) {
		s->containers = private_map((CONTAINERS_MAX + GUESTS_MAX) * sizeof *s->containers);
		s->buffers = private_map(RUNS_MAX * sizeof *s->buffers);
		s->pending = private_map(PENDING_MAX * sizeof *s->pending);
		s->layers = private_map(LAYERS_MAX * sizeof *s->layers);
		s->store.blobs = private_map(BLOBS_MAX * sizeof *s->store.blobs);
	}
	s->state_counts[CONTAINER_FREE] = CONTAINERS_MAX;
	s->config.violation_max = 3;
	s->config.limits.disk_bytes = 1;
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	s->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
}

struct rig *rig_start(void)
{
	static struct rig rig;
	struct supervisor *s = &rig.s;

	set_up(&rig);
	for (unsigned i = 0; i < RIG_GUESTS; i++) {
		rig.guest_inits[i] = -1;
		rig.guest_stubs[i] = -1;
	}
	open_pair(SOCK_STREAM, &s->node, &rig.node);
	fuzz_require(loop_add(s, s->node, EPOLLIN, EVENT_NODE, NULL) == 0, "Node's socket in the loop");
	for (unsigned i = 0; i < RIG_CONTAINERS; i++)
		open_container(&rig, i);
	return &rig;
}

int rig_make_ready(struct rig *rig, unsigned which)
{
	struct container *c = rig_container(rig, which);

	/* by a process of its own it would have greeted */
	c->greeted = c->greeted || is_guest(c);
	return c->state == CONTAINER_MAKING ? pool_container_ready(&rig->s, c) : 0;
}

struct container *rig_container(struct rig *rig, unsigned which)
{
	return &rig->s.containers[which < RIG_CONTAINERS ? which : CONTAINERS_MAX + which - RIG_CONTAINERS];
}

int rig_init_of(const struct rig *rig, const struct container *c)
{
	return is_guest(c) ? rig->guest_inits[c->slot - CONTAINERS_MAX] : rig->inits[c->slot];
}

int rig_stub_of(const struct rig *rig, const struct container *c)
{
	return is_guest(c) ? rig->guest_stubs[c->slot - CONTAINERS_MAX] : rig->stubs[c->slot];
}

/* A guest's ends come with the order to make it; the first guest has the first place. */
static void adopt(struct rig *rig, const struct descriptors *with)
{
	for (unsigned i = 0; i < RIG_GUESTS; i++) {
		const struct container *guest = &rig->s.containers[CONTAINERS_MAX + i];

		if (guest->state != CONTAINER_MAKING || rig->guest_inits[i] >= 0 || with->count < 2)
			continue;
		rig->guest_inits[i] = fcntl(with->fds[0], F_DUPFD_CLOEXEC, 0);
		rig->guest_stubs[i] = fcntl(with->fds[1], F_DUPFD_CLOEXEC, 0);
		(void)fcntl(rig->guest_inits[i], F_SETFL, O_NONBLOCK);
		(void)fcntl(rig->guest_stubs[i], F_SETFL, O_NONBLOCK);
		return;
	}
}

/* Whatever an init is told; a packet that is no order is one of bytes. */
static void drain_init(struct rig *rig, unsigned which)
{
	struct init_command command;
	struct descriptors with;
	int error;

	do {
		error = descriptors_receive(rig->inits[which], &command, sizeof command, &with, MSG_DONTWAIT);
		if (error == 0 && command.order == ORDER_GUEST)
			adopt(rig, &with);
		descriptors_close(&with);
	} while (error == 0 || error == -EPROTO);
}

static void drain_guests(struct rig *rig)
{
	static uint8_t nowhere[64 * 1024];

	for (unsigned i = 0; i < RIG_GUESTS; i++) {
		if (rig->guest_inits[i] < 0)
			continue;
		while (recv(rig->guest_inits[i], nowhere, sizeof nowhere, MSG_DONTWAIT) > 0)
			continue;
		while (recv(rig->guest_stubs[i], nowhere, sizeof nowhere, MSG_DONTWAIT) > 0)
			continue;
		if (rig->s.containers[CONTAINERS_MAX + i].state == CONTAINER_FREE) {
			close_fd(&rig->guest_inits[i]);
			close_fd(&rig->guest_stubs[i]);
		}
	}
}

void rig_drain(struct rig *rig)
{
	static uint8_t nowhere[64 * 1024];

	while (recv(rig->node, nowhere, sizeof nowhere, MSG_DONTWAIT) > 0)
		continue;
	for (unsigned i = 0; i < RIG_CONTAINERS; i++) {
		drain_init(rig, i);
		while (recv(rig->stubs[i], nowhere, sizeof nowhere, MSG_DONTWAIT) > 0)
			continue;
		while (read(rig->standard[i][0], nowhere, sizeof nowhere) > 0)
			continue;
	}
	drain_guests(rig);
}

int rig_send_from_node(struct rig *rig, const uint8_t *bytes, size_t count)
{
	int error = 0;

	for (size_t done = 0; done < count && error == 0;) {
		const ssize_t sent = send(rig->node, bytes + done, count - done, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent > 0)
			done += (size_t)sent;
		error = node_receive(&rig->s);
		rig_drain(rig);
	}
	return error == 0 ? node_receive(&rig->s) : error;
}

static void check_counts(const struct supervisor *s)
{
	uint32_t counts[CONTAINER_REMOVING + 1] = { 0 };

	for (uint32_t i = 0; i < CONTAINERS_MAX; i++)
		counts[s->containers[i].state]++;
	fuzz_require(memcmp(counts, s->state_counts, sizeof counts) == 0, "the counts of states are those of the containers");
	fuzz_require(s->pending_count <= PENDING_MAX, "no more runs wait than there are places");
}

void rig_stop(struct rig *rig)
{
	struct supervisor *s = &rig->s;

	check_counts(s);
	for (unsigned i = 0; i < RIG_CONTAINERS; i++) {
		struct container *c = &s->containers[i];

		if (c->state != CONTAINER_FREE)
			container_remove(s, c);
		fuzz_require(c->state == CONTAINER_FREE && c->buffers == NULL, "a removed container holds nothing");
		close_fd(&rig->inits[i]);
		close_fd(&rig->stubs[i]);
		for (int j = 0; j < 3; j++)
			close_fd(&rig->standard[i][j]);
	}
	for (unsigned i = 0; i < GUESTS_MAX; i++)
		fuzz_require(s->containers[CONTAINERS_MAX + i].state == CONTAINER_FREE, "no guest outlives its host");
	for (unsigned i = 0; i < RIG_GUESTS; i++) {
		close_fd(&rig->guest_inits[i]);
		close_fd(&rig->guest_stubs[i]);
	}
	for (uint32_t i = 0; i < RUNS_MAX; i++)
		fuzz_require(!s->buffers[i].in_use, "no buffers are lost");
	for (uint32_t i = 0; i < PENDING_MAX; i++)
		buffer_reset(&s->pending[i].request);
	for (uint32_t i = 0; i < BLOBS_MAX; i++) {
		if (s->store.blobs[i].id != 0)
			close_fd(&s->store.blobs[i].mount);
		s->store.blobs[i].id = 0;
	}
	close_fd(&s->store.shelf);
	buffer_reset(&s->from_node);
	buffer_reset(&s->to_node);
	close_fd(&s->node);
	close_fd(&rig->node);
	close_fd(&s->epoll);
	close_fd(&s->timer);
}
