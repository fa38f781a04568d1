/* What the targets share. */
#ifndef MAYFLY_FUZZ_H
#define MAYFLY_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the target with a report: what was just seen must never be. */
void fuzz_require(int holds, const char *sentence);
/* The input as a string on the heap, where reading past its end is noticed. */
char *fuzz_text(const uint8_t *data, size_t size);
/* The same without the end of a string; at least one byte is allocated. */
uint8_t *fuzz_bytes(const uint8_t *data, size_t size);
/*
 * A socket whose other end has sent `data` and is closed for sending: what a parser reads, and what it answers, does not
 * wait for anybody. *far is the other end.
 */
int fuzz_socket(int type, const uint8_t *data, size_t size, int *far);
/* An empty directory in memory, the only thing in one of its own, that is made once; a descriptor. */
int fuzz_home(int *around);
/* Removes what is in it. */
void fuzz_empty(int directory);
/* How many names there are in it. */
unsigned fuzz_count(int directory);

#endif
