# The front door: `make help` lists everything. The build itself is CMake and ninja; see CMakeLists.txt.
VARIANT ?= release
ACCEL ?= tcg
BUILD := build/$(VARIANT)
CONFIGURE := -G Ninja -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19
# Same commit, same bytes: every time stamp is the commit's.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)

.PHONY: all iso kernel run test unit bench docs help clean

all: iso

$(BUILD)/build.ninja: CMakeLists.txt cmake/MartletFlags.cmake
	@cmake -S . -B $(BUILD) $(CONFIGURE) -DMARTLET_VARIANT=$(VARIANT) --log-level=WARNING

iso: $(BUILD)/build.ninja ## build/martlet.iso, kernel.elf, initrd.tar and root/ (VARIANT=debug: in build/debug)
	@ninja -C $(BUILD) --quiet
ifeq ($(VARIANT),release)
	@scripts/publish $(BUILD) build
endif

kernel: $(BUILD)/build.ninja ## only the kernel, for a debug build with release's programs (build/debug/kernel.elf)
	@ninja -C $(BUILD) --quiet kernel.elf

run: iso ## boot the ISO in QEMU, serial on this terminal (^A x leaves; DISPLAY_VGA=1 opens a window; ACCEL=kvm)
	@ACCEL=$(ACCEL) scripts/run $(BUILD)/martlet.iso $(QEMU_ARGS)

test: ## every test; ends with `martlet: N passed, N failed, N skipped`
	@scripts/test

unit: ## host unit tests only, under sanitizers
	@scripts/test unit

bench: iso ## measure; writes build/bench.txt (lines `name value unit`)
	@scripts/bench

docs: iso ## regenerate docs/SYSCALLS.md
	@scripts/generate_docs

clean: ## remove build/
	rm -rf build

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 8
