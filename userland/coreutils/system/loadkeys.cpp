// loadkeys: a keyboard layout, by its name or from keymap files (keymaps(5)).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/console_device.h"
#include "lib/keymap_file.h"

#include <algorithm>
#include <linux/kd.h>
#include <memory>
#include <string.h>
#include <sys/ioctl.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'C', "console", "DEVICE", "the console to use"},
    {'d', "default", nullptr, "load the layout us"},
    {'p', "parse", nullptr, "only say what is wrong with the files"},
    {'q', "quiet", nullptr, "do not say what is being loaded"},
    {'u', "unicode", nullptr, "accepted: keymaps always are"},
};

void load(int console, const KeymapDefinition& keymap) {
    for (auto [place, symbol] : keymap.keys) {
        kbentry entry = {static_cast<unsigned char>(place.first), static_cast<unsigned char>(place.second),
                         symbol};
        if (ioctl(console, KDSKBENT, &entry) != 0) die(1, "key code %u: %s", place.second, strerror(errno));
    }
    for (const auto& [number, text] : keymap.strings) {
        kbsentry entry = {static_cast<unsigned char>(number), {}};
        memcpy(entry.kb_string, text.data(), std::min(text.size(), sizeof entry.kb_string - 1));
        if (ioctl(console, KDSKBSENT, &entry) != 0) die_errno(1, "KDSKBSENT");
    }
    if (keymap.accents.empty()) return;
    auto accents = std::make_unique<kbdiacrsuc>();
    for (const KeymapDefinition::Accent& accent : keymap.accents)
        accents->kbdiacruc[accents->kb_cnt++] = {accent.mark, accent.base, accent.result};
    if (ioctl(console, KDSKBDIACRUC, accents.get()) != 0) die_errno(1, "KDSKBDIACRUC");
}

int run(Arguments& arguments) {
    const char* device = nullptr;
    bool parse_only = false, is_quiet = false;
    std::vector<std::string> names;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'C': device = arguments.value(); break;
        case 'd': names.push_back("us"); break;
        case 'p': parse_only = true; break;
        case 'q': is_quiet = true; break;
        }
    }
    for (char* operand : arguments.operands())
        names.push_back(strcmp(operand, "-") == 0 ? "/dev/stdin" : operand);
    if (names.empty()) missing_operand();
    KeymapDefinition keymap;
    std::vector<std::string> errors;
    for (const std::string& name : names) {
        std::string path = find_keymap(name);
        if (!is_quiet && !parse_only) out.print("Loading %s\n", path.c_str());
        read_keymap(path, keymap, errors);
    }
    for (const std::string& error : errors) warn("%s", printable(error).c_str());
    if (!errors.empty()) return 1;
    if (!parse_only) load(open_console(device), keymap);
    return 0;
}

constexpr Tool kTool = {
    .name = "loadkeys",
    .synopsis = "[OPTION]... NAME|FILE...",
    .summary = "Load a keyboard layout: us, uk, de, fr, es, it, pt-br, se, jp, dvorak, or a keymap file.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
