/* The wire, of files: those that are placed, and those that come out. Part of protocol.h. */
#ifndef MAYFLY_PROTOCOL_FILES_H
#define MAYFLY_PROTOCOL_FILES_H

#include <stdint.h>

struct exec_file {
	uint32_t mode;                /* and enum file_flags */
	uint32_t path_bytes;
	uint64_t content_bytes;
};

enum file_flags {
	FILE_COVERED = 1 << 16,       /* a blob will cover it: an empty file that is there already will do */
	FILE_DIRECTORY = 1 << 17,     /* no content; one that is there already gets the mode */
	FILE_LINK = 1 << 18,          /* a symbolic one; its content is where it points, and it has no mode */
};

/*
 * The collect section: this, then pattern_count NUL-terminated strings, relative to the command's home: enum
 * collect_kind, then a path or a pattern (native/src/glob.h). A directory that is selected is so with all below it.
 */
struct collect_request {
	uint32_t pattern_count;
	uint32_t strings_bytes;
	uint64_t data_bytes_max;      /* of all files together; one that does not fit is left */
	uint32_t entry_count_max;     /* of everything that is told; past it the collection ends */
	uint32_t flags;               /* enum collect_flags */
};

enum collect_kind {
	COLLECT_PATH = 61,
	COLLECT_GLOB = 42,
};

enum collect_flags {
	COLLECT_NAMES = 1 << 8,       /* no file's data, and at no cost */
	COLLECT_WHOLE = 1 << 0,       /* a file costs its length, holes included; else only its data */
	COLLECT_PACKED = 1 << 2,      /* in place of patterns: all of the home, as one packed tree */
	COLLECT_CHANGES = 1 << 1,     /* in place of patterns, of which there are none: what is not as it was at the start */
};

/* How deep below the home, or below a directory that is named. */
enum { COLLECT_DEPTH_MAX = 64 };

/*
 * One entry of STREAM_COLLECTED: this, then its path. For a file then its data: struct collected_data, each with so many
 * bytes; one of 0 bytes is its end.
 */
struct collected {
	uint32_t kind;                /* enum collected_kind */
	uint32_t reason;              /* enum left_reason, of what was left */
	uint32_t mode;
	uint32_t path_bytes;
	uint64_t bytes;               /* a file's length; what of it is no data is zeros */
};

struct collected_data {
	uint64_t offset;
	uint64_t bytes;
};

enum collected_kind {
	COLLECTED_FILE = 1,
	COLLECTED_DIRECTORY = 2,
	COLLECTED_LEFT = 3,
	COLLECTED_CHANGE = 4,         /* `reason`: enum change_kind; `mode`: enum entry_kind. What it is now follows, if it is */
};

enum change_kind {
	CHANGE_ADDED = 1,
	CHANGE_CHANGED = 2,
	CHANGE_DELETED = 3,
};

/* What stands at a path, or stood there. */
enum entry_kind {
	ENTRY_FILE = 1,
	ENTRY_DIRECTORY = 2,
	ENTRY_LINK = 3,
	ENTRY_FIFO = 4,
	ENTRY_SOCKET = 5,
	ENTRY_DEVICE = 6,
};

/*
 * One entry of a packed tree (native/src/packed.h): this, its path, where it points (a link's target, or the path of
 * another name of the same file), of a file or a directory its attributes, and of a file its data as in a collection.
 */
struct packed_entry {
	uint32_t kind;                /* enum entry_kind or enum packed_kind */
	uint32_t mode;
	uint32_t user;                /* as seen inside */
	uint32_t group;
	uint64_t bytes;
	int64_t changed_s;            /* its time of change, CLOCK_REALTIME */
	uint32_t changed_ns;
	uint32_t path_bytes;
	uint32_t target_bytes;
	uint32_t attribute_bytes;     /* at most ATTRIBUTE_BYTES_MAX, of struct packed_attribute, each with name and value */
};

struct packed_attribute {
	uint32_t name_bytes;          /* "user.", and more */
	uint32_t value_bytes;
};

/* How deep a packed tree goes, which is as deep as paths can; and what one entry may have of attributes. */
enum {
	TREE_DEPTH_MAX = 2047,
	ATTRIBUTE_BYTES_MAX = 65536,
};

enum packed_kind {
	PACKED_END = 0,               /* of the stream */
	PACKED_HARD_LINK = 7,
	PACKED_FAILED = 8,            /* in place of the end: the entry at its path, or all of it, cannot be packed; `mode`: errno */
};

enum left_reason {
	LEFT_MISSING = 1,             /* a path that was named, and is not there */
	LEFT_LINK = 2,
	LEFT_FIFO = 3,
	LEFT_SOCKET = 4,
	LEFT_DEVICE = 5,
	LEFT_TOO_DEEP = 6,
	LEFT_TOO_MANY = 7,            /* no more is told */
	LEFT_TOO_LARGE = 8,
	LEFT_UNREADABLE = 9,
};

#endif
