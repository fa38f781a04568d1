/* Whose a cgroup directory is, told by its name; and whether that supervisor still lives. */
#ifndef MAYFLY_CGROUP_OWNER_H
#define MAYFLY_CGROUP_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `mayfly-<pid namespace>-<pid>-<start time>` */
struct owner {
	uint64_t pid_namespace;         /* its inode */
	uint64_t pid;
	uint64_t start_time;            /* clock ticks since boot, field 22 of proc(5)'s stat */
};

int owner_self(struct owner *out);
int owner_name(const struct owner *owner, char *name, size_t size);
/* -EBADMSG if the name is not exactly of that form. */
int owner_parse(const char *name, struct owner *out);
/* Field 22 of a stat line; the second field may hold blanks and parentheses. */
int parse_start_time(const char *stat, uint64_t *out);
/* Whether no such process is to be seen. One that cannot be looked at counts as alive. */
bool owner_is_gone(const struct owner *owner);

#endif
