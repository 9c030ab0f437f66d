// help: what there is to reach for, by what it is good for; `help NAME` is `NAME --help`.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "framework/tool.h"
#include "lib/columns.h"
#include "lib/order.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace coreutils {
namespace {

struct Group {
    const char* title;
    std::string_view names; // of tools; those this system lacks are left out
};

constexpr Group kGroups[] = {
    {"Files", "ls cp mv rm ln mkdir rmdir touch find du df stat file chmod chown chgrp readlink realpath "
              "basename dirname "
              "mktemp mkfifo mknod install truncate dd tree unlink"},
    {"Text",
     "cat less more head tail grep sed awk sort uniq cut paste join tr wc nl fmt pr fold column comm "
     "diff patch cmp "
     "tee split csplit tac rev expand unexpand seq shuf strings od xxd hexdump iconv look numfmt ts dos2unix "
     "unix2dos vi ex"},
    {"Archives and sums",
     "tar gzip gunzip zcat bzip2 xz zstd zip unzip cpio ar md5sum sha1sum sha256sum sha512sum cksum base64 "
     "uuencode uudecode"},
    {"Processes and system",
     "ps top pstree pgrep pkill kill killall pidof pwdx lsof fuser nice renice nohup setsid timeout time "
     "watch strace uptime free "
     "vmstat dmesg uname hostname mount umount mountpoint losetup lsblk lspci lsusb "
     "sysctl sync date cal chrt taskset ionice prlimit ipcs ipcrm unshare getconf locale"},
    {"Users and services",
     "svc logger who w last lastb users id whoami su passwd login logname groups poweroff reboot halt"},
    {"Terminals", "stty tty clear reset resize tput script chvt openvt loadkeys"},
    {"In scripts", "test expr printf echo env xargs sleep yes bc dc factor true false which getopt flock"},
    {"Help", "man apropos whatis help"},
};

constexpr std::string_view kElsewhere = " login su passwd sh "; // programs of their own

constexpr char kIntroduction[] =
    "Type a command and Enter; Tab completes it. `NAME --help` tells the options of\n"
    "a command, `man NAME` more; `man sh` is about the shell itself. There are:\n";
constexpr char kShell[] =
    "The shell\n"
    "    cd pwd alias export read set trap jobs fg bg history umask ulimit exit ...  (man sh)\n"
    "Examples to read and change are in /usr/share/examples.\n";

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        size_t end = std::min(text.find(' '), text.size());
        words.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

// What is no tool, but a command or word of the shell.
constexpr std::string_view kBuiltIn =
    " . : [[ alias bg break builtin case cd command continue declare eval exec exit export fc fg for function getopts hash "
    "history if jobs let local read readonly return set shift source times trap type typeset ulimit umask unalias unset "
    "until wait while ";

bool is_there(std::string_view name) {
    return find_tool(std::string(name).c_str()) ||
           kElsewhere.find(" " + std::string(name) + " ") != std::string_view::npos;
}

void print_group(const char* title, const std::vector<std::string_view>& names) {
    constexpr size_t kIndent = 4;
    size_t width = std::max<size_t>(terminal_width(), 30), used = 0;
    out.print("%s\n", title);
    for (std::string_view name : names) {
        if (used == 0 || used + 1 + name.size() >= width) {
            out.write(used == 0 ? "    " : "\n    ");
            used = kIndent;
        } else {
            out.put(' ');
            ++used;
        }
        out.write(name);
        used += name.size();
    }
    out.put('\n');
}

int list_all() {
    out.write(kIntroduction);
    std::vector<std::string_view> shown, others;
    for (const Group& group : kGroups) {
        std::vector<std::string_view> names = words_of(group.names);
        std::erase_if(names, [](std::string_view name) { return !is_there(name); });
        print_group(group.title, names);
        shown.insert(shown.end(), names.begin(), names.end());
    }
    for (const Tool* tool : all_tools())
        if (std::find(shown.begin(), shown.end(), tool->name) == shown.end()) others.push_back(tool->name);
    sort_items(others);
    if (!others.empty()) print_group("Others", others);
    out.write(kShell);
    return 0;
}

int run(Arguments& arguments) {
    while (arguments.next_option()) {
    }
    auto operands = arguments.operands();
    if (operands.empty()) return list_all();
    int status = 0;
    for (char* name : operands) {
        if (const Tool* tool = find_tool(name)) {
            print_help(*tool);
            continue;
        }
        if (kBuiltIn.contains(" " + std::string(name) + " ")) {
            out.print("%s belongs to the shell: see `man sh`.\n", name);
            continue;
        }
        warn("nothing is known of '%s': try `man %s`, or `apropos %s`", name, name, name);
        status = 1;
    }
    return status;
}

constexpr Tool kTool = {
    .name = "help",
    .synopsis = "[NAME]...",
    .summary = "List the commands by what they are good for, or tell the options of NAME.",
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
