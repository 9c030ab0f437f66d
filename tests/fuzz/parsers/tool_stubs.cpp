// Replaces framework/diagnostics.cpp, registry.cpp and lib/spawn.cpp: messages are formatted and dropped, the end is an
// exception, no program is started.
#include "tool_stubs.h"

#include "framework/diagnostics.h"
#include "framework/output.h"
#include "framework/tool.h"
#include "lib/spawn.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

int input_of(std::string_view text) {
    static const int descriptor = memfd_create("input", 0);
    if (descriptor < 0 || ftruncate(descriptor, 0) != 0 || pwrite(descriptor, text.data(), text.size(), 0) < 0 ||
        lseek(descriptor, 0, SEEK_SET) != 0)
        abort();
    return dup(descriptor);
}

namespace coreutils {
namespace {

const Tool kTool = {.name = "fuzzed", .synopsis = "", .summary = "", .run = nullptr};
const Tool* current = &kTool;

void format_and_drop(const char* format, va_list list) {
    char text[512];
    vsnprintf(text, sizeof text, format, list);
}

} // namespace

const Tool& current_tool() { return *current; }
void set_current_tool(const Tool& tool) { current = &tool; }
std::string printable(std::string_view name) { return std::string(name); }

void warn(const char* format, ...) {
    va_list list;
    va_start(list, format);
    format_and_drop(format, list);
    va_end(list);
}

void warn_errno(std::string_view, int) {}

PipedProgram start_shell(const char*, PipeFlow) { throw ToolEnded{1}; }
int PipedProgram::finish() { return -1; }
int wait_for(pid_t) { return -1; }

void die(int status, const char* format, ...) {
    va_list list;
    va_start(list, format);
    format_and_drop(format, list);
    va_end(list);
    throw ToolEnded{status};
}

void die_errno(int status, std::string_view, int) { throw ToolEnded{status}; }

void usage_error(const char* format, ...) {
    va_list list;
    va_start(list, format);
    format_and_drop(format, list);
    va_end(list);
    throw ToolEnded{1};
}

void missing_operand() { throw ToolEnded{1}; }
void extra_operand(const char*) { throw ToolEnded{1}; }

void finish(int status) {
    out.discard();
    throw ToolEnded{status};
}

} // namespace coreutils
