// The limits of System V IPC that are no single number or exceed a Setting's range: /proc/sys/kernel/sem, shmall and
// shmmax (proc(5)).
#include "fs/proc/system_entries.h"
#include "ipc/semaphore_set.h"
#include "ipc/shared_memory.h"
#include "vfs/option_parser.h"

namespace martlet {
namespace {

constexpr std::string_view kBlanks = " \t\n";

/// The next word of `text`, which loses it; empty at the end.
std::string_view take_word(std::string_view& text) {
    usize start = text.find_first_not_of(kBlanks);
    if (start == text.npos) start = text.size();
    usize end = text.find_first_of(kBlanks, start);
    if (end == text.npos) end = text.size();
    std::string_view word = text.substr(start, end - start);
    text.remove_prefix(end);
    return word;
}

Result<void> show_limit(TextBuffer& text, const std::atomic<u64>& limit) {
    text.print("%llu\n", static_cast<unsigned long long>(limit.load(std::memory_order_relaxed)));
    return {};
}
Result<void> store_limit(std::string_view text, std::atomic<u64>& limit) {
    limit.store(TRY(parse_number(take_word(text), 10)), std::memory_order_relaxed);
    return {};
}

constexpr Setting* kSemaphoreLimits[] = {&semaphores_per_set_max, &semaphores_max, &semaphore_operations_max,
                                         &semaphore_sets_max};

} // namespace

Result<void> show_semaphore_limits(TextBuffer& text, const ProcSubject&) {
    for (const Setting* limit : kSemaphoreLimits)
        text.print(limit == &semaphore_sets_max ? "%lld\n" : "%lld\t", static_cast<long long>(limit->get()));
    return {};
}

/// The first numbers of the four, as many as are given. EINVAL for what is none; ERANGE for too many sets, when those
/// before have been taken.
Result<void> store_semaphore_limits(std::string_view text, const ProcSubject&) {
    for (Setting* limit : kSemaphoreLimits) {
        std::string_view word = take_word(text);
        if (word.empty()) return limit == kSemaphoreLimits[0] ? Error(Errno::EINVAL) : Result<void>();
        bool is_negative = word.starts_with('-');
        if (is_negative) word.remove_prefix(1);
        u64 value = TRY(parse_number(word, 10));
        if (value > 0x7fff'ffff) return Error(Errno::EINVAL);
        auto number = static_cast<i64>(value);
        if (!limit->set(is_negative ? -number : number)) return Error(Errno::ERANGE);
    }
    return {};
}

Result<void> show_shmall(TextBuffer& text, const ProcSubject&) { return show_limit(text, shared_memory_pages_max); }
Result<void> store_shmall(std::string_view text, const ProcSubject&) {
    return store_limit(text, shared_memory_pages_max);
}
Result<void> show_shmmax(TextBuffer& text, const ProcSubject&) { return show_limit(text, shared_memory_size_max); }
Result<void> store_shmmax(std::string_view text, const ProcSubject&) {
    return store_limit(text, shared_memory_size_max);
}

} // namespace martlet
