/* What tests of parsers and of one process's rights stand on. */
#ifndef MAYFLY_SCRATCH_H
#define MAYFLY_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Whether `sentence` holds in a child of its own, which may give up whatever it has. */
bool holds_in_child(bool (*sentence)(void *argument), void *argument);

/* A directory in /tmp, or elsewhere, that is removed, with what is in it, by scratch_remove. */
struct scratch {
	char path[64];
	int directory;
};

struct scratch scratch_make(void);
struct scratch scratch_make_in(const char *directory);
void scratch_remove(struct scratch *scratch);
bool scratch_write(int directory, const char *name, const char *text);
bool scratch_is_there(int directory, const char *name);

/* A socket whose other end sent `bytes` and will send no more; `far`, if asked for, is the other end, else it is closed. */
int socket_with(int type, const void *bytes, size_t count, int *far);

/* Bytes put together piece by piece. */
struct pieces {
	uint8_t bytes[16 * 1024];
	size_t count;
};

void pieces_add(struct pieces *pieces, const void *bytes, size_t count);

/* The value of `key` in /proc/PROCESS/status, base 16 where it is a mask; ~0 if it is not there. */
uint64_t status_mask(const char *process, const char *key);
uint64_t status_number(const char *process, const char *key);

#endif
