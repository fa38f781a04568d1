/* A home that is packed and unpacked again; and packs that lie. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "check.h"
#include "packed.h"
#include "protocol.h"
#include "scope.h"
#include "scratch.h"

static int make_directory(int at, const char *name, mode_t mode)
{
	mkdirat(at, name, 0700);
	const int made = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	fchmod(made, mode);
	return made;
}

static struct stat look(int at, const char *path)
{
	struct stat status = { 0 };

	check(fstatat(at, path, &status, AT_SYMLINK_NOFOLLOW) == 0, path);
	return status;
}

static int unpack(int file, int root, uint32_t *index)
{
	const struct unpacking how = { .root = root, .keeps_owners = getuid() == 0 };

	return unpack_tree(file, &how, index);
}

static void round_trip(int around)
{
	AUTO_CLOSE int from = make_directory(around, "from", 0755);
	AUTO_CLOSE int to = make_directory(around, "to", 0755);
	AUTO_CLOSE int below = make_directory(from, "d", 0700);
	const struct timespec times[2] = { { .tv_sec = 5, .tv_nsec = 6 }, { .tv_sec = 7, .tv_nsec = 8 } };
	uint32_t index = 0;
	char target[16] = "";

	scratch_write(below, "a", "content");
	check(fchmodat(below, "a", 04750, 0) == 0 && linkat(below, "a", from, "z", 0) == 0, "a file with two names");
	check(symlinkat("../x", below, "link") == 0 && mkfifoat(from, "fifo", 0640) == 0, "a link and a FIFO");
	check(utimensat(below, "a", times, 0) == 0 && utimensat(from, "d", times, 0) == 0 && fchmod(below, 0500) == 0, "old ones");
	AUTO_CLOSE int sparse = openat(from, "sparse", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	check(ftruncate(sparse, 1 << 30) == 0 && pwrite(sparse, "mid", 3, 1 << 29) == 3, "one with holes");

	AUTO_CLOSE int file = pack_to_memory(from);
	check(file >= 0 && write(file, "x", 1) < 0 && errno == EPERM && ftruncate(file, 0) < 0, "a pack cannot be changed");
	check(lseek(file, 0, SEEK_END) < 1 << 20, "holes take nothing in it");
	lseek(file, 0, SEEK_SET);
	check_equal(unpack(file, to, &index), 0, "it is unpacked");
	check_equal(look(to, "d/a").st_mode, S_IFREG | 04750, "   with modes");
	check(look(to, "d/a").st_ino == look(to, "z").st_ino, "   and hard links");
	check(look(to, "d/a").st_mtim.tv_sec == 7 && look(to, "d/a").st_mtim.tv_nsec == 8, "   and times of files");
	check(look(to, "d").st_mtim.tv_sec == 7 && look(to, "d").st_mode == (S_IFDIR | 0500), "   and of directories, and their modes");
	check(readlinkat(to, "d/link", target, sizeof target - 1) == 4 && strcmp(target, "../x") == 0, "   and links");
	check_equal(look(to, "fifo").st_mode, S_IFIFO | 0640, "   and FIFOs");
	check(look(to, "sparse").st_size == 1 << 30 && look(to, "sparse").st_blocks < 100, "   and holes");
	fchmodat(to, "d", 0700, 0);
	fchmod(below, 0700);
}

/* Whether the file system of the scratch directory has them at all. */
static bool has_attributes(int directory)
{
	return fsetxattr(directory, "user.probe", "x", 1, 0) == 0;
}

