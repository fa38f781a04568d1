/* What the kernel counts, and the event when memory runs out. */
#include <errno.h>
#include <signal.h>
#include <time.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include "cgroup_driver.h"
#include "cgroup_support.h"
#include "check.h"
#include "child.h"
#include "scope.h"

static void counters_count(const struct cgroup_base *base)
{
	struct cgroup cgroup;
	struct cgroup_counters counters;
	uint64_t cpu = 1;
	if (!make_cgroup(base, ordinary_limits(), &cgroup))
		return;
	check(child_run(&cgroup, burn_cpu, 20), "a child joins, works and ends");
	check_equal(cgroup_start_counting(&cgroup), 0, "counting begins");
	check(cgroup_read_cpu_ns(&cgroup, cgroup.baseline.cpu_ns, &cpu) == 0 && cpu == 0, "what was used before does not count");
	check(child_run(&cgroup, burn_cpu, 60) && child_run(&cgroup, touch_memory, 24 * MIB), "children use something");
	check_equal(cgroup_read(&cgroup, cgroup.baseline.cpu_ns, &counters), 0, "the counters can be read");
	check_between((double)counters.cpu_ns / 1e6, 60, 600, "CPU time is at least what the children counted");
	check_equal((long long)(counters.user_ns + counters.system_ns), (long long)counters.cpu_ns,
		"user and system time add up");
	check_between((double)counters.memory_peak_bytes, 24.0 * MIB, 40.0 * MIB,
		"the peak of memory is what was touched");
	check_between((double)counters.process_peak_count, cgroup.files[KEPT_PIDS_PEAK] < 0 ? 0 : 1, 1,
		"one process at a time is a peak of one");
	check(counters.oom_kill_count == 0 && counters.process_max_count == 0, "nothing was refused");
	cgroup_destroy(&cgroup);
}

static void quota_throttles(const struct cgroup_base *base)
{
	struct cgroup cgroup;
	struct cgroup_counters counters = { 0 };
	struct limits limits = ordinary_limits();
	limits.cpus = 0.2;
	if (!make_cgroup(base, limits, &cgroup))
		return;
	cgroup_start_counting(&cgroup);
	check(child_run(&cgroup, burn_cpu, 100) && cgroup_read(&cgroup, cgroup.baseline.cpu_ns, &counters) == 0 && counters.throttled_ns > 0,
		"a fifth of a CPU throttles a busy loop");
	cgroup_destroy(&cgroup);
}

static void processes_are_refused(const struct cgroup_base *base)
{
	struct cgroup cgroup;
	struct cgroup_counters counters = { 0 };
	struct limits limits = ordinary_limits();
	limits.process_count = 4;
	if (!make_cgroup(base, limits, &cgroup))
		return;
	cgroup_start_counting(&cgroup);
	int status = child_wait(child_start(&cgroup, fork_up_to, 10));
	check_equal(WEXITSTATUS(status), 4, "no more processes than the limit");
	cgroup_read(&cgroup, cgroup.baseline.cpu_ns, &counters);
	check(counters.process_max_count >= 1, "a fork that was refused is counted");
	check_equal((long long)counters.process_peak_count, 4, "the peak of processes is the limit");
	cgroup_destroy(&cgroup);
}

/* Waits for the event as the supervisor does; what cgroup_take_event said last. */
static int await_oom(struct cgroup *cgroup)
{
	uint32_t events = 0;
	int watched = cgroup_event(cgroup, &events);
	AUTO_CLOSE int poller = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = { .events = events };
	if (watched < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, watched, &event) < 0)
		return -errno;
	for (;;) {
		int ready = epoll_wait(poller, &event, 1, 10000);
		int seen = ready == 1 ? cgroup_take_event(cgroup) : -ETIME;
		if (seen != 0)
			return seen;
	}
}

static bool is_ready(const struct cgroup *cgroup)
{
	uint32_t events = 0;
	int watched = cgroup_event(cgroup, &events);
	AUTO_CLOSE int poller = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = { .events = events };
	epoll_ctl(poller, EPOLL_CTL_ADD, watched, &event);
	return epoll_wait(poller, &event, 1, 0) == 1;
}

/* The kernel tells of each counter that rose, and from a work queue: late ones are taken as they come. */
static bool goes_when_taken(struct cgroup *cgroup)
{
	const struct timespec pause = { .tv_nsec = 10 * 1000000L };
	for (int i = 0; i < 20; i++) {
		cgroup_take_event(cgroup);
		nanosleep(&pause, NULL);
	}
	return !is_ready(cgroup);
}

static void hog_is_killed(const struct cgroup_base *base)
{
	struct cgroup cgroup;
	struct cgroup_counters counters = { 0 };
	struct limits limits = ordinary_limits();
	limits.memory_bytes = 16 * MIB;
	if (!make_cgroup(base, limits, &cgroup))
		return;
	cgroup_start_counting(&cgroup);
	check(!is_ready(&cgroup), "there is no event before memory runs out");
	pid_t hog = child_start(&cgroup, touch_memory, 128 * MIB);
	check_equal(await_oom(&cgroup), 1, "the event tells that memory ran out");
	int status = child_wait(hog);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "a hog is killed");
	check(cgroup_read(&cgroup, cgroup.baseline.cpu_ns, &counters) == 0 && counters.oom_kill_count >= 1, "the kernel counts the kill");
	check_between((double)counters.memory_peak_bytes, 15.0 * MIB, 16.0 * MIB,
		"the peak stays within the limit");
	check(goes_when_taken(&cgroup), "an event that was taken is not there again");
	cgroup_destroy(&cgroup);
}

int main(void)
{
	struct cgroup_base base;
	if (open_base(&base)) {
		counters_count(&base);
		quota_throttles(&base);
		processes_are_refused(&base);
		hog_is_killed(&base);
		cgroup_base_close(&base);
	}
	return check_report();
}
