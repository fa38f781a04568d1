#define _GNU_SOURCE
#include "digest.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "extent.h"

enum {
	BLOCK_BYTES = 4096,
	CHUNK_BYTES = 16 * BLOCK_BYTES,
	FINAL_ROUNDS = 4,
};

static uint64_t rotate(uint64_t value, unsigned int by)
{
	return value << by | value >> (64 - by);
}

static void mix(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

void digest_begin(struct digest *d, const struct digest_key *key)
{
	const uint64_t a = key->halves[0];
	const uint64_t b = key->halves[1];

	d->v[0] = a ^ 0x736f6d6570736575;
	d->v[1] = b ^ 0x646f72616e646f6d;
	d->v[2] = a ^ 0x6c7967656e657261;
	d->v[3] = b ^ 0x7465646279746573;
	d->words = 0;
}

void digest_word(struct digest *d, uint64_t word)
{
	d->v[3] ^= word;
	mix(d->v);
	mix(d->v);
	d->v[0] ^= word;
	d->words++;
}

void digest_bytes(struct digest *d, const void *bytes, size_t count)
{
	const uint8_t *at = bytes;

	for (uint64_t word = 0; count > 0; word = 0) {
		const size_t part = count < sizeof word ? count : sizeof word;

		memcpy(&word, at, part);
		digest_word(d, word);
		at += part;
		count -= part;
	}
}

/* The last word of all holds the number of bytes. */
uint64_t digest_end(struct digest *d)
{
	digest_word(d, d->words * sizeof(uint64_t) << 56);
	d->v[2] ^= 0xff;
	for (int i = 0; i < FINAL_ROUNDS; i++)
		mix(d->v);
	return d->v[0] ^ d->v[1] ^ d->v[2] ^ d->v[3];
}

static bool is_zero(const uint64_t *words, size_t count)
{
	uint64_t any = 0;

	for (size_t i = 0; i < count; i++)
		any |= words[i];
	return any == 0;
}

/* Blocks of zeros are left out, so that each other is told with where it stands. */
static void digest_blocks(struct digest *d, const uint64_t *words, size_t count, uint64_t offset)
{
	enum { BLOCK_WORDS = BLOCK_BYTES / sizeof(uint64_t) };

	for (size_t at = 0; at < count; at += BLOCK_WORDS) {
		const size_t part = count - at < BLOCK_WORDS ? count - at : (size_t)BLOCK_WORDS;

		if (is_zero(words + at, part))
			continue;
		digest_word(d, offset + at * sizeof *words);
		for (size_t i = 0; i < part; i++)
			digest_word(d, words[at + i]);
	}
}

/* One piece at `offset`, a multiple of the block's; what the file lacks at its end is zeros. */
static int digest_piece(struct digest *d, int file, uint64_t offset, size_t want)
{
	uint64_t words[CHUNK_BYTES / sizeof(uint64_t)];
	size_t have = 0;

	while (have < want) {
		const ssize_t count = pread(file, (uint8_t *)words + have, want - have, (off_t)(offset + have));

		if (count <= 0)
			return count < 0 ? -errno : -EIO;
		have += (size_t)count;
	}
	memset((uint8_t *)words + have, 0, (sizeof words - have) % sizeof words[0]);
	digest_blocks(d, words, (have + sizeof words[0] - 1) / sizeof words[0], offset);
	return 0;
}

int digest_file(const struct digest_key *key, int file, uint64_t bytes, uint64_t *out)
{
	struct extent extent = { 0 };
	struct digest d;
	uint64_t at = 0;

	digest_begin(&d, key);
	while (next_extent(file, extent.end, bytes, &extent)) {
		const uint64_t start = extent.start - extent.start % BLOCK_BYTES;

		/* whole blocks, each once */
		for (at = start > at ? start : at; at < extent.end;) {
			const size_t want = bytes - at < CHUNK_BYTES ? (size_t)(bytes - at) : (size_t)CHUNK_BYTES;
			const int error = digest_piece(&d, file, at, want);

			if (error < 0)
				return error;
			at += want;
		}
	}
	*out = digest_end(&d);
	return 0;
}

int digest_link(const struct digest_key *key, int link, uint64_t *out)
{
	char text[PATH_MAX];
	const ssize_t count = readlinkat(link, "", text, sizeof text);
	struct digest d;

	if (count < 0)
		return -errno;
	digest_begin(&d, key);
	digest_word(&d, (uint64_t)count);
	digest_bytes(&d, text, (size_t)count);
	*out = digest_end(&d);
	return 0;
}
