/*
 * Directories and files of the host that runs asked for. The template has each of them bound where every container's own
 * disk comes to cover it (home.h); a container's init attaches a copy where it was asked for, once that disk is there.
 */
#ifndef MAYFLY_HOST_MOUNTS_H
#define MAYFLY_HOST_MOUNTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { HOST_MOUNTS_MAX = 64 };

struct host_mount {
	const char *target;     /* absolute, inside */
	const char *source;     /* absolute, in the template */
	bool writable;
	bool mapped;            /* whoever owns it on the disk is the command inside */
	uid_t user;             /* who that is */
	gid_t group;
};

struct host_mounts {
	uint32_t count;
	struct host_mount list[HOST_MOUNTS_MAX];
};

/* The command of a container, in ids of the supervisor's. */
struct command_ids {
	uid_t user;
	gid_t group;
};

/*
 * In the supervisor, once it is in the template: sees what they are, and whether their ids can be mapped, as `ids` would
 * be. On failure, -errno, `failed` is the one that is to be writable and that the command could not write to.
 */
int host_mounts_prepare(struct host_mounts *mounts, const struct command_ids *ids, bool caller, uint32_t *failed);
/* Before the clone: detached copies for the container of these ids, which its init inherits. All of them, or none. */
int host_mounts_open(const struct host_mounts *mounts, const struct command_ids *ids, int trees[HOST_MOUNTS_MAX]);
void host_mounts_close(int trees[HOST_MOUNTS_MAX]);
/* In init: copies of those that stand below `directory`, absolute without a slash at its end; -1 for the others. */
int host_mounts_copy(const struct host_mounts *mounts, const char *directory, int trees[HOST_MOUNTS_MAX]);
/*
 * In init: attaches those that `trees` has, in this order. What of a target is missing on the container's own disk is
 * made for the command.
 */
int host_mounts_attach(const struct host_mounts *mounts, const int trees[HOST_MOUNTS_MAX], uid_t user, gid_t group);

#endif
