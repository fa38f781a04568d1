/* What is read of files in /proc: a process may have chosen its name in them. */
#include <stdlib.h>

#include "caller.h"
#include "fuzz.h"
#include "inside_usage.h"
#include "sample.h"
#include "watcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct process_sample sample;

	(void)sample_parse_stat(text, &sample);
	(void)parse_io(text);
	(void)is_fatal_sigsys(text);
	free(text);
	return 0;
}
