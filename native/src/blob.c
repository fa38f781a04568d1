#define _GNU_SOURCE
#include "blob.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "home.h"
#include "inside.h"
#include "scope.h"
#include "syscalls.h"
#include "transfer.h"

/* The stub has just made the file, or found it in a layer: whatever else leads there, no link does. */
static int show(const char *path, int tree)
{
	const struct open_how how = {
		.flags = O_PATH | O_CLOEXEC | O_NOFOLLOW,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
	};
	AUTO_CLOSE int home = open_home();
	AUTO_CLOSE int onto = home < 0 ? home : sys_openat2(home, path, &how);
	struct stat status;

	if (onto < 0)
		return onto;
	if (fstat(onto, &status) != 0)
		return -errno;
	return S_ISREG(status.st_mode) ? sys_move_mount(tree, onto) : -EEXIST;
}

int blob_obey(int socket, uint64_t path_bytes, const struct descriptors *with)
{
	struct init_record record = { .kind = INIT_BLOB };
	char path[PATH_MAX];
	int error;

	if (path_bytes == 0 || path_bytes >= sizeof path || with->count != 1)
		return -EPROTO;
	error = receive_exactly(socket, path, path_bytes);
	if (error < 0)
		return error;
	path[path_bytes] = '\0';
	error = show(path, with->fds[0]);
	record.error = (uint32_t)-error;
	return send_exactly(socket, &record, sizeof record);
}
