/* Claims on blocks of ids, which no other user may hold. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "id_claim.h"
#include "scope.h"
#include "scratch.h"

static const char name[] = "mayfly-ids";

/* Takes away what stands where the file should be, too. */
static bool is_no_claim(int directory, int expected)
{
	uint32_t block = 99;
	AUTO_CLOSE int claim = id_claim_by_file(directory, &block);
	unlinkat(directory, name, 0);
	return claim == expected && block == 99;
}

static bool make_file(int directory, mode_t mode, uid_t owner)
{
	AUTO_CLOSE int file = openat(directory, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return file >= 0 && fchmod(file, mode) == 0 && fchown(file, owner, 0) == 0;
}

static void of_root_alone(int directory)
{
	check(make_file(directory, 0644, 0) && is_no_claim(directory, -EPERM), "a file that others may read is no claim");
	check(make_file(directory, 0600, 1000) && is_no_claim(directory, -EPERM), "nor is one of another user");
	check(symlinkat("elsewhere", directory, name) == 0 && is_no_claim(directory, -ELOOP) &&
			faccessat(directory, "elsewhere", F_OK, 0) != 0,
		"nor is a link, which is not followed");
	check(mkfifoat(directory, name, 0600) == 0 && is_no_claim(directory, -EPERM), "nor is a FIFO, which is not waited for");
}

static void one_by_one(int directory)
{
	int claims[ID_BLOCKS];
	uint32_t block = 99;
	bool in_turn = true;
	for (uint32_t i = 0; i < ID_BLOCKS; i++) {
		claims[i] = id_claim_by_file(directory, &block);
		in_turn = in_turn && claims[i] >= 0 && block == i;
	}
	check(in_turn, "each claim has a block of its own");
	check_equal(id_claim_by_file(directory, &block), -EUSERS, "the last one is followed by EUSERS");
	close(claims[7]);
	claims[7] = id_claim_by_file(directory, &block);
	check(claims[7] >= 0 && block == 7, "one that is let go is free");
	for (int i = 0; i < ID_BLOCKS; i++)
		close(claims[i]);
}

static bool cannot_open(void *directory)
{
	return setresuid(1000, 1000, 1000) == 0 && openat(*(const int *)directory, name, O_RDONLY | O_CLOEXEC) < 0 &&
		errno == EACCES;
}

static void by_name(void)
{
	uint32_t first = 99, second = 99;
	AUTO_CLOSE int one = id_claim_by_name(&first);
	AUTO_CLOSE int other = id_claim_by_name(&second);
	check(one >= 0 && other >= 0 && first != second, "by names, two claims have different blocks too");
}

int main(void)
{
	if (geteuid() != 0) {
		skip("claims are root's", "not root");
		return check_report();
	}
	struct scratch scratch = scratch_make();
	of_root_alone(scratch.directory);
	one_by_one(scratch.directory);
	check(fchmodat(scratch.directory, ".", 0755, 0) == 0 && holds_in_child(cannot_open, &scratch.directory),
		"another user cannot open the file, and so not lock it");
	by_name();
	scratch_remove(&scratch);
	return check_report();
}