static void attributes(int around)
{
	AUTO_CLOSE int from = make_directory(around, "attributed", 0755);
	AUTO_CLOSE int to = make_directory(around, "attributed-to", 0755);
	AUTO_CLOSE int below = make_directory(from, "d", 0755);
	char value[8] = "";
	uint32_t index = 0;

	if (!has_attributes(below)) {
		skip("attributes are packed", "the file system of /tmp has none");
		return;
	}
	scratch_write(from, "f", "content");
	AUTO_CLOSE int file = openat(from, "f", O_RDONLY | O_CLOEXEC);
	check(fsetxattr(file, "user.a", "\0v", 2, 0) == 0 && fsetxattr(file, "user.empty", "", 0, 0) == 0, "a file with two");
	(void)fsetxattr(file, "user.overlay.opaque", "y", 1, 0);
	if (getuid() == 0)
		(void)fsetxattr(file, "trusted.x", "y", 1, 0);
	check(fchmod(file, 0400) == 0, "and that nobody may write");

	AUTO_CLOSE int pack = pack_to_memory(from);
	lseek(pack, 0, SEEK_SET);
	check_equal(unpack(pack, to, &index), 0, "it is unpacked");
	AUTO_CLOSE int copy = openat(to, "f", O_RDONLY | O_CLOEXEC);
	AUTO_CLOSE int directory = openat(to, "d", O_RDONLY | O_CLOEXEC);
	check(fgetxattr(copy, "user.a", value, sizeof value) == 2 && memcmp(value, "\0v", 2) == 0, "   with what users gave it");
	check(fgetxattr(copy, "user.empty", value, sizeof value) == 0, "   also of no bytes");
	check(fgetxattr(directory, "user.probe", value, sizeof value) == 1, "   and directories");
	check(fgetxattr(copy, "user.overlay.opaque", NULL, 0) < 0, "   and no mark of an overlay");
	check(fgetxattr(copy, "trusted.x", NULL, 0) < 0, "   nor what only root may give");
}

static bool give_large(int directory, int count)
{
	static const char large[8000];
	bool all = true;

	for (int i = 0; i < count; i++) {
		const char name[] = { 'u', 's', 'e', 'r', '.', (char)('0' + i), '\0' };

		all = fsetxattr(directory, name, large, sizeof large, 0) == 0 && all;
	}
	return all;
}

/* In memory: a file on ext4 cannot have more than 4 KiB of them, nor any on tmpfs before Linux 6.6. */
static void many_attributes(void)
{
	struct scratch scratch = scratch_make_in("/dev/shm");
	AUTO_CLOSE int below = make_directory(scratch.directory, "d", 0755);

	if (give_large(below, 8)) {
		AUTO_CLOSE int pack = pack_to_memory(scratch.directory);
		check(pack >= 0, "just under 64 KiB of attributes are packed");
		check(give_large(below, 9), "one more");
		check_equal(pack_to_memory(scratch.directory), -E2BIG, "   is too much");
	} else {
		skip("many attributes are packed", "the file system of /dev/shm has none");
	}
	scratch_remove(&scratch);
}

static void nested(int around)
{
	AUTO_CLOSE int from = make_directory(around, "nested", 0755);
	AUTO_CLOSE int to = make_directory(around, "nested-to", 0755);
	AUTO_CLOSE int at = openat(from, ".", O_RDONLY | O_CLOEXEC);
	uint32_t index = 0;
	char path[1024] = "";

	for (int i = 0; i < 400; i++) {
		const int next = make_directory(at, "d", 0755);

		close_fd(&at);
		at = next;
		strcat(path, "d/");
	}
	scratch_write(at, "f", "deep");
	strcat(path, "f");
	AUTO_CLOSE int pack = pack_to_memory(from);
	lseek(pack, 0, SEEK_SET);
	check_equal(unpack(pack, to, &index), 0, "400 directories in one another are unpacked");
	check_equal(look(to, path).st_size, 4, "   to the last");
}

static void add(struct pieces *pieces, uint32_t kind, const char *path, const char *target, uint64_t bytes)
{
	const struct packed_entry head = {
		.kind = kind, .mode = 0644, .user = getuid(), .group = getgid(), .bytes = bytes,
		.path_bytes = (uint32_t)strlen(path), .target_bytes = (uint32_t)strlen(target),
	};

	pieces_add(pieces, &head, sizeof head);
	pieces_add(pieces, path, strlen(path));
	pieces_add(pieces, target, strlen(target));
}

static void add_data(struct pieces *pieces, uint64_t offset, const char *text, uint64_t claimed)
{
	const struct collected_data data = { .offset = offset, .bytes = claimed };

	pieces_add(pieces, &data, sizeof data);
	pieces_add(pieces, text, strlen(text));
}

static void add_attribute(struct pieces *pieces, const char *name, uint32_t name_bytes, uint32_t claimed)
{
	const struct packed_attribute attribute = { .name_bytes = name_bytes, .value_bytes = 1 };
	struct packed_entry head = {
		.kind = ENTRY_DIRECTORY, .mode = 0755, .user = getuid(), .group = getgid(), .path_bytes = 1,
		.attribute_bytes = claimed,
	};

	pieces_add(pieces, &head, sizeof head);
	pieces_add(pieces, "d", 1);
	pieces_add(pieces, &attribute, sizeof attribute);
	pieces_add(pieces, name, strlen(name));
	pieces_add(pieces, "v", 1);
}

