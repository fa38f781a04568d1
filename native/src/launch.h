/*
 * What a container's init is born with. It is forked from the maker, not executed, so this is on the stack that it
 * inherits; the memory of runs is the supervisor's alone.
 */
#ifndef MAYFLY_LAUNCH_H
#define MAYFLY_LAUNCH_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup.h"
#include "descriptors.h"
#include "host_mounts.h"
#include "image.h"
#include "inside.h"

struct launch {
	int init_socket;        /* init's end */
	int stub_socket;        /* the stub's end */
	int standard[3];        /* the command's 0, 1 and 2 */
	struct cgroup cgroup;   /* what the stub joins */
	struct shared *shared;
	uid_t init_user;                        /* inside: 0, or the command's where there is no other id */
	gid_t init_group;
	uid_t user;
	gid_t group;
	uint64_t disk_bytes;
	uint64_t inode_count;
	struct sock_fprog filter;
	struct sock_fprog plain_filter;         /* in its place where the host refuses notifications */
	const struct notify_rule *rules;
	uint32_t rule_count;
	uint32_t violation_max;
	bool fresh_boot_time;
	bool loopback;                          /* its own is up */
	bool full_proc;
	struct own_parts own_parts;
	const struct host_mounts *mounts;
	int mount_trees[HOST_MOUNTS_MAX];       /* of `mounts`; valid up to their count */
	bool late;              /* the stub confines itself at the request only: the home may be another by then */
	int *disk;              /* where init keeps the root of the private tmpfs */
	int listener_socket;                    /* the stub's end of a pair that init makes; -1 else */
};

/* What the init of a guest is born with: as `host` was, but for what came with the order. -EPROTO for another order. */
int launch_from_order(const struct launch *host, const struct init_command *order, struct descriptors *with,
                      struct launch *out);
/* Closes every descriptor but those of `launch`. */
int launch_keep_only(const struct launch *launch);

#endif
