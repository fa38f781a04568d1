/* Limits as the kernel has them, and who may join. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "cgroup_files.h"
#include "cgroup_support.h"
#include "check.h"
#include "child.h"

static bool reads(const struct cgroup *cgroup, enum controller controller, const char *v1, const char *v2,
	const char *expected)
{
	char text[FILE_TEXT_BYTES] = "";
	file_read_at(directory_of(cgroup, controller), cgroup->base->version == 2 ? v2 : v1, text, sizeof text);
	text[strcspn(text, "\n")] = '\0';
	if (strcmp(text, expected) != 0)
		printf("       %s: got %s, expected %s\n", cgroup->base->version == 2 ? v2 : v1, text, expected);
	return strcmp(text, expected) == 0;
}

static bool v2(const struct cgroup_base *base)
{
	return base->version == 2;
}

static void limits_are_written(const struct cgroup_base *base)
{
	struct cgroup cgroup;
	struct limits limits = ordinary_limits();
	if (!make_cgroup(base, limits, &cgroup))
		return;
	check(reads(&cgroup, CONTROLLER_MEMORY, "memory.limit_in_bytes", "memory.max", "268435456"), "memory is limited");
	check(reads(&cgroup, CONTROLLER_PIDS, "pids.max", "pids.max", "64"), "processes are limited");
	check(reads(&cgroup, CONTROLLER_CPU, "cpu.cfs_quota_us", "cpu.max", v2(base) ? "100000 100000" : "100000"),
		"one CPU is a quota of the whole period");
	check(reads(&cgroup, CONTROLLER_CPU, "cpu.shares", "cpu.weight", v2(base) ? "25" : "256"),
		"a weight of 25 is a quarter of the default");
	if (v2(base))
		check(reads(&cgroup, CONTROLLER_MEMORY, "", "memory.oom.group", "1"), "the group is killed together");
	else
		check(reads(&cgroup, CONTROLLER_MEMORY, "memory.swappiness", "", "0"), "swappiness is 0");
	if (file_exists_at(directory_of(&cgroup, CONTROLLER_MEMORY), "memory.memsw.limit_in_bytes"))
		check(reads(&cgroup, CONTROLLER_MEMORY, "memory.memsw.limit_in_bytes", "", "268435456"),
			"swap is within the limit on memory");
	/* where no disk goes by it, cgroup_missing_test.c makes one up */
	if ((base->missing & FEATURE_IO_WEIGHT) == 0)
		check(reads(&cgroup, CONTROLLER_IO, "blkio.bfq.weight", "io.weight", v2(base) ? "default 10" : "10"),
			"the weight of IO is written");
	check_equal(cgroup_destroy(&cgroup), 0, "an empty cgroup can be removed");
}

static void limits_change(const struct cgroup_base *base)
{
	struct cgroup cgroup;
	struct limits limits = ordinary_limits();
	if (!make_cgroup(base, limits, &cgroup))
		return;
	limits.memory_bytes = 32 * MIB;
	limits.process_count = 7;
	limits.cpus = 0.5;
	check_equal(cgroup_set_limits(&cgroup, &limits), 0, "limits can be lowered");
	check(reads(&cgroup, CONTROLLER_MEMORY, "memory.limit_in_bytes", "memory.max", "33554432") &&
			reads(&cgroup, CONTROLLER_PIDS, "pids.max", "pids.max", "7") &&
			reads(&cgroup, CONTROLLER_CPU, "cpu.cfs_quota_us", "cpu.max", v2(base) ? "50000 100000" : "50000"),
		"lowered limits are in force");
	limits.memory_bytes = 512 * MIB;
	limits.cpu_weight = 100;
	check_equal(cgroup_set_limits(&cgroup, &limits), 0, "limits can be raised");
	check(reads(&cgroup, CONTROLLER_MEMORY, "memory.limit_in_bytes", "memory.max", "536870912") &&
			reads(&cgroup, CONTROLLER_CPU, "cpu.shares", "cpu.weight", v2(base) ? "100" : "1024"),
		"raised limits are in force");
	cgroup_destroy(&cgroup);
}

static int joined_last(const struct cgroup *cgroup)
{
	int slot = CGROUP_HIERARCHIES - 1;
	while (slot > 0 && cgroup->directories[slot] < 0)
		slot--;
	return cgroup->directories[slot];
}

static void joining(const struct cgroup_base *base)
{
	struct cgroup cgroup;
	if (!make_cgroup(base, ordinary_limits(), &cgroup))
		return;
	check(run_in_user_namespace(&cgroup), "a process in a user namespace of its own can join");
	pid_t sleeper = child_start(&cgroup, sleep_on, 0);
	char text[64] = "";
	while (text[0] == '\0')
		file_read_at(joined_last(&cgroup), "cgroup.procs", text, sizeof text);
	check_equal(atoi(text), sleeper, "who joined is listed");
	check_equal(cgroup_destroy(&cgroup), -EBUSY, "a cgroup with a process in it stays");
	kill(sleeper, SIGKILL);
	child_wait(sleeper);
	check_equal(cgroup_destroy(&cgroup), 0, "it can be removed once that is dead");
	check_equal(cgroup_destroy(&cgroup), 0, "removing it again is no error");
}

int main(void)
{
	struct cgroup_base base;
	if (open_base(&base)) {
		limits_are_written(&base);
		limits_change(&base);
		joining(&base);
		cgroup_base_close(&base);
	}
	return check_report();
}
