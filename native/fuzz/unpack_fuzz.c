/* A packed tree: whatever it says, nothing changes but what is below the home. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "packed.h"

static int home = -1;
static int around = -1;

/* The home has links out of it before anything comes. */
static void prepare(void)
{
	enum { FILE_BYTES_MAX = 1 << 20 };
	const struct rlimit limit = { .rlim_cur = FILE_BYTES_MAX, .rlim_max = RLIM_INFINITY };

	if (home < 0)
		home = fuzz_home(&around);
	(void)setrlimit(RLIMIT_FSIZE, &limit);
	(void)signal(SIGXFSZ, SIG_IGN);
	(void)symlinkat("..", home, "up");
	(void)symlinkat("/dev/shm", home, "out");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct unpacking how = { .keeps_owners = false };
	uint32_t index = 0;
	int far;
	const int socket = fuzz_socket(SOCK_STREAM, data, size, &far);

	prepare();
	how.root = home;
	(void)unpack_tree(socket, &how, &index);
	fuzz_require(fuzz_count(around) == 1, "nothing is made outside of the home");
	fuzz_empty(home);
	close(socket);
	close(far);
	return 0;
}
