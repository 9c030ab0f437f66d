#include "terminal_switch.h"

#include <fcntl.h>
#include <unistd.h>

#include "unit_folder.h"
#include "values.h"

namespace init {
namespace {

constexpr char kActive[] = "/sys/class/tty/tty0/active";
constexpr std::string_view kFirst = "@tty1";
constexpr uint64_t kLastTerminal = 6;

} // namespace

TerminalSwitch::TerminalSwitch(Poller& poller, Manager& manager, const std::string& target)
    : manager_(manager) {
    for (const std::string& name : target_units(target).value_or(std::vector<std::string>()))
        if (name.ends_with(kFirst)) prefix_ = name.substr(0, name.size() - kFirst.size() + 1);
    if (prefix_.empty()) return;
    active_.reset(open(kActive, O_RDONLY | O_CLOEXEC)); // not there: no screen
    if (!active_) return;
    on_switch();
    poller.watch(active_.get(), [this] { on_switch(); }, Poller::Interest::Change);
}

void TerminalSwitch::on_switch() {
    char text[16];
    ssize_t size = pread(active_.get(), text, sizeof text, 0);
    std::string_view name(text, size > 0 ? static_cast<size_t>(size) : 0);
    if (name.ends_with('\n')) name.remove_suffix(1);
    if (!name.starts_with("tty")) return;
    std::optional<uint64_t> number = parse_number(name.substr(3));
    if (number && *number > 1 && *number <= kLastTerminal) manager_.start(prefix_ + std::string(name));
}

} // namespace init
