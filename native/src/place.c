#define _GNU_SOURCE
#include "place.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "inside.h"
#include "scope.h"
#include "syscalls.h"
#include "transfer.h"

enum { PERMISSIONS = 0777 };

static int open_below(int directory, const char *path, uint64_t flags, mode_t mode)
{
	const struct open_how how = {
		.flags = flags | O_CLOEXEC | O_NOFOLLOW,
		.mode = mode,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
	};

	return sys_openat2(directory, path, &how);
}

/* Makes the directory `path`, whose own parent is known to lie below `home`, unless it is there. */
static int make_directory(int home, const char *path)
{
	AUTO_CLOSE int there = open_below(home, path, O_PATH | O_DIRECTORY, 0);

	if (there != -ENOENT)
		return there < 0 ? there : 0;
	return mkdirat(home, path, 0755) != 0 ? -errno : 0;
}

/* Makes the directories that `path` goes through; leaves `path` as it was. */
static int make_parents(int home, char *path)
{
	for (char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		int error;

		*slash = '\0';
		error = make_directory(home, path);
		*slash = '/';
		if (error < 0)
			return error;
	}
	return 0;
}

static int copy_content(int socket, int file, uint64_t bytes)
{
	uint8_t chunk[PACKET_BYTES];

	while (bytes > 0) {
		size_t want = bytes < sizeof chunk ? (size_t)bytes : sizeof chunk;
		int error = receive_exactly(socket, chunk, want);

		for (size_t done = 0; error == 0 && done < want;) {
			ssize_t count = write(file, chunk + done, want - done);

			if (count < 0)
				error = -errno;
			else
				done += (size_t)count;
		}
		if (error < 0)
			return error;
		bytes -= want;
	}
	return 0;
}

/* What is to be covered may be there already, where a layer keeps what was covered before: empty, and nobody's content. */
static int make_covered(int home, const char *path)
{
	AUTO_CLOSE int made = open_below(home, path, O_WRONLY | O_CREAT | O_EXCL, 0444);
	AUTO_CLOSE int there = -1;
	struct stat status;

	if (made != -EEXIST)
		return made < 0 ? made : 0;
	there = open_below(home, path, O_PATH, 0);
	if (there < 0)
		return there;
	if (fstat(there, &status) != 0)
		return -errno;
	return S_ISREG(status.st_mode) && status.st_size == 0 ? 0 : -EEXIST;
}

static int remove_file(int home, const char *path)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(path, '/');
	AUTO_CLOSE int directory = -1;

	memcpy(parent, path, strlen(path) + 1);
	parent[slash == NULL ? 0 : slash - path] = '\0';
	directory = open_below(home, slash == NULL ? "." : parent, O_PATH | O_DIRECTORY, 0);
	if (directory < 0)
		return directory;
	return unlinkat(directory, slash == NULL ? path : slash + 1, 0) != 0 ? -errno : 0;
}

/* Always another file: what is replaced may be open somewhere, or have other names. */
static int open_new(int home, const char *path, bool replace)
{
	const int file = open_below(home, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	int error;

	if (file != -EEXIST || !replace)
		return file;
	error = remove_file(home, path);
	return error < 0 ? error : open_below(home, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
}

static int place_directory(int home, const char *path, mode_t mode)
{
	const int error = make_directory(home, path);
	AUTO_CLOSE int directory = error < 0 ? error : open_below(home, path, O_RDONLY | O_DIRECTORY, 0);

	if (directory < 0)
		return directory;
	return fchmod(directory, mode) != 0 ? -errno : 0;
}

/* Wherever it points: whoever follows it does so with the command's rights, and we never do. */
static int place_link(int socket, int home, const char *path, uint64_t bytes)
{
	char target[PATH_MAX];
	int error;

	if (bytes == 0 || bytes >= sizeof target)
		return -ENAMETOOLONG;
	error = receive_exactly(socket, target, bytes);
	if (error < 0)
		return error;
	target[bytes] = '\0';
	return symlinkat(target, home, path) != 0 ? -errno : 0;
}

static int place_file(int socket, int home, const char *path, const struct exec_file *head, bool replace)
{
	AUTO_CLOSE int file = open_new(home, path, replace);
	int error = file < 0 ? file : copy_content(socket, file, head->content_bytes);

	if (error == 0 && fchmod(file, head->mode & PERMISSIONS) != 0)
		error = -errno;
	return error;
}

/* Whatever its kind, all of its content has been read where it did not fail. */
static int place_kind(int socket, int home, const char *path, const struct exec_file *head, bool replace)
{
	if ((head->mode & FILE_LINK) != 0)
		return place_link(socket, home, path, head->content_bytes);
	if ((head->mode & (FILE_COVERED | FILE_DIRECTORY)) == 0)
		return place_file(socket, home, path, head, replace);
	if (head->content_bytes != 0)
		return -EINVAL;
	return (head->mode & FILE_COVERED) != 0 ? make_covered(home, path)
	                                         : place_directory(home, path, head->mode & PERMISSIONS);
}

/* 1: there was no path, and there is no file. */
static int place_one(int socket, int home, bool replace, uint64_t *written_bytes)
{
	struct exec_file head;
	char path[PATH_MAX];
	int error = receive_exactly(socket, &head, sizeof head);

	if (error < 0)
		return error;
	if (head.path_bytes == 0)
		return 1;
	if (head.path_bytes >= sizeof path)
		return -ENAMETOOLONG;
	error = receive_exactly(socket, path, head.path_bytes);
	path[head.path_bytes] = '\0';
	if (error == 0)
		error = make_parents(home, path);
	if (error == 0)
		error = place_kind(socket, home, path, &head, replace);
	if (error == 0)
		*written_bytes += head.content_bytes;
	return error;
}

int place_files(int socket, int home, uint32_t count, bool more, bool replace, uint64_t *written_bytes,
                uint32_t *index)
{
	int result = 0;

	for (uint32_t i = 0; (i < count || more) && result == 0; i++) {
		result = place_one(socket, home, replace, written_bytes);
		*index = i;
		if (result == 1 && i < count)
			result = -ENAMETOOLONG;
	}
	if (result >= 0)
		*index = 0;
	return result < 0 ? result : 0;
}
