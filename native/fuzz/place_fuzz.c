/* Files that come with a request: whatever their paths, nothing changes but what is below the home. */
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "place.h"
#include "protocol.h"

static int home = -1;
static int around = -1;

/* The home has links out of it before anything comes. */
static void prepare(void)
{
	if (home < 0)
		home = fuzz_home(&around);
	(void)symlinkat("..", home, "up");
	(void)symlinkat("/dev/shm", home, "out");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t written = 0;
	uint32_t index = 0;
	int far;
	const int socket = fuzz_socket(SOCK_STREAM, data, size, &far);

	prepare();
	(void)place_files(socket, home, 2, true, size % 2 == 0, &written, &index);
	fuzz_require(written <= size, "no more is written than came");
	fuzz_require(index <= size / sizeof(struct exec_file), "a file that was sent is at fault");
	fuzz_require(fuzz_count(around) == 1, "nothing is made outside of the home");
	fuzz_empty(home);
	close(socket);
	close(far);
	return 0;
}
