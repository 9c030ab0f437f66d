// mkfifo and mknod: POSIX.1-2017 and GNU. link and unlink: the bare calls (POSIX.1-2017 XSI).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "lib/mode.h"
#include "lib/numbers.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'m', "mode", "MODE", "set file permission bits to MODE, not a=rw - umask"},
};

// The mode of -m, or 0666; when it was given the umask is out of the way from here on.
mode_t read_mode(Arguments& arguments) {
    mode_t mode = 0666;
    while (arguments.next_option()) {
        auto change = ModeChange::parse(arguments.value());
        if (!change) die(1, "invalid mode");
        mode_t mask = umask(0);
        mode = change->apply(0666, mask);
        if (mode & ~static_cast<mode_t>(0777)) die(1, "mode must specify only file permission bits");
    }
    return mode;
}

int run_mkfifo(Arguments& arguments) {
    mode_t mode = read_mode(arguments);
    if (arguments.operands().empty()) missing_operand();
    int status = 0;
    for (const char* name : arguments.operands())
        if (mkfifo(name, mode) != 0) {
            warn("cannot create fifo '%s': %m", name);
            status = 1;
        }
    return status;
}

unsigned device_number(const char* text, const char* which) {
    char* end;
    unsigned long value = strtoul(text, &end, 0);
    if (end == text || *end || value > UINT32_MAX) die(1, "invalid %s device number '%s'", which, text);
    return static_cast<unsigned>(value);
}

int run_mknod(Arguments& arguments) {
    mode_t mode = read_mode(arguments);
    auto operands = arguments.operands();
    if (operands.empty()) missing_operand();
    if (operands.size() == 1) usage_error("missing operand after '%s'", operands[0]);
    char type = operands[1][0];
    size_t expected = type == 'p' ? 2 : 4;
    if (operands.size() < expected) usage_error("Special files require major and minor device numbers.");
    if (operands.size() > expected) {
        if (type == 'p' && operands.size() == 4)
            usage_error("Fifos do not have major and minor device numbers.");
        extra_operand(operands[expected]);
    }
    dev_t device = 0;
    if (type == 'p') {
        mode |= S_IFIFO;
    } else if (type == 'b' || type == 'c' || type == 'u') {
        mode |= type == 'b' ? S_IFBLK : S_IFCHR;
        device = makedev(device_number(operands[2], "major"), device_number(operands[3], "minor"));
    } else {
        usage_error("invalid device type '%s'", operands[1]);
    }
    if (mknod(operands[0], mode, device) != 0) die_errno(1, operands[0]);
    return 0;
}

int run_link(Arguments& arguments) {
    while (arguments.next_option()) {
    }
    auto operands = arguments.operands();
    if (operands.empty()) missing_operand();
    if (operands.size() == 1) usage_error("missing operand after '%s'", operands[0]);
    if (operands.size() > 2) extra_operand(operands[2]);
    if (link(operands[0], operands[1]) != 0)
        die(1, "cannot create link '%s' to '%s': %m", operands[1], operands[0]);
    return 0;
}

int run_unlink(Arguments& arguments) {
    while (arguments.next_option()) {
    }
    auto operands = arguments.operands();
    if (operands.empty()) missing_operand();
    if (operands.size() > 1) extra_operand(operands[1]);
    if (unlink(operands[0]) != 0) die(1, "cannot unlink '%s': %m", operands[0]);
    return 0;
}

constexpr Tool kMkfifo = {
    .name = "mkfifo",
    .synopsis = "[OPTION]... NAME...",
    .summary = "Create named pipes (FIFOs) with the given NAMEs.",
    .options = kOptions,
    .run = run_mkfifo,
};
MARTLET_REGISTER_TOOL(kMkfifo);

constexpr Tool kMknod = {
    .name = "mknod",
    .synopsis = "[OPTION]... NAME TYPE [MAJOR MINOR]",
    .summary = "Create the special file NAME of the given TYPE: b, c (also u) or p.",
    .options = kOptions,
    .run = run_mknod,
};
MARTLET_REGISTER_TOOL(kMknod);

constexpr Tool kLink = {
    .name = "link",
    .synopsis = "FILE1 FILE2",
    .summary = "Create a link named FILE2 to the existing FILE1.",
    .run = run_link,
};
MARTLET_REGISTER_TOOL(kLink);

constexpr Tool kUnlink = {
    .name = "unlink",
    .synopsis = "FILE",
    .summary = "Remove the specified FILE.",
    .run = run_unlink,
};
MARTLET_REGISTER_TOOL(kUnlink);

} // namespace
} // namespace coreutils
