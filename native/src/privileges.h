/* What the stub gives up before it waits for its command, in an order that each step's rights allow. */
#ifndef MAYFLY_PRIVILEGES_H
#define MAYFLY_PRIVILEGES_H

#include <linux/filter.h>
#include <sys/types.h>

#include "host_mounts.h"

/* Default handlers for all signals, none blocked, no parent-death signal. */
int reset_signals(void);
/* Umask, nice value, scheduling class, IO priority, CPU affinity, personality and timer slack, as after boot. */
int reset_inherited(void);
/* Bounding and ambient sets emptied, securebits locked so that no uid and no exec brings capabilities back. */
int drop_capability_bounds(void);
/* Becomes the command's user, with all capability sets empty, not dumpable. */
int become_user(uid_t user, gid_t group);
int forbid_new_privileges(void);
/* Further layer: no write outside of what is writable, no signal and no abstract socket out of here. -EOPNOTSUPP: none. */
int install_landlock(const struct host_mounts *mounts);
/* For a command of the same user as its init: neither init's limits nor its priority are the command's to change. */
int protect_init(void);
int install_filter(const struct sock_fprog *filter);
/* The same, with a listener for the calls that the filter hands on; returns its descriptor. */
int install_notifying_filter(const struct sock_fprog *filter);

#endif
