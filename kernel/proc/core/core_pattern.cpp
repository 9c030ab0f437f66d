// The name of a core file (core(5), "Naming of core dump files").
#include <string.h>

#include <algorithm>

#include "base/format.h"
#include "base/vector.h"
#include "proc/core/core_dump.h"
#include "proc/system_names.h"
#include "time/clock.h"
#include "vfs/file.h"
#include "vfs/fs_context.h"

namespace martlet {

namespace {

SpinLock pattern_lock{LockRank::Leaf};
char pattern_text[kCorePatternSize] GUARDED_BY(pattern_lock) = "core";

Result<void> append(Vector<char>& name, std::string_view text) {
    for (char character : text) TRY(name.push_back(character));
    return {};
}

/// A slash in it must not lead elsewhere.
Result<void> append_name(Vector<char>& name, std::string_view text) {
    for (char character : text) TRY(name.push_back(character == '/' ? '!' : character));
    return {};
}

/// What `specifier` stands for; nothing for one that does not exist.
Result<void> append_value(Vector<char>& name, char specifier, const abi::SignalInfo& info) {
    Task& task = current_task();
    Process& process = task.process();
    const Credentials& credentials = task.credentials();
    long long number;
    switch (specifier) {
    case '%': return name.push_back('%');
    case 'p':
    case 'P': number = process.id(); break;
    case 'i':
    case 'I': number = task.thread_id(); break;
    case 'u': number = credentials.real_uid; break;
    case 'g': number = credentials.real_gid; break;
    case 's': number = info.signal; break;
    case 't': number = static_cast<long long>(realtime_ns() / kNanosecondsPerSecond); break;
    case 'c': number = static_cast<long long>(process.limits.soft(Resource::Core)); break;
    case 'd': number = process.is_dumpable ? 1 : 0; break;
    case 'h': return append(name, system_names().node);
    case 'C': number = this_cpu().id; break;
    case 'e': return append_name(name, task.name());
    case 'f':
    case 'E': {
        if (!process.executable || !process.executable->path()) return append_name(name, task.name());
        String path = TRY(process.executable->path().to_string(task.fs_context().root()));
        std::string_view shown = path.view();
        return append_name(name, specifier == 'E' ? shown : shown.substr(shown.rfind('/') + 1));
    }
    default: return {};
    }
    char digits[24];
    return append(name, {digits, format(digits, "%lld", number)});
}

} // namespace

usize core_pattern(char (&pattern)[kCorePatternSize]) {
    LockGuard guard(pattern_lock);
    memcpy(pattern, pattern_text, sizeof pattern);
    return strlen(pattern);
}

Result<void> set_core_pattern(std::string_view pattern) {
    while (!pattern.empty() && pattern.back() == '\n') pattern.remove_suffix(1);
    if (pattern.size() >= kCorePatternSize) return Error(Errno::EINVAL);
    LockGuard guard(pattern_lock);
    memset(pattern_text, 0, sizeof pattern_text);
    memcpy(pattern_text, pattern.data(), pattern.size());
    return {};
}

Result<String> core_file_name(const abi::SignalInfo& info) {
    char pattern[kCorePatternSize];
    std::string_view rest(pattern, core_pattern(pattern));
    if (rest.empty() || rest.front() == '|') return Error(Errno::EINVAL);
    Vector<char> name;
    while (!rest.empty()) {
        char character = rest.front();
        rest.remove_prefix(1);
        if (character != '%') {
            TRY(name.push_back(character));
        } else if (!rest.empty()) {
            TRY(append_value(name, rest.front(), info));
            rest.remove_prefix(1);
        }
    }
    return String::create({name.data(), name.size()});
}

} // namespace martlet
