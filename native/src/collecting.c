/*
 * What init collected, on its way to Node: pieces of a stream that nobody here reads. No more is under way than a window
 * holds: while Node lags, init waits.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "clock.h"
#include "collecting.h"

int collecting_keep(struct container *c, const uint8_t *section, uint32_t bytes)
{
	struct collect_request head;

	if (bytes == 0)
		return 0;
	memcpy(&head, section, sizeof head);
	c->run.collect_window = WINDOW_BYTES;
	/* each with its path, and each file with the start and the end of its data; each page of data may be an extent */
	c->run.remember_count_max = head.entry_count_max;
	/* each may be told twice: that it changed, and what it is */
	c->run.collect_room = head.data_bytes_max + head.data_bytes_max / (4096 / sizeof(struct collected_data)) +
	                      head.entry_count_max * UINT64_C(2) * (sizeof(struct collected) + PATH_MAX) + PACKET_BYTES;
	return buffer_append(&c->buffers->collect, section, bytes);
}

/*
 * Init walks through a whole home before it has anything to say: 30 microseconds for each name where nothing else runs,
 * many times that on a busy machine. Each may take a millisecond.
 */
static void expect_walk(struct supervisor *s, struct container *c)
{
	run_expect_answer(s, c);
	if ((c->run.flags & RUN_CHANGES) != 0)
		c->run.give_up_ns = after_ms(c->run.give_up_ns, c->run.remember_count_max);
}

void collecting_remember(struct supervisor *s, struct container *c)
{
	expect_walk(s, c);
	/* an init that is dead shows by its end */
	(void)container_order(c, ORDER_REMEMBER, c->run.remember_count_max, 0);
}

int collecting_remembered(struct supervisor *s, struct container *c)
{
	if ((c->run.flags & RUN_CHANGES) == 0 || c->run.remembered || c->state != CONTAINER_PLACING)
		return 0;
	c->run.remembered = true;
	c->run.give_up_ns = 0;
	return run_placed(s, c);
}

int collecting_order(struct supervisor *s, struct container *c)
{
	const struct buffer *section = &c->buffers->collect;
	const uint8_t *at = section->data;
	size_t left = section->length;
	int error;

	pool_set_state(s, c, CONTAINER_COLLECTING);
	expect_walk(s, c);
	error = container_order(c, ORDER_COLLECT, left, 0);
	while (left > 0 && error == 0) {
		const size_t packet = left < PACKET_BYTES ? left : (size_t)PACKET_BYTES;

		if (send(c->init_socket, at, packet, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			error = -errno;
		at += packet;
		left -= packet;
	}
	return error < 0 ? run_give_up(s, c) : 0;
}

int collecting_begin(struct supervisor *s, struct container *c, const struct init_record *record)
{
	if (record->bytes == 0 || record->bytes > PACKET_BYTES || record->bytes > c->run.collect_room)
		return run_give_up(s, c);
	c->run.collect_bytes = (uint32_t)record->bytes;
	c->run.collect_room -= record->bytes;
	return 0;
}

int collecting_receive(struct supervisor *s, struct container *c)
{
	struct buffer *passing = &c->buffers->passing;
	int error = buffer_reserve(passing, PACKET_BYTES);
	ssize_t count;

	if (error < 0)
		return error;
	/* where it stays: the stack is inherited by every init */
	count = recv(c->init_socket, passing->data, PACKET_BYTES, MSG_DONTWAIT);
	if (count < 0 && errno == EAGAIN)
		return 0;
	if (count != (ssize_t)c->run.collect_bytes)
		return run_give_up(s, c);
	c->run.collect_bytes = 0;
	c->run.collect_window -= (uint32_t)count;
	expect_walk(s, c);
	if (c->run.collect_window < PACKET_BYTES) {
		/* for as long as Node likes: it is not init that is late */
		c->run.collect_waits = true;
		c->run.give_up_ns = 0;
		loop_remove(s, c->init_socket);
	}
	return node_send_stream(s, FRAME_BYTES, c->run.id, STREAM_COLLECTED, passing->data, (size_t)count);
}

int collecting_taken(struct supervisor *s, struct container *c, uint64_t count)
{
	const uint64_t window = c->run.collect_window + count;

	if (count > WINDOW_BYTES)
		return -EBADMSG;
	if (c->state != CONTAINER_COLLECTING)
		return 0;
	c->run.collect_window = window < WINDOW_BYTES ? (uint32_t)window : (uint32_t)WINDOW_BYTES;
	if (!c->run.collect_waits || c->run.collect_window < PACKET_BYTES)
		return 0;
	c->run.collect_waits = false;
	expect_walk(s, c);
	return loop_add(s, c->init_socket, EPOLLIN, EVENT_INIT, c);
}
