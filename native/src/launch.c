#define _GNU_SOURCE
#include "launch.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

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

enum {
	ORDERED_SOCKETS = 2,
	ORDERED_STANDARD = 3,
	ORDERED_PAGE = ORDERED_SOCKETS + ORDERED_STANDARD,
	ORDERED_MEMBERS,
};

static int map_shared(int page, struct shared **out)
{
	void *map = mmap(NULL, sizeof **out, PROT_READ | PROT_WRITE, MAP_SHARED, page, 0);

	if (map == MAP_FAILED)
		return -errno;
	*out = map;
	return 0;
}

int launch_from_order(const struct launch *host, const struct init_command *order, struct descriptors *with,
                      struct launch *out)
{
	size_t next = ORDERED_MEMBERS;

	if (with->count != ORDERED_MEMBERS + (size_t)__builtin_popcountll(order->first) ||
	    order->first >> CGROUP_HIERARCHIES != 0)
		return -EPROTO;
	*out = *host;
	out->init_socket = with->fds[0];
	out->stub_socket = with->fds[1];
	for (size_t i = 0; i < ORDERED_STANDARD; i++)
		out->standard[i] = with->fds[ORDERED_SOCKETS + i];
	for (size_t i = 0; i < CGROUP_HIERARCHIES; i++)
		out->cgroup.members[i] = (order->first >> i & 1) != 0 ? with->fds[next++] : -1;
	for (size_t i = 0; i < HOST_MOUNTS_MAX; i++)
		out->mount_trees[i] = -1;
	/* the home is what it will be */
	out->late = false;
	out->listener_socket = -1;
	out->disk = NULL;
	return map_shared(with->fds[ORDERED_PAGE], &out->shared);
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
