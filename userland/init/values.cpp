#include "values.h"

#include <signal.h>

#include <array>
#include <charconv>

#include "unit.h"

namespace init {
namespace {

/// The number `text` starts with, taken off it.
std::optional<uint64_t> take_number(std::string_view& text) {
    uint64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    return value;
}

std::optional<uint64_t> scaled(uint64_t value, uint64_t factor) {
    uint64_t product;
    if (__builtin_mul_overflow(value, factor, &product)) return std::nullopt;
    return product;
}

std::optional<rlim_t> parse_one_limit(std::string_view text) {
    if (text == "infinity") return RLIM_INFINITY;
    std::optional<uint64_t> value = take_number(text);
    if (!value || text.empty()) return value;
    if (text == "K") return scaled(*value, 1 << 10);
    if (text == "M") return scaled(*value, 1 << 20);
    if (text == "G") return scaled(*value, 1 << 30);
    return std::nullopt;
}

} // namespace

std::optional<std::vector<std::string>> split_words(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    bool in_word = false;
    char quote = '\0';
    for (size_t at = 0; at < text.size(); ++at) {
        char each = text[at];
        if (each == '\\' && quote != '\'') {
            if (++at == text.size()) return std::nullopt;
            word += text[at];
            in_word = true;
        } else if (quote != '\0') {
            if (each == quote)
                quote = '\0';
            else
                word += each;
        } else if (each == '\'' || each == '"') {
            quote = each;
            in_word = true;
        } else if (each == ' ' || each == '\t') {
            if (in_word) words.push_back(std::move(word));
            word.clear();
            in_word = false;
        } else {
            word += each;
            in_word = true;
        }
    }
    if (quote != '\0') return std::nullopt;
    if (in_word) words.push_back(std::move(word));
    return words;
}

std::optional<uint64_t> parse_number(std::string_view text) {
    std::optional<uint64_t> value = take_number(text);
    return text.empty() ? value : std::nullopt;
}

std::optional<uint64_t> parse_time_ms(std::string_view text) {
    if (text == "infinity") return kNoTimeLimit;
    std::optional<uint64_t> value = take_number(text);
    if (!value) return std::nullopt;
    if (text == "ms") return value;
    if (text.empty() || text == "s") return scaled(*value, 1000);
    if (text == "min") return scaled(*value, 60'000);
    if (text == "h") return scaled(*value, 3'600'000);
    return std::nullopt;
}

std::optional<rlimit> parse_limit(std::string_view text) {
    size_t colon = text.find(':');
    std::optional<rlim_t> soft = parse_one_limit(text.substr(0, colon));
    std::optional<rlim_t> hard = colon == text.npos ? soft : parse_one_limit(text.substr(colon + 1));
    if (!soft || !hard || *soft > *hard) return std::nullopt;
    return rlimit{*soft, *hard};
}

std::optional<int> parse_signal(std::string_view text) {
    struct Named {
        std::string_view name;
        int number;
    };
    static constexpr std::array<Named, 9> kSignals = {{{"TERM", SIGTERM},
                                                       {"HUP", SIGHUP},
                                                       {"INT", SIGINT},
                                                       {"QUIT", SIGQUIT},
                                                       {"KILL", SIGKILL},
                                                       {"USR1", SIGUSR1},
                                                       {"USR2", SIGUSR2},
                                                       {"ABRT", SIGABRT},
                                                       {"WINCH", SIGWINCH}}};
    if (std::optional<uint64_t> number = parse_number(text)) {
        if (*number < 1 || *number > 64) return std::nullopt;
        return static_cast<int>(*number);
    }
    if (text.starts_with("SIG")) text.remove_prefix(3);
    for (const Named& each : kSignals)
        if (each.name == text) return each.number;
    return std::nullopt;
}

} // namespace init
