// oom_score, oom_score_adj and the older oom_adj (proc(5)).
#include "fs/proc/process_entries.h"
#include "proc/out_of_memory.h"
#include "proc/process.h"

namespace martlet {

namespace {

/// oom_adj counts from -17, never chosen, to 15.
constexpr int kOldMinimum = -17, kOldMaximum = 15;

/// A decimal number in blanks, as echo writes it. EINVAL for anything else and out of range.
Result<i64> parse_number_in(std::string_view text, i64 minimum, i64 maximum) {
    constexpr std::string_view kBlanks = " \t\n";
    usize start = text.find_first_not_of(kBlanks);
    if (start == std::string_view::npos) return Error(Errno::EINVAL);
    text = text.substr(start, text.find_last_not_of(kBlanks) + 1 - start);
    bool is_negative = text[0] == '-';
    if (is_negative) text.remove_prefix(1);
    i64 value = 0;
    for (char digit : text)
        if (digit < '0' || digit > '9' || __builtin_mul_overflow(value, i64{10}, &value) ||
            __builtin_add_overflow(value, i64{digit - '0'}, &value))
            return Error(Errno::EINVAL);
    if (is_negative) value = -value;
    if (text.empty() || value < minimum || value > maximum) return Error(Errno::EINVAL);
    return value;
}

int adjust_of(const ProcSubject& subject) { return subject.process->oom_adjust.load(std::memory_order_relaxed); }

} // namespace

Result<void> show_oom_score(TextBuffer& text, const ProcSubject& subject) {
    text.print("%d\n", oom_score(*subject.process));
    return {};
}

Result<void> show_oom_adjust(TextBuffer& text, const ProcSubject& subject) {
    text.print("%d\n", adjust_of(subject));
    return {};
}

Result<void> store_oom_adjust(std::string_view text, const ProcSubject& subject) {
    i64 value = TRY(parse_number_in(text, kOomAdjustMinimum, kOomAdjustMaximum));
    return set_oom_adjust(*subject.process, static_cast<int>(value));
}

Result<void> show_old_oom_adjust(TextBuffer& text, const ProcSubject& subject) {
    int adjust = adjust_of(subject);
    text.print("%d\n", adjust == kOomAdjustMaximum ? kOldMaximum : adjust * -kOldMinimum / kOomAdjustMaximum);
    return {};
}

Result<void> store_old_oom_adjust(std::string_view text, const ProcSubject& subject) {
    int value = static_cast<int>(TRY(parse_number_in(text, kOldMinimum, kOldMaximum)));
    return set_oom_adjust(*subject.process,
                          value == kOldMaximum ? kOomAdjustMaximum : value * kOomAdjustMaximum / -kOldMinimum);
}

} // namespace martlet
