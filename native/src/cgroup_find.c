#include "cgroup_find.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

#include "cgroup_files.h"
#include "scope.h"

enum {
	CGROUP_MAGIC = 0x27e0eb,           /* statfs(2) */
	CGROUP2_MAGIC = 0x63677270,
	MOUNTINFO_BYTES_MAX = 8 * 1024 * 1024,
	OWN_CGROUP_BYTES_MAX = 256 * 1024,
};

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

static void unescape(char *text)
{
	char *to = text;
	for (const char *from = text; *from != '\0'; to++) {
		if (from[0] == '\\' && is_octal(from[1]) && is_octal(from[2]) && is_octal(from[3])) {
			*to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

int parse_mount_line(char *line, struct mount_line *out)
{
	enum { ROOT = 3, MOUNT_POINT = 4, OPTIONAL = 6 };
	char *rest = NULL, *fields[OPTIONAL];
	char *field = strtok_r(line, " ", &rest);
	for (int i = 0; i < OPTIONAL; i++, field = strtok_r(NULL, " ", &rest)) {
		if (field == NULL)
			return -EBADMSG;
		fields[i] = field;
	}
	while (field != NULL && strcmp(field, "-") != 0)
		field = strtok_r(NULL, " ", &rest);
	char *type = strtok_r(NULL, " ", &rest);
	char *source = strtok_r(NULL, " ", &rest);
	char *options = strtok_r(NULL, " ", &rest);
	if (field == NULL || type == NULL || source == NULL || options == NULL)
		return -EBADMSG;
	unescape(fields[ROOT]);
	unescape(fields[MOUNT_POINT]);
	*out = (struct mount_line){ fields[ROOT], fields[MOUNT_POINT], type, options };
	return 0;
}

int parse_own_path(const char *text, char *path, size_t size)
{
	const char *line = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
	if (line == NULL)
		return -ENODATA;
	line = strchr(line, '/');
	if (line == NULL)
		return -EBADMSG;
	size_t length = strcspn(line, "\n");
	if (length >= size)
		return -ENAMETOOLONG;
	memcpy(path, line, length);
	path[length] = '\0';
	return 0;
}

int relative_to_mount(const char *path, const char *root, char *relative, size_t size)
{
	size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);
	/* A path or root with `..` lies outside of our cgroup namespace: cgroup_namespaces(7). */
	if (strncmp(path, root, length) != 0 || (path[length] != '/' && path[length] != '\0') ||
	    strstr(path, "/..") != NULL)
		return -EXDEV;
	const char *rest = path + length;
	while (*rest == '/')
		rest++;
	if (*rest == '\0')
		rest = ".";
	if (strlen(rest) >= size)
		return -ENAMETOOLONG;
	memcpy(relative, rest, strlen(rest) + 1);
	return 0;
}

/* mountinfo also lists what is covered by a later mount: what is open is looked at, not what was listed. */
static int open_mount(const char *mount_point, unsigned long magic)
{
	AUTO_CLOSE int fd = file_open(AT_FDCWD, mount_point, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return fd;
	struct statfs status;
	if (fstatfs(fd, &status) < 0)
		return -errno;
	return (unsigned long)status.f_type == magic ? steal_fd(&fd) : -ENXIO;
}

static void take_v1(struct cgroup_found *found, const struct mount_line *mount)
{
	static const char *const names[CONTROLLER_COUNT] = { "memory", "pids", "cpu", "cpuacct", "blkio" };
	for (unsigned i = 0; i < CONTROLLER_COUNT; i++) {
		if (home_of(found->homes, i) >= 0 || !has_word(mount->options, names[i]))
			continue;
		int slot = (int)i;
		for (unsigned j = 0; j < i; j++) {
			if (has_word(mount->options, names[j]) && home_of(found->homes, j) >= 0)
				slot = home_of(found->homes, j);
		}
		if (found->v1[slot] < 0) {
			int fd = open_mount(mount->mount_point, CGROUP_MAGIC);
			if (fd < 0)
				return;
			found->v1[slot] = fd;
		}
		found->homes |= home_bits(i, slot);
	}
}

static void take_v2(struct cgroup_found *found, const struct mount_line *mount, const char *own)
{
	if (found->v2 >= 0 || relative_to_mount(own, mount->root, found->v2_path, sizeof found->v2_path) < 0)
		return;
	int fd = open_mount(mount->mount_point, CGROUP2_MAGIC);
	if (fd >= 0)
		found->v2 = fd;
}

int cgroup_find(struct cgroup_found *out)
{
	struct cgroup_found found = { .v1 = { -1, -1, -1, -1, -1 }, .v2 = -1 };
	AUTO_FREE char *mounts = NULL;
	int error = file_read_all_at(AT_FDCWD, "/proc/self/mountinfo", MOUNTINFO_BYTES_MAX, &mounts);
	if (error < 0)
		return error;
	AUTO_FREE char *memberships = NULL;
	error = file_read_all_at(AT_FDCWD, "/proc/self/cgroup", OWN_CGROUP_BYTES_MAX, &memberships);
	if (error < 0 && error != -ENOENT)
		return error;
	char own[PATH_MAX];
	bool in_v2 = memberships != NULL && parse_own_path(memberships, own, sizeof own) == 0;

	char *rest = NULL;
	for (char *line = strtok_r(mounts, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		struct mount_line mount;
		if (parse_mount_line(line, &mount) < 0)
			continue;
		if (strcmp(mount.type, "cgroup") == 0)
			take_v1(&found, &mount);
		else if (in_v2 && strcmp(mount.type, "cgroup2") == 0)
			take_v2(&found, &mount, own);
	}
	*out = found;
	return 0;
}

void cgroup_found_close(struct cgroup_found *found)
{
	for (int i = 0; i < CGROUP_HIERARCHIES; i++)
		close_fd(&found->v1[i]);
	close_fd(&found->v2);
}
