#define _GNU_SOURCE
#include "launch.h"

#include <stddef.h>

#include "syscalls.h"

enum { KEPT_MAX = 5 + CGROUP_HIERARCHIES + HOST_MOUNTS_MAX };

/* Inserts in ascending order; there are few. */
static size_t insert(unsigned int kept[KEPT_MAX], size_t count, int fd)
{
	size_t at = count;

	if (fd < 0)
		return count;
	for (; at > 0 && kept[at - 1] > (unsigned int)fd; at--)
		kept[at] = kept[at - 1];
	kept[at] = (unsigned int)fd;
	return count + 1;
}

int launch_keep_only(const struct launch *launch)
{
	unsigned int kept[KEPT_MAX] = { 0 };
	unsigned int first = 0;
	size_t count = 0;
	int error = 0;

	count = insert(kept, count, launch->init_socket);
	count = insert(kept, count, launch->stub_socket);
	for (size_t i = 0; i < 3; i++)
		count = insert(kept, count, launch->standard[i]);
	for (size_t i = 0; i < CGROUP_HIERARCHIES; i++)
		count = insert(kept, count, launch->cgroup.members[i]);
	for (size_t i = 0; launch->mounts != NULL && i < launch->mounts->count; i++)
		count = insert(kept, count, launch->mount_trees[i]);
	for (size_t i = 0; i < count && error == 0; i++) {
		if (kept[i] > first)
			error = sys_close_range(first, kept[i] - 1, 0);
		first = kept[i] + 1;
	}
	return error < 0 ? error : sys_close_range(first, ~0U, 0);
}
