/*
 * Which user and group ids of the host stand behind those of a container. Never the host's root, and where the caller's
 * rights allow it never those of another container.
 */
#ifndef MAYFLY_IDENTITY_H
#define MAYFLY_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "protocol.h"

enum identity_kind {
	/* Root: 65,536 ids for each container, above those of accounts and of systemd-nspawn (which end at 1,879,048,191). */
	IDENTITY_RANGES,
	/* An ordinary user with subordinate ids (subuid(5)): two of them for each container. */
	IDENTITY_SUBORDINATE,
	/* An ordinary user without: the command's user is the caller, inside a user namespace. */
	IDENTITY_CALLER,
};

struct identity {
	enum identity_kind kind;
	int claim;              /* holds a block of ranges; -1 where there are none */
	uint32_t block;
	uint32_t pairs;         /* of subordinate ids */
	uid_t user;             /* the command's, inside */
	gid_t group;
};

/* Claims what `config` and the caller's rights allow. May put the calling process into a user namespace of its own. */
int identity_open(struct identity *identity, const struct configure *config);
/* The id, as the supervisor sees it, that a file for the command of container `slot` belongs to. */
uint32_t identity_of_command(const struct identity *identity, uint32_t slot, uint32_t inside);
/* Writes the id maps of `pid`, the init of container `slot`, from outside. */
int identity_map(const struct identity *identity, int32_t pid, uint32_t slot);
/* Writes the maps of `process`, a name below /proc, and denies setgroups. `users` of NULL: they are mapped already. */
int identity_write_maps(const char *process, const char *users, const char *groups);
/* Who init is inside: root of its user namespace, where that id exists. */
uid_t identity_of_init(const struct identity *identity);
/* Whether init must be dumpable until its maps are written: a process without rights could not open them else. */
bool identity_needs_dumpable(const struct identity *identity);

#endif
