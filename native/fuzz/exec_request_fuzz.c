/* The exec section, as the stub reads it from its socket. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "request.h"

static void look_at(const struct request *request)
{
	const char *end = (const char *)(request->envp + request->head.envc + 1) + request->head.strings_bytes;

	for (uint32_t i = 0; i < request->head.argc; i++)
		fuzz_require(request->argv[i] + strlen(request->argv[i]) < end, "an argument ends within the strings");
	for (uint32_t i = 0; i < request->head.envc; i++)
		fuzz_require(request->envp[i] + strlen(request->envp[i]) < end, "a variable ends within the strings");
	fuzz_require(request->argv[request->head.argc] == NULL, "the arguments end with NULL");
	fuzz_require(request->envp[request->head.envc] == NULL, "the variables end with NULL");
	fuzz_require(request->directory + strlen(request->directory) < end, "the directory ends within the strings");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct request request;
	int far;
	const int socket = fuzz_socket(SOCK_STREAM, data, size, &far);

	if (request_read(socket, &request) == 0)
		look_at(&request);
	request_free(&request);
	close(socket);
	close(far);
	return 0;
}
