/* What the processes of a container used, as its init sees it once it has reaped them all. */
#ifndef MAYFLY_INSIDE_USAGE_H
#define MAYFLY_INSIDE_USAGE_H

#include <stdint.h>

#include "inside.h"

/* Opened while init is still dumpable, since /proc/self/io belongs to the host's root afterwards. */
struct io_files {
	int process;            /* /proc/self/io: init's own and that of all children it reaped */
	int thread;             /* /proc/thread-self/io: init's own */
};

struct io {
	uint64_t read_bytes;
	uint64_t written_bytes;
};

/* proc(5): `rchar: N`, `wchar: N`, then others. Bytes of the calls, whatever the file system. */
struct io parse_io(const char *text);
/* 0 or -errno. */
int open_io_files(struct io_files *files);
/* Fills in usage and what is free on the disk; `shared` holds what the stub had used before exec. */
void add_usage(struct init_record *record, const struct io_files *files, const struct shared *shared);

#endif
