/* Cgroups below a container's: each limits and counts its own, and the container's all of them. */
#include <errno.h>
#include <signal.h>

#include "cgroup_support.h"
#include "check.h"
#include "child.h"

/* A container's with somebody in it already, as its stub is. */
static pid_t make_divided(const struct cgroup_base *base, struct limits limits, struct cgroup *out)
{
	pid_t waiting;
	if (!make_cgroup(base, limits, out))
		return -1;
	waiting = child_start(out, sleep_on, 0);
	/* it has joined once it is counted */
	struct cgroup_counters counters = { 0 };
	for (int i = 0; i < 100000 && counters.process_peak_count == 0; i++)
		(void)cgroup_read(out, 0, &counters);
	check_equal(cgroup_divide(out), 0, "a cgroup with a process in it is divided");
	return waiting;
}

static void end(struct cgroup *whole, pid_t waiting)
{
	kill(waiting, SIGKILL);
	child_wait(waiting);
	int error = -EBUSY;
	for (int i = 0; i < 100000 && error == -EBUSY; i++)
		error = cgroup_destroy(whole);
	check_equal(error, 0, "the divided one goes when nobody is in it any more");
}

static void counts_its_own(const struct cgroup_base *base)
{
	struct cgroup whole, one, two;
	struct cgroup_counters of_whole, of_one, of_two;
	const pid_t waiting = make_divided(base, ordinary_limits(), &whole);
	if (waiting < 0 || cgroup_create_below(&whole, 1, &whole.limits, &one) < 0 ||
	    cgroup_create_below(&whole, 2, &whole.limits, &two) < 0) {
		check(false, "two cgroups are made below it");
		return;
	}
	cgroup_start_counting(&whole);
	cgroup_start_counting(&one);
	cgroup_start_counting(&two);
	check(child_run(&one, burn_cpu, 40) && child_run(&one, touch_memory, 8 * MIB), "a child works in the first");
	check(child_run(&two, burn_cpu, 20), "another one works in the second");
	check(cgroup_read(&whole, whole.baseline.cpu_ns, &of_whole) == 0 && cgroup_read(&one, one.baseline.cpu_ns, &of_one) == 0 &&
		cgroup_read(&two, two.baseline.cpu_ns, &of_two) == 0, "all three can be read");
	check_between((double)of_one.cpu_ns / 1e6, 40, 400, "the first has counted its child");
	check_between((double)of_two.cpu_ns / 1e6, 20, (double)of_one.cpu_ns / 1e6, "the second has counted its own");
	check(of_whole.cpu_ns >= of_one.cpu_ns + of_two.cpu_ns - 1000000, "the divided one has counted both");
	check(of_two.memory_peak_bytes < 4 * MIB && of_whole.memory_peak_bytes >= 8 * MIB, "memory too");
	check(cgroup_destroy(&one) == 0 && cgroup_destroy(&two) == 0, "they go one by one");
	end(&whole, waiting);
}

static void limits_hold(const struct cgroup_base *base)
{
	struct cgroup whole, part;
	struct limits limits = ordinary_limits(), more;
	limits.process_count = 6;
	more = limits;
	more.process_count = 4;
	const pid_t waiting = make_divided(base, limits, &whole);
	if (waiting < 0 || cgroup_create_below(&whole, 1, &more, &part) < 0) {
		check(false, "a cgroup is made below it");
		return;
	}
	check_equal(child_wait(child_start(&part, fork_up_to, 10)) >> 8, 4, "its own limit holds below");
	more.process_count = 64;
	check_equal(cgroup_set_limits(&part, &more), 0, "it may be given more than the divided one has");
	/* one waits beside */
	check_equal(child_wait(child_start(&part, fork_up_to, 10)) >> 8, 5, "and has no more than that one has left");
	cgroup_destroy(&part);
	end(&whole, waiting);
}

int main(void)
{
	struct cgroup_base base;
	if (!open_base(&base))
		return check_report();
	counts_its_own(&base);
	limits_hold(&base);
	cgroup_base_close(&base);
	return check_report();
}