static void add_file(struct pieces *pieces, const char *path)
{
	add(pieces, ENTRY_FILE, path, "", 1);
	add_data(pieces, 0, "x", 1);
	add_data(pieces, 1, "", 0);
}

/* Unpacks it into a new home, and tells with what it failed. */
static int unpack_pieces(int around, struct pieces *pieces, uint32_t *index)
{
	static int count;
	char name[16];

	snprintf(name, sizeof name, "home%d", count++);
	AUTO_CLOSE int home = make_directory(around, name, 0755);
	add(pieces, PACKED_END, "", "", 0);
	AUTO_CLOSE int socket = socket_with(SOCK_STREAM, pieces->bytes, pieces->count, NULL);
	return unpack(socket, home, index);
}

static void attribute_refused(int around, const char *name, uint32_t name_bytes, uint32_t claimed, const char *sentence)
{
	struct pieces pieces = { .count = 0 };
	uint32_t index = 0;

	add_attribute(&pieces, name, name_bytes, claimed);
	check_equal(unpack_pieces(around, &pieces, &index), -EBADMSG, sentence);
}

static void attribute_lies(int around)
{
	attribute_refused(around, "security.capability", 19, 28, "a capability of a file is refused");
	attribute_refused(around, "user.overlay.opaque", 19, 28, "a mark of an overlay is refused");
	attribute_refused(around, "user.abc", 200, 17, "a name past the section is refused");
	attribute_refused(around, "user.abc", 8, 16, "a value past the section is refused");
	attribute_refused(around, "user.abc", 8, 70000, "a section that is too long is refused");
	attribute_refused(around, "user.abc", 8, 3, "half of a head is refused");
}

static void refused(int around, const char *path, int expected, const char *sentence)
{
	struct pieces pieces = { .count = 0 };
	uint32_t index = 0;

	add(&pieces, ENTRY_LINK, "link", "..", 0);
	add_file(&pieces, "file");
	add_file(&pieces, path);
	check_equal(unpack_pieces(around, &pieces, &index), expected, sentence);
	check_equal(index, 2, "   and told by its number");
}

static void lies(int around)
{
	uint32_t index = 0;

	refused(around, "../x", -EBADMSG, "a path that leads out is refused");
	refused(around, "/x", -EBADMSG, "a path from the root is refused");
	refused(around, "a//x", -EBADMSG, "a path with an empty name is refused");
	refused(around, "a/./x", -EBADMSG, "a path with a dot is refused");
	refused(around, "", -EBADMSG, "no path at all is refused");
	refused(around, "link/x", -ENOTDIR, "a path through a link is refused");
	refused(around, "file/x", -ENOTDIR, "a path through a file is refused");
	refused(around, "file", -EEXIST, "a file that is there is left");
	check(!scratch_is_there(around, "x"), "nothing was made outside");

	struct pieces linked = { .count = 0 };
	add(&linked, ENTRY_LINK, "link", "..", 0);
	add(&linked, PACKED_HARD_LINK, "x", "link/secret", 0);
	check_equal(unpack_pieces(around, &linked, &index), -ENOTDIR, "a hard link leads through no link");
	struct pieces outside = { .count = 0 };
	add(&outside, PACKED_HARD_LINK, "x", "../secret", 0);
	check_equal(unpack_pieces(around, &outside, &index), -EXDEV, "a hard link does not lead out");
	struct pieces beyond = { .count = 0 };
	add(&beyond, ENTRY_FILE, "x", "", 1);
	add_data(&beyond, 0, "xy", 2);
	check_equal(unpack_pieces(around, &beyond, &index), -EBADMSG, "data past the end of a file is refused");
	struct pieces device = { .count = 0 };
	add(&device, ENTRY_DEVICE, "x", "", 0);
	check_equal(unpack_pieces(around, &device, &index), -EBADMSG, "a device is refused");
}

int main(void)
{
	struct scratch scratch = scratch_make();

	scratch_write(scratch.directory, "secret", "secret");
	round_trip(scratch.directory);
	lies(scratch.directory);
	attributes(scratch.directory);
	many_attributes();
	attribute_lies(scratch.directory);
	nested(scratch.directory);
	scratch_remove(&scratch);
	return check_report();
}
