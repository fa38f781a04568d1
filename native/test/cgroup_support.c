#include "cgroup_support.h"

#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "child.h"

bool open_base(struct cgroup_base *base)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	int error = cgroup_base_open(base, FEATURE_IO_WEIGHT);
	if (error < 0) {
		printf("missing features: %#x\n", base->missing);
		skip("cgroups can be used", strerror(-error));
		return false;
	}
	printf("cgroup v%u, missing features %#x\n", base->version, base->missing);
	return true;
}

struct limits ordinary_limits(void)
{
	return (struct limits){ .memory_bytes = 256 * 1024 * 1024, .process_count = 64, .cpus = 1, .cpu_weight = 25,
		.io_weight = 10 };
}

bool make_cgroup(const struct cgroup_base *base, struct limits limits, struct cgroup *out)
{
	static uint32_t number;
	int error = cgroup_create(base, ++number, &limits, out);
	if (error < 0) {
		check_equal(error, 0, "a cgroup can be made");
		return false;
	}
	return true;
}

int fails_covering(const char *covered, void (*test)(void))
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

int directory_of(const struct cgroup *cgroup, enum controller controller)
{
	if (cgroup->base->version == 2)
		return cgroup->directories[0];
	int slot = home_of(cgroup->base->present, controller);
	return slot < 0 ? -1 : cgroup->directories[slot];
}
