/*
 * What an init says, which whoever broke out of a container into it may choose: the first byte is the state of the
 * container, the rest its packets, each behind the number of its bytes in hundreds.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fuzz.h"
#include "rig.h"

enum { HUNDRED = 100, ENTRIES = 2, ROOM = 1000 };

static const struct run_request request = {
	.limits = { .wall_time_ms = 1000, .cpu_time_ms = 1000, .idle_time_ms = 500, .memory_bytes = 1, .cpus = 1,
	            .output_bytes = 100, .disk_bytes = 1 },
	.exec_bytes = 8,
	.collect_bytes = sizeof(struct collect_request) + 6,
};

/* A run, with something to collect, brought into one of the states that it can be in. */
static void start_run(struct rig *rig, uint8_t choice)
{
	struct {
		struct run_request head;
		uint8_t exec[8];
		struct collect_request collect;
		uint8_t patterns[6];
	} frame = { .head = request, .collect = { .pattern_count = 2, .strings_bytes = 6, .data_bytes_max = ROOM, .entry_count_max = ENTRIES },
	              .patterns = "=a\0*b" };

	if ((choice & 1) != 0)
		frame.head.flags |= RUN_HAS_FILES;
	if ((choice & 2) != 0)
		frame.head.limits.disk_bytes = 2;
	if ((choice & 4) != 0)
		frame.head.collect_bytes = 0;
	if ((choice & 32) != 0)
		frame.head.flags |= RUN_FREEZE;
	const size_t bytes = sizeof frame.head + sizeof frame.exec + frame.head.collect_bytes;

	fuzz_require(pool_submit(&rig->s, 1, (const uint8_t *)&frame, bytes) == 0, "a request that is sound");
	(void)rig_make_ready(rig, 0);
	if ((choice & 8) != 0)
		run_kill(&rig->s, &rig->s.containers[0], END_KILLED);
}

/* Node is sent no more than it asked for, and no more at once than it has taken. */
static void check_room(const struct container *c, uint64_t *most)
{
	if (c->buffers == NULL)
		return;
	fuzz_require(c->run.collect_window <= WINDOW_BYTES, "no more under way than the window");
	fuzz_require(c->run.collect_room <= *most, "what may still come does not grow");
	*most = c->run.collect_room == 0 ? *most : c->run.collect_room;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rig *rig = rig_start();
	struct container *c = &rig->s.containers[0];
	uint64_t most = UINT64_MAX;
	size_t at = 1;
	int error = 0;

	if (size > 0 && (data[0] & 16) == 0)
		start_run(rig, data[0]);
	else if (size > 0 && (data[0] & 1) != 0)
		(void)rig_make_ready(rig, 0);
	while (at < size && error == 0 && c->state != CONTAINER_FREE) {
		size_t bytes = (size_t)data[at] * HUNDRED;

		at++;
		/* records and violations are the lengths that matter */
		bytes = data[at - 1] == 0 ? sizeof(struct init_record) : data[at - 1] == 1 ? sizeof(struct violation) : bytes;
		bytes = bytes < size - at ? bytes : size - at;
		(void)send(rig->inits[0], data + at, bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
		at += bytes;
		error = run_init_event(&rig->s, c);
		check_room(c, &most);
		rig_drain(rig);
	}
	rig_stop(rig);
	return 0;
}
