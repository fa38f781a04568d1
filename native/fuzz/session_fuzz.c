/* A supervisor's life, in an order that nobody would choose: each byte is what happens next, and what follows is said. */
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "rig.h"

enum happening {
	NODE_FRAME,     /* type, run, length, bytes */
	INIT_PACKET,    /* a record of which kind and the first fields are given */
	INIT_BYTES,
	STUB_RECORD,
	OUTPUT,
	MADE_READY,
	TIMER,
	INIT_DEATH,
	STUB_ROOM,
	HAPPENINGS,
};

struct input {
	const uint8_t *at;
	size_t left;
};

/* Zeroes where the input has ended. */
static void take(struct input *in, void *out, size_t bytes)
{
	const size_t have = bytes < in->left ? bytes : in->left;

	memset(out, 0, bytes);
	memcpy(out, in->at, have);
	in->at += have;
	in->left -= have;
}

static uint8_t take_byte(struct input *in)
{
	uint8_t byte;

	take(in, &byte, 1);
	return byte;
}

static uint32_t frame_type(uint8_t byte)
{
	const uint8_t type = byte % 18;

	return type < 14 ? type : FRAME_BLOB_OPEN + (type - 14U);
}

static uint32_t stream_number(uint8_t byte)
{
	const uint8_t stream = byte % 15;

	return stream < 14 ? stream : (uint32_t)STREAM_FILES;
}

static uint32_t record_kind(uint8_t byte)
{
	const uint8_t kind = byte % 10;

	return kind < 9 ? kind : (uint32_t)INIT_BLOB;
}

static int node_frame(struct rig *rig, struct input *in)
{
	struct {
		struct frame_header header;
		uint8_t payload[sizeof(struct run_request) + 256];
	} frame = { .header = { .type = frame_type(take_byte(in)), .run = take_byte(in) % 6, .stream = stream_number(take_byte(in)) } };
	struct run_request request = {
		.limits = { .wall_time_ms = 1000, .cpu_time_ms = 1000, .cpus = 1, .output_bytes = 64, .disk_bytes = take_byte(in) % 3 },
		.exec_bytes = take_byte(in) % 64, .collect_bytes = take_byte(in) % 2 * (uint32_t)sizeof(struct collect_request),
		.stdin_bytes = take_byte(in) % 64, .flags = take_byte(in) % 128, .channel_count = take_byte(in) % 10,
		.blob_bytes = take_byte(in) % 64,
	};
	const size_t sections = (size_t)request.exec_bytes + request.collect_bytes + request.blob_bytes + request.stdin_bytes;

	frame.header.length = frame.header.type == FRAME_RUN ? (uint32_t)(sizeof request + sections) : take_byte(in);
	take(in, frame.payload, 8);
	request.pair = frame.payload[6] % 3;
	request.part = frame.payload[7] % 4;
	if (frame.payload[5] % 4 == 1)
		request.flags |= RUN_KEPT_OPEN;
	if (frame.payload[5] % 4 == 2)
		request.host = frame.payload[4] % 6;
	take(in, frame.payload + sizeof request, sections);
	if (frame.header.type == FRAME_RUN)
		memcpy(frame.payload, &request, sizeof request);
	return rig_send_from_node(rig, (const uint8_t *)&frame, sizeof frame.header + frame.header.length);
}

static int init_packet(struct rig *rig, struct container *c, struct input *in)
{
	struct init_record record = { .kind = record_kind(take_byte(in)) };
	uint8_t numbers[8];

	take(in, numbers, sizeof numbers);
	record.step = numbers[0];
	record.error = numbers[1] == 255 ? 0x80000000U : numbers[1];
	record.index = numbers[2];
	record.bytes = numbers[3] == 255 ? UINT64_MAX : numbers[3];
	record.violation_count = numbers[4] % 6;
	record.memory_bytes = numbers[5];
	record.cpu_ns = (uint64_t)numbers[6] << 32;
	record.process_count = numbers[7];
	(void)send(rig_init_of(rig, c), &record, sizeof record, MSG_NOSIGNAL | MSG_DONTWAIT);
	return run_init_event(&rig->s, c);
}

static int init_bytes(struct rig *rig, struct container *c, struct input *in)
{
	uint8_t bytes[sizeof(struct violation)];
	const size_t count = take_byte(in) % 2 == 0 ? sizeof bytes : take_byte(in);

	take(in, bytes, count);
	(void)send(rig_init_of(rig, c), bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
	return run_init_event(&rig->s, c);
}

static int stub_record(struct rig *rig, struct container *c, struct input *in)
{
	const struct stub_record record = { .kind = take_byte(in) % 5, .step = take_byte(in), .error = take_byte(in) * 0x01010101U };
	const struct stub_record told = { .kind = record.kind, .step = record.step, .error = record.error, .index = record.step };

	(void)send(rig_stub_of(rig, c), &told, sizeof told, MSG_NOSIGNAL | MSG_DONTWAIT);
	return run_stub_event(&rig->s, c, EPOLLIN);
}

static int output(struct rig *rig, struct container *c, struct input *in)
{
	uint8_t bytes[128];
	const unsigned n = take_byte(in) % STREAMS_MAX;
	const uint32_t events = take_byte(in) % 2 == 0 ? EPOLLIN : EPOLLIN | EPOLLOUT;

	take(in, bytes, sizeof bytes);
	if (!is_guest(c) && (n == STREAM_OUTPUT || n == STREAM_ERROR))
		(void)!write(rig->standard[c->slot][n], bytes, take_byte(in) % sizeof bytes);
	return stream_event(&rig->s, c, n, events);
}

/* As the loop decides it. */
static int init_death(struct supervisor *s, struct container *c)
{
	return c->run.id != 0 ? run_lost(s, c) : pool_container_failed(s, c, STEP_CLONE, -1);
}

/* Of events that concern a container the loop passes on none that it has outlived. */
static int happen(struct rig *rig, struct input *in)
{
	const enum happening what = take_byte(in) % HAPPENINGS;
	const unsigned which = take_byte(in) % (RIG_CONTAINERS + RIG_GUESTS);
	struct container *c = rig_container(rig, which);

	if (what == NODE_FRAME)
		return node_frame(rig, in);
	if (what == TIMER)
		return deadlines_check(&rig->s);
	if (c->state == CONTAINER_FREE || c->state >= CONTAINER_SPENT)
		return 0;
	switch (what) {
	case INIT_PACKET:
		return init_packet(rig, c, in);
	case INIT_BYTES:
		return init_bytes(rig, c, in);
	case STUB_RECORD:
		return stub_record(rig, c, in);
	case OUTPUT:
		return c->state > CONTAINER_READY ? output(rig, c, in) : 0;
	case MADE_READY:
		return rig_make_ready(rig, which);
	case INIT_DEATH:
		return init_death(&rig->s, c);
	case STUB_ROOM:
		return c->state > CONTAINER_RESIZING ? run_stub_event(&rig->s, c, EPOLLOUT) : 0;
	case NODE_FRAME:
	case TIMER:
	case HAPPENINGS:
		break;
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rig *rig = rig_start();
	struct input in = { data, size };
	int error = 0;

	while (in.left > 0 && error == 0) {
		error = happen(rig, &in);
		rig_drain(rig);
	}
	rig_stop(rig);
	return 0;
}
