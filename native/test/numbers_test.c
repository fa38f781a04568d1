/* Numbers that others choose: limits, errors that are told, texts of /proc. */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "caller.h"
#include "cgroup_driver.h"
#include "check.h"
#include "clock.h"
#include "inside_usage.h"
#include "sample.h"
#include "scope.h"
#include "scratch.h"
#include "supervisor.h"
#include "watcher.h"

static void quotas(void)
{
	check(cgroup_cpu_quota_us(1.5) == 150000, "a quota is CPUs times the period");
	check(cgroup_cpu_quota_us(0.0) == CPU_QUOTA_US_MIN && cgroup_cpu_quota_us(-1.0) == CPU_QUOTA_US_MIN,
		"a quota is at least what the kernel takes");
	check(cgroup_cpu_quota_us((double)INFINITY) == CPU_QUOTA_US_MAX && cgroup_cpu_quota_us(1e300) == CPU_QUOTA_US_MAX,
		"a quota is at most what the kernel takes");
	check(cgroup_cpu_quota_us((double)NAN) == CPU_QUOTA_US_MIN, "what is no number is the least quota");
}

/* When the timer would fire for a run with these limits, in nanoseconds from now. */
static uint64_t first_look(struct limits limits)
{
	int far;
	AUTO_CLOSE int init = socket_with(SOCK_SEQPACKET, "", 0, &far);
	AUTO_CLOSE int held = far;
	struct container container = { .state = CONTAINER_RUNNING, .init_socket = init, .run = { .id = 1, .limits = limits } };
	struct supervisor s = { .containers = &container, .slots_used = 1, .online_cpus = 2 };
	AUTO_CLOSE int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	const uint64_t now = monotonic_ns();
	s.timer = timer;
	if (deadlines_start(&s, &container) < 0)
		return 0;
	container.run.started_ns = now;
	container.run.active_ns = now;
	container.run.check_cpu_ns = now;
	container.run.check_idle_ns = limits.idle_time_ms < limits.wall_time_ms ? now : UINT64_MAX;
	(void)deadlines_check(&s);
	return s.timer_ns == 0 || s.timer_ns == UINT64_MAX ? UINT64_MAX : s.timer_ns - now;
}

static void deadlines(void)
{
	const struct limits ordinary = {
		.wall_time_ms = 1000, .cpu_time_ms = 1000, .idle_time_ms = 500, .cpus = 1, .process_count = 8
	};
	struct limits limits = ordinary;
	check_between((double)first_look(limits), NS_PER_MS, 1000.0 * NS_PER_MS, "a run is looked at within its limits");
	limits.cpu_time_ms = UINT64_MAX;
	limits.wall_time_ms = UINT64_MAX;
	limits.idle_time_ms = UINT64_MAX - 1;
	limits.cpus = 0.01;
	check(first_look(limits) > 1000000000ULL * NS_PER_MS, "limits beyond all clocks are never due, and not at once");
	limits.cpus = (double)NAN;
	check(first_look(limits) >= NS_PER_MS, "a run on what is no number of CPUs is looked at in its time");
	limits.cpus = -1;
	check_between((double)first_look(limits), NS_PER_MS / 2.0, 100.0 * NS_PER_MS, "a run on less than no CPU is looked at soon");
}

static void errors(void)
{
	check(told_error(EIO) == -EIO && told_error(ERRNO_MAX) == -ERRNO_MAX, "an errno that is told is taken");
	check(told_error(0) == -EPROTO && told_error(0x80000000U) == -EPROTO && told_error(UINT32_MAX) == -EPROTO,
		"what is no errno is EPROTO");
}

static void proc_files(void)
{
	static const char stat[] =
		"42 (a) R 1 (b) S 1 42 42 0 -1 4194560 93 0 0 0 12 3 4 5 20 0 2 0 100 2260992 129 18446744073709551615 1 1\n";
	struct process_sample sample;
	check(sample_parse_stat(stat, &sample) == 0 && sample.cpu_ticks == 24 && sample.thread_count == 2 &&
		sample.resident_pages == 129, "a program's name may look like the fields behind it");
	check(sample_parse_stat("42 (a) R ", &sample) == 0 && sample.cpu_ticks == 0, "fields that are not there are zero");
	check(sample_parse_stat("42 (a)", &sample) == -EBADMSG && sample_parse_stat("", &sample) == -EBADMSG,
		"a text without a state is none of a process");
	const struct io io = parse_io("rchar: 12\nwchar: 34\nsyscr: 5\n");
	check(io.read_bytes == 12 && io.written_bytes == 34, "bytes read and written are found");
	check(parse_io("").read_bytes == 0, "what is not there is zero");
	check(is_fatal_sigsys("\nSigBlk:\t0\nSigIgn:\t0\nSigCgt:\t0\n"), "SIGSYS kills who does nothing about it");
	check(!is_fatal_sigsys("\nSigBlk:\t40000000\nSigIgn:\t0\nSigCgt:\t0\n") &&
		!is_fatal_sigsys("\nSigBlk:\t0\nSigIgn:\t40000000\nSigCgt:\t0\n") &&
		!is_fatal_sigsys("\nSigBlk:\t0\nSigIgn:\t0\nSigCgt:\t40000000\n"), "but not who blocks, ignores or handles it");
	check(!is_fatal_sigsys("") && !is_fatal_sigsys("\nSigBlk:\t0\n"), "what is not known is taken for the worse");
}

int main(void)
{
	quotas();
	deadlines();
	errors();
	proc_files();
	return check_report();
}
