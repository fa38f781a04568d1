/* Where what is stored stands, by its number, so that it can be shown. */
#ifndef MAYFLY_SHELF_H
#define MAYFLY_SHELF_H

#include "supervisor.h"

/* The name of the one file in a blob's mount. */
#define SHELF_CONTENT "content"

/* Makes it, the first time. 0 or -errno, as all of these; -EPIPE where nothing may be done any more (aside.h). */
int shelf_open(struct supervisor *s);
/* Puts a detached mount there. */
int shelf_put(const struct supervisor *s, uint32_t id, int mount);
int shelf_take_off(const struct supervisor *s, uint32_t id);
/* A detached mount of its file, by an inode that nobody else has, where the kernel has overlays. */
int shelf_show(const struct supervisor *s, uint32_t id);
/* Such a file, to read: whoever has it can do nothing else with it. */
int shelf_open_own(const struct supervisor *s, uint32_t id);
/* The file itself, to read. */
int shelf_open_content(const struct supervisor *s, uint32_t id);

#endif
