/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012): with a key that a command cannot learn, nor see what comes of it, it finds
 * no two contents that are taken for one.
 */
#ifndef MAYFLY_DIGEST_H
#define MAYFLY_DIGEST_H

#include <stddef.h>
#include <stdint.h>

struct digest_key {
	uint64_t halves[2];
};

struct digest {
	uint64_t v[4];
	uint64_t words;
};

void digest_begin(struct digest *d, const struct digest_key *key);
void digest_word(struct digest *d, uint64_t word);
/* Zeros stand in for what the last word lacks; how many bytes there were is the caller's to add. */
void digest_bytes(struct digest *d, const void *bytes, size_t count);
uint64_t digest_end(struct digest *d);

/* Of what a regular file of `bytes` holds: zeros are the same, written or a hole. 0 or -errno. */
int digest_file(const struct digest_key *key, int file, uint64_t bytes, uint64_t *out);
/* Of where a link points; `link` is open as O_PATH. */
int digest_link(const struct digest_key *key, int link, uint64_t *out);

#endif
