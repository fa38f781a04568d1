/* Files that a command left: regular ones come out, everything else only as the errno that says why not. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "collect.h"
#include "inside.h"
#include "scope.h"
#include "scratch.h"

struct answer {
	struct init_record record;
	char content[64];
};

static struct pieces section(const char *path, uint64_t total_bytes_max)
{
	struct pieces pieces = { .count = 0 };
	const struct collect_request head = {
		.path_count = 1, .strings_bytes = (uint32_t)strlen(path) + 1, .total_bytes_max = total_bytes_max,
	};
	pieces_add(&pieces, &head, sizeof head);
	pieces_add(&pieces, path, strlen(path) + 1);
	return pieces;
}

/* Collects one path; the answer to it, and whether the end followed. */
static struct answer collect_one(int home, const char *path, uint64_t total_bytes_max)
{
	enum { PATIENCE_S = 5 };
	const struct pieces pieces = section(path, total_bytes_max);
	struct answer answer = { .content = "" };
	struct init_record end = { .kind = 0 };
	int far;
	AUTO_CLOSE int socket = socket_with(SOCK_SEQPACKET, pieces.bytes, pieces.count, &far);
	alarm(PATIENCE_S);
	int error = collect_files(socket, home, pieces.count);
	alarm(0);
	if (error == 0 && recv(far, &answer.record, sizeof answer.record, MSG_DONTWAIT) == sizeof answer.record) {
		if (answer.record.bytes > 0 && recv(far, answer.content, sizeof answer.content - 1, MSG_DONTWAIT) < 0)
			answer.content[0] = '?';
		if (recv(far, &end, sizeof end, MSG_DONTWAIT) != sizeof end || end.kind != INIT_COLLECTED_ALL)
			answer.record.kind = 0;
	}
	close(far);
	return answer;
}

static void refused(int home, const char *path, uint32_t error, const char *sentence)
{
	const struct answer answer = collect_one(home, path, 1000);
	check(answer.record.kind == INIT_COLLECTED && answer.record.bytes == 0, sentence);
	check_equal(answer.record.error, error, "   and the error says why");
}

static void make_odd_files(int home)
{
	AUTO_CLOSE int socket_file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	symlinkat("../secret", home, "link");
	symlinkat("..", home, "up");
	mkfifoat(home, "fifo", 0644);
	mkdirat(home, "directory", 0755);
	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/socket", home);
	if (bind(socket_file, (const struct sockaddr *)&address, sizeof address) != 0)
		perror("socket");
}

static void odd_files(int home)
{
	refused(home, "link", ELOOP, "a link is not followed");
	refused(home, "up/secret", ELOOP, "no path goes through a link");
	refused(home, "../secret", EXDEV, "no path leads out of the home");
	refused(home, "/etc/passwd", EXDEV, "no path starts at the root");
	refused(home, "fifo", EINVAL, "a FIFO is not waited for");
	refused(home, "directory", EINVAL, "a directory is no file");
	refused(home, "socket", ENXIO, "a socket is no file");
	refused(home, "nowhere", ENOENT, "what is not there is told as that");
	refused(home, "", ENOENT, "no name is no file");
	if (mknodat(home, "device", S_IFCHR | 0666, makedev(1, 5)) == 0)
		refused(home, "device", EINVAL, "a device is not read");
	else
		skip("a device is not read", "only root makes one");
}

static void regular_files(int home)
{
	const struct answer whole = collect_one(home, "a", 1000), exact = collect_one(home, "a", 7);
	check(whole.record.kind == INIT_COLLECTED && whole.record.error == 0 && whole.record.bytes == 7 &&
		strcmp(whole.content, "content") == 0, "a regular file comes out whole");
	check(exact.record.error == 0 && exact.record.bytes == 7, "a file may be as large as there is room");
	check_equal(collect_one(home, "a", 6).record.error, EFBIG, "a file larger than that is told as that");
	const struct answer empty = collect_one(home, "empty", 0);
	check(empty.record.kind == INIT_COLLECTED && empty.record.error == 0 && empty.record.bytes == 0, "an empty file needs no room");
}

static void broken(int home)
{
	struct pieces pieces = section("a", 1000);
	AUTO_CLOSE int unterminated = socket_with(SOCK_SEQPACKET, pieces.bytes, pieces.count - 1, NULL);
	check(collect_files(unterminated, home, pieces.count - 1) == -EBADMSG, "a path without an end is refused");
	AUTO_CLOSE int brief = socket_with(SOCK_SEQPACKET, pieces.bytes, 4, NULL);
	check(collect_files(brief, home, 4) == -EBADMSG, "a section shorter than its head is refused");
	AUTO_CLOSE int cut = socket_with(SOCK_SEQPACKET, pieces.bytes, pieces.count, NULL);
	check(collect_files(cut, home, pieces.count + 1) == -EPIPE, "a section that is cut off is refused");
}

int main(void)
{
	struct scratch scratch = scratch_make();
	scratch_write(scratch.directory, "secret", "secret");
	mkdirat(scratch.directory, "home", 0755);
	int home = openat(scratch.directory, "home", O_PATH | O_DIRECTORY | O_CLOEXEC);
	scratch_write(home, "a", "content");
	scratch_write(home, "empty", "");
	make_odd_files(home);
	regular_files(home);
	odd_files(home);
	broken(home);
	close(home);
	scratch_remove(&scratch);
	return check_report();
}
