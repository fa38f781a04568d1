# CROSS=aarch64: built here for another machine, by Debian's cross compiler, against glibc.

CROSS_TOOLS := $(CROSS)-linux-gnu
HOST_CC := $(CROSS_TOOLS)-gcc
STRIP := $(CROSS_TOOLS)-strip
MUSL_CC :=
BUILD ?= build/$(CROSS)

ifeq ($(shell command -v $(HOST_CC)),)
$(error $(HOST_CC) is missing: apt-get install gcc-$(CROSS_TOOLS) libc6-dev-arm64-cross)
endif
