/* Files that come with a request: what is written, and that nothing is written anywhere else. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "place.h"
#include "protocol.h"
#include "scope.h"
#include "scratch.h"

/* A home, and around it what must stay as it is. */
struct place {
	struct scratch scratch;
	int home;
	uint64_t written;
	uint32_t index;
};

static struct place open_place(void)
{
	struct place place = { .scratch = scratch_make() };
	if (mkdirat(place.scratch.directory, "home", 0755) != 0 || mkdirat(place.scratch.directory, "outside", 0755) != 0)
		abort();
	place.home = openat(place.scratch.directory, "home", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return place;
}

static void close_place(struct place *place)
{
	close_fd(&place->home);
	scratch_remove(&place->scratch);
}

static void add_file(struct pieces *pieces, const char *path, const char *content, uint32_t mode)
{
	const struct exec_file head = { .mode = mode, .path_bytes = (uint32_t)strlen(path), .content_bytes = strlen(content) };
	pieces_add(pieces, &head, sizeof head);
	pieces_add(pieces, path, strlen(path));
	pieces_add(pieces, content, strlen(content));
}

static int place_pieces(struct place *place, const struct pieces *pieces, uint32_t count)
{
	AUTO_CLOSE int socket = socket_with(SOCK_STREAM, pieces->bytes, pieces->count, NULL);
	place->written = 0;
	return place_files(socket, place->home, count, false, false, &place->written, &place->index);
}

static int replace_one(struct place *place, const char *path, const char *content)
{
	struct pieces pieces = { .count = 0 };
	add_file(&pieces, path, content, 0600);
	AUTO_CLOSE int socket = socket_with(SOCK_STREAM, pieces.bytes, pieces.count, NULL);
	place->written = 0;
	return place_files(socket, place->home, 1, false, true, &place->written, &place->index);
}

static int place_one(struct place *place, const char *path)
{
	struct pieces pieces = { .count = 0 };
	add_file(&pieces, path, "x", 0644);
	return place_pieces(place, &pieces, 1);
}

static void placed(void)
{
	struct place place = open_place();
	struct pieces pieces = { .count = 0 };
	struct stat status;
	add_file(&pieces, "a", "one", 0644);
	add_file(&pieces, "d/e/b", "four", 06755);
	check(place_pieces(&place, &pieces, 2) == 0 && place.written == 7, "files are written, and their bytes counted");
	check(fstatat(place.home, "a", &status, 0) == 0 && status.st_size == 3 && (status.st_mode & 07777) == 0644,
		"a file has its content and mode");
	check(fstatat(place.home, "d/e/b", &status, 0) == 0 && (status.st_mode & 07777) == 0755,
		"the directories of a file are made, and setuid bits are not");
	check(place_one(&place, "d/c") == 0, "directories that are there already are used");
	check(place_one(&place, "d/../f") == 0, "a path may go up as long as it stays below the home");
	check(place_one(&place, "a") == -EEXIST, "a file that is there is not written again");
	check(place_one(&place, "a/b") == -ENOTDIR, "a file is no directory");
	close_place(&place);
}

static void replaced(void)
{
	struct place place = open_place();
	struct stat status, other;
	char outside[128];
	check(place_one(&place, "d/a") == 0 && linkat(place.home, "d/a", place.home, "hard", 0) == 0, "a file has two names");
	check(replace_one(&place, "d/a", "other") == 0, "a file that is there is replaced where that is asked for");
	check(fstatat(place.home, "d/a", &status, 0) == 0 && fstatat(place.home, "hard", &other, 0) == 0 &&
		status.st_size == 5 && other.st_size == 1 && status.st_ino != other.st_ino, "by another file: the old one is as it was");
	snprintf(outside, sizeof outside, "%s/outside/z", place.scratch.path);
	symlinkat(outside, place.home, "link");
	check(replace_one(&place, "link", "x") == 0 && fstatat(place.home, "link", &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISREG(status.st_mode) && !scratch_is_there(place.scratch.directory, "outside/z"), "a link is replaced, and not followed");
	check(replace_one(&place, "d", "x") == -EISDIR, "a directory is not replaced");
	close_place(&place);
}

static void elsewhere(void)
{
	struct place place = open_place();
	char absolute[128];
	check(place_one(&place, "../x") == -EXDEV && place_one(&place, "d/../../x") == -EXDEV, "a path out of the home is refused");
	check(place_one(&place, "../new/x") == -EXDEV && place_one(&place, "d/../../new/x") == -EXDEV &&
		!scratch_is_there(place.scratch.directory, "new"), "and no directory is made outside of it on the way");
	snprintf(absolute, sizeof absolute, "%s/outside/x", place.scratch.path);
	check(place_one(&place, absolute) < 0 && !scratch_is_there(place.scratch.directory, "outside/x"), "an absolute path is refused");
	snprintf(absolute, sizeof absolute, "%s/outside", place.scratch.path);
	symlinkat(absolute, place.home, "link");
	check(place_one(&place, "link/x") == -ENOTDIR && place_one(&place, "link/new/x") == -ENOTDIR &&
		!scratch_is_there(place.scratch.directory, "outside/x") && !scratch_is_there(place.scratch.directory, "outside/new"),
		"no path goes through a link");
	snprintf(absolute, sizeof absolute, "%s/outside/y", place.scratch.path);
	symlinkat(absolute, place.home, "file");
	check(place_one(&place, "file") < 0 && !scratch_is_there(place.scratch.directory, "outside/y"), "no file is made through a link");
	close_place(&place);
}

static void of_other_kinds(void)
{
	struct place place = open_place();
	struct pieces pieces = { .count = 0 };
	struct stat status;
	char target[8] = "";
	add_file(&pieces, "d/link", "../..", FILE_LINK);
	add_file(&pieces, "d", "", FILE_DIRECTORY | 0700);
	add_file(&pieces, "new/empty", "", FILE_DIRECTORY | 0750);
	add_file(&pieces, "covered", "", FILE_COVERED);
	check(place_pieces(&place, &pieces, 4) == 0 && place.written == 5, "directories, links and what will be covered are made");
	check(readlinkat(place.home, "d/link", target, sizeof target) == 5 && memcmp(target, "../..", 5) == 0,
		"a link points where it was told to");
	check(fstatat(place.home, "d", &status, 0) == 0 && (status.st_mode & 07777) == 0700, "a directory that is there gets its mode");
	check(fstatat(place.home, "new/empty", &status, 0) == 0 && (status.st_mode & 07777) == 0750, "and so does a new one");
	pieces.count = 0;
	add_file(&pieces, "covered", "", FILE_COVERED);
	check(place_pieces(&place, &pieces, 1) == 0, "an empty file may be covered again");
	check(place_one(&place, "covered") == -EEXIST, "but is not written to");
	pieces.count = 0;
	add_file(&pieces, "d/link", "", FILE_COVERED);
	check(place_pieces(&place, &pieces, 1) < 0, "a link is not covered");
	pieces.count = 0;
	add_file(&pieces, "d/link/x", "x", FILE_LINK);
	check(place_pieces(&place, &pieces, 1) == -ENOTDIR && !scratch_is_there(place.scratch.directory, "x"), "no link is made through a link");
	pieces.count = 0;
	add_file(&pieces, "d/link", "", FILE_DIRECTORY | 0700);
	check(place_pieces(&place, &pieces, 1) < 0, "a link is no directory");
	pieces.count = 0;
	add_file(&pieces, "e", "content", FILE_DIRECTORY);
	check(place_pieces(&place, &pieces, 1) == -EINVAL, "a directory has no content");
	close_place(&place);
}

static void that_follow(void)
{
	struct place place = open_place();
	struct pieces pieces = { .count = 0 };
	const struct exec_file end = { .path_bytes = 0 };
	AUTO_CLOSE int socket = -1;
	add_file(&pieces, "a", "1", 0644);
	add_file(&pieces, "b", "2", 0644);
	add_file(&pieces, "c", "3", 0644);
	pieces_add(&pieces, &end, sizeof end);
	socket = socket_with(SOCK_STREAM, pieces.bytes, pieces.count, NULL);
	check(place_files(socket, place.home, 1, true, false, &place.written, &place.index) == 0 && place.index == 0, "files that follow end with one without a path");
	check(place_one(&place, "c") == -EEXIST, "and are all placed");
	close_place(&place);
}

static void broken(void)
{
	struct place place = open_place();
	struct pieces pieces = { .count = 0 };
	const struct exec_file no_name = { .mode = 0644 }, long_name = { .path_bytes = PATH_MAX };
	add_file(&pieces, "a", "0123456789", 0644);
	pieces.count -= 4;
	check(place_pieces(&place, &pieces, 1) == -EPIPE, "a content that is cut off is refused");
	pieces.count = sizeof(struct exec_file);
	check(place_pieces(&place, &pieces, 1) == -EPIPE, "a path that is cut off is refused");
	pieces.count = 0;
	pieces_add(&pieces, &no_name, sizeof no_name);
	check(place_pieces(&place, &pieces, 1) == -ENAMETOOLONG, "a path of no bytes is refused");
	pieces.count = 0;
	pieces_add(&pieces, &long_name, sizeof long_name);
	check(place_pieces(&place, &pieces, 1) == -ENAMETOOLONG, "a path longer than PATH_MAX is refused");
	pieces.count = 0;
	add_file(&pieces, "b", "", 0644);
	add_file(&pieces, "c", "", 0644);
	add_file(&pieces, "../d", "", 0644);
	check(place_pieces(&place, &pieces, 3) == -EXDEV && place.index == 2, "the file at fault is told by its number");
	close_place(&place);
}

int main(void)
{
	placed();
	replaced();
	elsewhere();
	of_other_kinds();
	that_follow();
	broken();
	return check_report();
}
