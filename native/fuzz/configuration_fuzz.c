/* The first frame: its sections lie within it, and a root's entry at fault is named without reading past its plan. */
#include <stdlib.h>
#include <string.h>

#include "configuration.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *payload = fuzz_bytes(data, size);
	struct configuration in = { .payload = payload, .length = (uint32_t)size };
	struct configure head = { .version = 0 };
	char text[PATH_MAX];

	if (configuration_split(&head, &in) == 0) {
		fuzz_require(in.plain_filter + head.plain_filter_bytes == payload + size, "the sections are the frame");
		for (uint32_t entry = 0; entry < 8; entry++)
			configuration_name_entry(&head, &in, entry, text, sizeof text);
		configuration_name_entry(&head, &in, head.root_count, text, sizeof text);
	}
	free(payload);
	return 0;
}
