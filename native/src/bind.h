/* Entries of the root's plan that show something of the host. */
#ifndef MAYFLY_BIND_H
#define MAYFLY_BIND_H

#include "plan.h"

/*
 * Binds the entry's source, with everything mounted below it, at `name` in `parent`, which is made: without setuid
 * programs; writable and with devices only where the kind says so. 0 or -errno.
 */
int bind_entry(int parent, const char *name, const struct plan_entry *entry);

#endif
