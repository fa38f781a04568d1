/* Which descriptors a container's init keeps. */
#include <fcntl.h>
#include <unistd.h>

#include "check.h"
#include "launch.h"
#include "scratch.h"

enum { LAST = 200 };

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* Every number up to LAST, and one far beyond. */
static bool open_many(void)
{
	enum { FAR = 1000 };
	for (int fd = 0; fd <= LAST; fd++) {
		if (!is_open(fd) && dup2(STDOUT_FILENO, fd) < 0)
			return false;
	}
	return dup2(STDOUT_FILENO, FAR) == FAR;
}

static bool is_kept(const struct launch *launch, int fd)
{
	bool kept = fd == launch->init_socket || fd == launch->stub_socket;
	for (int i = 0; i < 3; i++)
		kept = kept || fd == launch->standard[i];
	for (int i = 0; i < CGROUP_HIERARCHIES; i++)
		kept = kept || fd == launch->cgroup.members[i];
	for (uint32_t i = 0; launch->mounts != NULL && i < launch->mounts->count; i++)
		kept = kept || fd == launch->mount_trees[i];
	return kept;
}

static bool keeps_exactly(void *argument)
{
	const struct launch *launch = argument;
	if (!open_many() || launch_keep_only(launch) < 0)
		return false;
	for (int fd = 0; fd <= LAST; fd++) {
		if (is_open(fd) != is_kept(launch, fd))
			return false;
	}
	return !is_open(1000);
}

int main(void)
{
	struct launch spread = {
		.init_socket = 50, .stub_socket = 7, .standard = { 120, 3, 51 },
		.cgroup = { .members = { 90, 8, -1, LAST, 9 } },
	};
	check(holds_in_child(keeps_exactly, &spread), "all are closed but those of the launch, in whatever order they stand");
	const struct host_mounts two = { .count = 2 };
	spread.mounts = &two;
	spread.mount_trees[0] = 140;
	spread.mount_trees[1] = 20;
	spread.mount_trees[2] = 21;
	check(holds_in_child(keeps_exactly, &spread), "what is mounted from the host is kept, as many as there are");
	struct launch low = {
		.init_socket = 0, .stub_socket = 1, .standard = { 2, 3, 4 }, .cgroup = { .members = { -1, -1, -1, -1, -1 } },
	};
	check(holds_in_child(keeps_exactly, &low), "the lowest numbers are kept like any other, and no cgroup need be there");
	struct launch same = {
		.init_socket = 5, .stub_socket = 6, .standard = { 6, 6, 6 }, .cgroup = { .members = { 20, 20, 20, 20, 20 } },
	};
	check(holds_in_child(keeps_exactly, &same), "a descriptor that is named twice is kept once");
	return check_report();
}
