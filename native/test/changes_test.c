/* What a command changed: told by contents, whatever the times of a file say. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "changes.h"
#include "check.h"
#include "scope.h"
#include "scratch.h"

static struct digest_key official_key(void)
{
	struct digest_key key;
	uint8_t bytes[sizeof key];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)i;
	memcpy(&key, bytes, sizeof key);
	return key;
}

/* Of the test vectors that came with SipHash. */
static void digests(void)
{
	const struct digest_key key = official_key();
	const uint8_t message[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	struct digest d;

	digest_begin(&d, &key);
	check(digest_end(&d) == 0x726fdb47dd0e0e31, "the digest of nothing is that of SipHash-2-4");
	digest_begin(&d, &key);
	digest_bytes(&d, message, sizeof message);
	check(digest_end(&d) == 0x93f5f5799a932462, "the digest of eight bytes is that of SipHash-2-4");
}

static uint64_t digest_of(int directory, const char *name)
{
	const struct digest_key key = official_key();
	AUTO_CLOSE int file = openat(directory, name, O_RDONLY | O_CLOEXEC);
	uint64_t digest = 0;
	struct stat status;

	check(file >= 0 && fstat(file, &status) == 0 && digest_file(&key, file, (uint64_t)status.st_size, &digest) == 0, name);
	return digest;
}

static void write_at(int directory, const char *name, const char *text, off_t offset)
{
	AUTO_CLOSE int file = openat(directory, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	check_equal(pwrite(file, text, strlen(text), offset), (long long)strlen(text), name);
}

static void contents(int home)
{
	enum { BIG = 300000 };
	static char zeros[BIG];
	AUTO_CLOSE int dense = openat(home, "dense", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	check_equal(write(dense, zeros, sizeof zeros), BIG, "a file of zeros");
	write_at(home, "dense", "end", BIG - 3);
	write_at(home, "sparse", "end", BIG - 3);
	write_at(home, "moved", "end", BIG - 4096 - 3);
	AUTO_CLOSE int moved = openat(home, "moved", O_WRONLY | O_CLOEXEC);

	check(ftruncate(moved, BIG) == 0, "the same, elsewhere");
	check(digest_of(home, "dense") == digest_of(home, "sparse"), "zeros are the same, written or a hole");
	check(digest_of(home, "moved") != digest_of(home, "sparse"), "where something stands makes a difference");
	write_at(home, "moved", "E", 65536 * 3 + 1);
	write_at(home, "sparse", "F", 65536 * 3 + 1);
	check(digest_of(home, "moved") != digest_of(home, "sparse"), "so does any byte");
}

static void names(void)
{
	const struct remembered_node node = { .kind = ENTRY_FILE };
	struct remembered r;
	char path[PATH_MAX];

	check_equal(remembered_make(&r, 3), 0, "room for three names");
	const uint32_t d = remembered_add(&r, REMEMBERED_ROOT, "d", &node);
	const uint32_t e = remembered_add(&r, d, "e", &node);
	const uint32_t other = remembered_add(&r, REMEMBERED_ROOT, "e", &node);

	check(remembered_find(&r, d, "e") == e && remembered_find(&r, REMEMBERED_ROOT, "e") == other && e != other,
	      "names are told apart by what they stand in");
	check(remembered_find(&r, e, "e") == REMEMBERED_NONE && remembered_find(&r, REMEMBERED_NONE, "e") == REMEMBERED_NONE,
	      "what was not there is not found");
	remembered_path(&r, e, path);
	check(strcmp(path, "d/e") == 0, "a path is put together again");
	check_equal(remembered_add(&r, d, "f", &node), REMEMBERED_NONE, "a fourth has no room");
	remembered_free(&r);
	check_equal(remembered_make(&r, UINT32_MAX), -E2BIG, "more than can be numbered is refused");
}

int main(void)
{
	struct scratch scratch = scratch_make();

	digests();
	contents(scratch.directory);
	names();
	scratch_remove(&scratch);
	return check_report();
}
