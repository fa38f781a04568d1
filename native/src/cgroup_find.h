/* Where this host has mounted its cgroup hierarchies, and where in them this process is. */
#ifndef MAYFLY_CGROUP_FIND_H
#define MAYFLY_CGROUP_FIND_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "cgroup.h"

enum controller {
	CONTROLLER_MEMORY,
	CONTROLLER_PIDS,
	CONTROLLER_CPU,
	CONTROLLER_CPUACCT,
	CONTROLLER_IO,
	CONTROLLER_COUNT,
};

struct cgroup_found {
	int v1[CGROUP_HIERARCHIES];     /* tops of the visible mounts; -1 where unused */
	uint32_t homes;                 /* which of them each controller is in, see home_of */
	int v2;                         /* top of the visible mount, -1 if there is none */
	char v2_path[PATH_MAX];         /* our own cgroup, relative to it; "." if it is the top */
};

/* One line of mountinfo, cut into pieces in place. */
struct mount_line {
	char *root;
	char *mount_point;
	char *type;
	char *options;                  /* of the file system, not of the mount */
};

/* Which slot a controller is in; co-mounted ones (`cpu,cpuacct`) share one. -1: in none. */
static inline int home_of(uint32_t homes, enum controller controller)
{
	return (int)(homes >> (4 * (unsigned)controller) & 15U) - 1;
}

static inline uint32_t home_bits(enum controller controller, int slot)
{
	return (uint32_t)(slot + 1) << (4 * (unsigned)controller);
}

/* From /proc/self/mountinfo and /proc/self/cgroup. A host without cgroups is found empty, which is no error. */
int cgroup_find(struct cgroup_found *out);
void cgroup_found_close(struct cgroup_found *found);

/* -EBADMSG if it is not one. Octal escapes are resolved: proc(5). */
int parse_mount_line(char *line, struct mount_line *out);
/* From the text of /proc/self/cgroup, the path on its `0::` line. */
int parse_own_path(const char *text, char *path, size_t size);
/* Turns a path within the hierarchy into one relative to a mount that shows it from `root` down; -EXDEV if it does not. */
int relative_to_mount(const char *path, const char *root, char *relative, size_t size);

#endif
