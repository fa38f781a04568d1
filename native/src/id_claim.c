#define _GNU_SOURCE
#include "id_claim.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "scope.h"

/* Whoever could open the file could lock it. */
static int open_claims(int directory)
{
	struct stat status;
	AUTO_CLOSE int file =
		openat(directory, "mayfly-ids", O_RDWR | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (file < 0 || fstat(file, &status) != 0)
		return -errno;
	if (!S_ISREG(status.st_mode) || status.st_uid != 0 || (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return -EPERM;
	return steal_fd(&file);
}

/* A byte for each block. Such a lock belongs to the open file, and so to nobody but this process and its descriptor. */
int id_claim_by_file(int directory, uint32_t *block)
{
	AUTO_CLOSE int file = open_claims(directory);

	if (file < 0)
		return file;
	for (uint32_t i = 0; i < ID_BLOCKS; i++) {
		struct flock byte = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = i, .l_len = 1 };

		if (fcntl(file, F_OFD_SETLK, &byte) == 0) {
			*block = i;
			return steal_fd(&file);
		}
		if (errno != EAGAIN && errno != EACCES)
			return -errno;
	}
	return -EUSERS;
}

/* By the name of an abstract socket. */
int id_claim_by_name(uint32_t *block)
{
	AUTO_CLOSE int claim = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (claim < 0)
		return -errno;
	for (uint32_t i = 0; i < ID_BLOCKS; i++) {
		struct sockaddr_un address = { .sun_family = AF_UNIX };
		const int name = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "mayfly-ids-%u", i);
		const socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)name);

		if (bind(claim, (const struct sockaddr *)&address, length) == 0) {
			*block = i;
			return steal_fd(&claim);
		}
		if (errno != EADDRINUSE)
			return -errno;
	}
	return -EUSERS;
}

int id_claim(uint32_t *block)
{
	AUTO_CLOSE int directory = open("/run", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const int claim = directory < 0 ? -errno : id_claim_by_file(directory, block);

	return claim >= 0 || claim == -EUSERS ? claim : id_claim_by_name(block);
}
