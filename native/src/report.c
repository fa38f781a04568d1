#define _GNU_SOURCE
#include "clock.h"
#include "counting.h"
#include "supervisor.h"

static double to_ms(uint64_t ns)
{
	return (double)ns / NS_PER_MS;
}

static void add_usage(struct report *report, const struct container *c)
{
	const struct init_record *end = &c->run.end;
	struct cgroup_counters counters = { 0 };
	struct usage *usage = &report->usage;

	(void)counting_read(c, &counters);
	/* where its limits were renewed, from then on; where nothing was executed, from when others could be */
	const bool by_us = c->run.renewed || (c->run.flags & RUN_KEPT_OPEN) != 0;
	const uint64_t started_ns = by_us ? c->run.started_ns : end->started_ns;

	if (started_ns != 0 && end->ended_ns > started_ns)
		usage->wall_time_ms = to_ms(end->ended_ns - started_ns);
	usage->cpu_time_ms = to_ms(counters.cpu_ns);
	usage->user_time_ms = to_ms(counters.user_ns);
	usage->system_time_ms = to_ms(counters.system_ns);
	usage->throttled_ms = to_ms(counters.throttled_ns);
	usage->memory_peak_bytes = counters.memory_peak_bytes;
	usage->process_peak_count = counters.process_peak_count;
	usage->resident_peak_bytes = end->resident_peak_bytes;
	usage->read_bytes = end->read_bytes;
	usage->written_bytes = end->written_bytes;
	usage->voluntary_switch_count = end->voluntary_switch_count;
	usage->involuntary_switch_count = end->involuntary_switch_count;
	usage->minor_fault_count = end->minor_fault_count;
	usage->major_fault_count = end->major_fault_count;
	report->oom_kill_count = counters.oom_kill_count;
	report->process_max_count = counters.process_max_count;
}

static void add_trace(struct report *report, const struct run *run)
{
	report->trace = (struct trace){
		.received_ns = run->received_ns,
		.handed_out_ns = run->handed_out_ns,
		.started_ns = run->end.started_ns,
		.ended_ns = run->end.ended_ns,
		.end_received_ns = run->end_received_ns,
		.counted_ns = monotonic_ns(),
	};
}

static void add_pool(struct report *report, const struct supervisor *s)
{
	report->pool_ready = s->state_counts[CONTAINER_READY];
	report->pool_making = s->state_counts[CONTAINER_MAKING];
	report->pool_destroying = s->state_counts[CONTAINER_SPENT] + s->state_counts[CONTAINER_REMOVING];
	for (int state = CONTAINER_RESIZING; state < CONTAINER_SPENT; state++)
		report->pool_busy += s->state_counts[state];
	report->cold_start_count = s->cold_start_count;
}

/* As they are when Node reads it: the container of the run that is reported goes at once. */
static void add_pool_after(struct report *report, const struct supervisor *s, const struct container *c)
{
	add_pool(report, s);
	if (is_guest(c))
		return;
	report->pool_busy--;
	report->pool_destroying++;
}

int report_usage(struct supervisor *s, const struct container *c)
{
	struct report report = { 0 };
	const struct part part = { &report.usage, sizeof report.usage };
	const uint64_t now_ns = monotonic_ns();

	add_usage(&report, c);
	report.usage.wall_time_ms = to_ms(now_ns - deadlines_command_start(c, now_ns));
	return node_send(s, FRAME_USED, c->run.id, &part, 1);
}

static uint32_t flags_of(const struct container *c)
{
	const bool older_peak = c->run.renewed && c->has_cgroup && !c->cgroup.peaks_reset;

	return (c->run.end.ended_first != 0 ? REPORT_ENDED_FIRST : 0U) | (older_peak ? REPORT_OLDER_PEAK : 0U) |
	       (c->run.by_host ? REPORT_BY_HOST : 0U);
}

/* Of channels the one with the most. */
static uint64_t most_of_channels(const struct run *run)
{
	uint64_t most = 0;

	for (int i = STREAM_CHANNEL; i < STREAMS_MAX; i++)
		most = run->total[i] > most ? run->total[i] : most;
	return most;
}

int report_send(struct supervisor *s, struct container *c)
{
	const struct run *run = &c->run;
	struct report report = {
		.ended_by = (uint32_t)run->ended_by,
		.wait_status = run->end.wait_status,
		.flags = flags_of(c),
		.failed_step = run->failed.step,
		.failed_error = run->failed.error,
		.failed_index = run->failed.index,
		.stdout_total_bytes = run->total[STREAM_OUTPUT],
		.stderr_total_bytes = run->total[STREAM_ERROR],
		.channel_total_bytes = most_of_channels(run),
		.disk_free_bytes = run->end.disk_free_bytes,
		.disk_free_inodes = run->end.disk_free_inodes,
		.stdout_bytes = (uint32_t)c->buffers->output[0].length,
		.stderr_bytes = (uint32_t)c->buffers->output[1].length,
		.violation_count = (uint32_t)(c->buffers->violations.length / sizeof(struct violation)),
		.layer = run->frozen,
		.refusal_count = run->end.refusal_count,
		.host_measured = run->host_measured,
	};
	const struct part parts[] = {
		{ &report, sizeof report },
		{ c->buffers->violations.data, c->buffers->violations.length },
		{ c->buffers->output[0].data, c->buffers->output[0].length },
		{ c->buffers->output[1].data, c->buffers->output[1].length },
	};

	if (run->ended_by == END_IDLE_TIME && run->end.ended_ns > run->active_ns)
		report.idle_time_ms = to_ms(run->end.ended_ns - run->active_ns);
	add_usage(&report, c);
	add_trace(&report, run);
	add_pool_after(&report, s, c);
	return node_send(s, FRAME_REPORT, run->id, parts, 4);
}

int report_send_never_started(struct supervisor *s, uint32_t run, enum ended_by reason, double host_measured)
{
	struct report report = {
		.ended_by = (uint32_t)reason,
		.flags = reason == END_KILLED ? 0 : REPORT_BY_HOST,
		.host_measured = host_measured,
		/* nothing is known of a disk, and so it is not known to be full */
		.disk_free_bytes = 1,
		.disk_free_inodes = 1,
	};
	const struct part part = { &report, sizeof report };

	add_pool(&report, s);
	return node_send(s, FRAME_REPORT, run, &part, 1);
}
