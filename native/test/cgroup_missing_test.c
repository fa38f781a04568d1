/* Hosts that lack cgroups, or one controller: what is missing is named, and done without where that is allowed. */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup_support.h"
#include "check.h"
#include "child.h"

/* In a process of its own, which sees nothing of what is mounted at and below `covered`; counts what fails there. */
static int fails_without(const char *covered, void (*test)(void))
{
	pid_t pid = fork();
	if (pid == 0) {
		const unsigned before = checks.failed;
		if ((unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWNS | CLONE_NEWUSER) < 0) ||
			mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || mount("none", covered, "tmpfs", 0, NULL) < 0)
			_exit(100);
		test();
		_exit((int)(checks.failed - before));
	}
	int status = child_wait(pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void without_cgroups(void)
{
	struct cgroup_base base;
	struct cgroup cgroup;
	struct cgroup_counters counters;
	uint32_t events;
	uint64_t cpu = 1;
	check_equal(cgroup_base_open(&base, 0), -EOPNOTSUPP, "a host without cgroups is refused");
	check((base.missing & FEATURE_CGROUP) != 0, "and what is missing is named");
	check_equal(cgroup_base_open(&base, FEATURE_CGROUP), 0, "unless that is allowed");
	check(base.version == 0 && (base.missing & FEATURE_CGROUP) != 0, "which shows");
	if (!make_cgroup(&base, ordinary_limits(), &cgroup))
		return;
	check(child_run(&cgroup, burn_cpu, 0) && cgroup_event(&cgroup, &events) == -1, "a command runs, and nothing is watched");
	check(cgroup_start_counting(&cgroup) == 0 && cgroup_read(&cgroup, cgroup.baseline.cpu_ns, &counters) == 0 && counters.cpu_ns == 0 &&
			cgroup_read_cpu_ns(&cgroup, cgroup.baseline.cpu_ns, &cpu) == 0 && cpu == 0,
		"and nothing is counted");
	check(cgroup_destroy(&cgroup) == 0, "there is nothing to remove");
	cgroup_base_close(&base);
}

static void without_pids(void)
{
	struct cgroup_base base;
	struct cgroup cgroup;
	check_equal(cgroup_base_open(&base, FEATURE_IO_WEIGHT), -EOPNOTSUPP, "a host without the pids controller is refused");
	check((base.missing & ~(uint32_t)FEATURE_IO_WEIGHT) == FEATURE_PIDS, "and just that is named");
	check_equal(cgroup_base_open(&base, FEATURE_PIDS), 0, "unless that is allowed");
	check(base.version == 1, "the rest is used");
	if (make_cgroup(&base, ordinary_limits(), &cgroup))
		check(child_run(&cgroup, burn_cpu, 0) && cgroup_destroy(&cgroup) == 0, "a command runs without a limit on processes");
	cgroup_base_close(&base);
}

int main(void)
{
	struct stat status;
	setvbuf(stdout, NULL, _IONBF, 0);
	check_equal(fails_without("/sys/fs/cgroup", without_cgroups), 0, "without cgroups");
	if (stat("/sys/fs/cgroup/pids/cgroup.procs", &status) == 0)
		check_equal(fails_without("/sys/fs/cgroup/pids", without_pids), 0, "without the pids controller");
	return check_report();
}
