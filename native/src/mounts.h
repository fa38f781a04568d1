/* What a container mounts for itself, as root of its own user namespace. */
#ifndef MAYFLY_MOUNTS_H
#define MAYFLY_MOUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "launch.h"

/* Names on the private tmpfs, which show nowhere: of the home, and of the overlay's working directory. */
#define DISK_HOME "home"
#define DISK_STAGING "staging"

/* The tmpfs's own root and the three directories in it, which are nobody's to count. */
enum { DISK_OWN_INODES = 4 };

/* A /proc that shows the container's processes and, unless `whole`, nothing of the machine. */
int mount_own_proc(bool whole);
/* A new devpts at /dev/pts, whose terminals belong to `user` and `group`: only where a run asks for one. */
int mount_terminals(uid_t user, gid_t group);
/*
 * One private tmpfs behind the home directory, /tmp and /dev/shm, so that one limit counts all of them. The command's
 * user owns the home directory; the other two are sticky and open to all. Leaves its root, which they cover, in
 * *launch->disk.
 */
int mount_disk(const struct launch *launch);
/* Changes the limits of that tmpfs. */
int resize_disk(uint64_t bytes, uint64_t inodes);
/* POSIX message queues of the container's own ipc namespace. */
int mount_message_queues(void);

#endif
