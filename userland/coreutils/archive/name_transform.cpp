#include "archive/name_transform.h"

#include <algorithm>
#include <ctype.h>

namespace coreutils {
namespace {

// Takes the part up to `delimiter` off `text`; false when there is none.
bool take_part(std::string_view& text, char delimiter, std::string& part) {
    for (size_t at = 0; at < text.size(); ++at) {
        if (text[at] == delimiter) {
            text.remove_prefix(at + 1);
            return true;
        }
        if (text[at] == '\\' && at + 1 < text.size() && text[++at] != delimiter) part.push_back('\\');
        part.push_back(text[at]);
    }
    return false;
}

} // namespace

bool NameTransform::add_rule(std::string_view& text) {
    if (text.size() < 2 || text[0] != 's') return false;
    char delimiter = text[1];
    text.remove_prefix(2);
    auto rule = std::make_shared<Rule>();
    std::string expression;
    if (!take_part(text, delimiter, expression) || !take_part(text, delimiter, rule->replacement)) return false;
    int flags = 0;
    size_t number = 0;
    bool numbered = false;
    for (; !text.empty() && text[0] != ';'; text.remove_prefix(1)) {
        constexpr std::string_view kTargets = "rhs";
        char flag = text[0];
        if (isdigit(static_cast<unsigned char>(flag))) {
            number = std::min<size_t>(number * 10 + static_cast<size_t>(flag - '0'), 1'000'000);
            numbered = true;
        } else if (size_t target = kTargets.find(static_cast<char>(tolower(flag))); target != kTargets.npos) {
            rule->of[target] = islower(flag);
        } else if (flag == 'g') {
            rule->global = true;
        } else if (flag == 'i' || flag == 'x') {
            flags |= flag == 'i' ? REG_ICASE : REG_EXTENDED;
        } else {
            return false;
        }
    }
    if (!text.empty()) text.remove_prefix(1);
    if (numbered) rule->number = number;
    rule->compiled = rule->number > 0 && regcomp(&rule->regex, expression.c_str(), flags) == 0;
    if (!rule->compiled) return false;
    rules_.push_back(std::move(rule));
    return true;
}

bool NameTransform::add(std::string_view text) {
    do {
        if (!add_rule(text)) return false;
    } while (!text.empty());
    return true;
}

std::string NameTransform::Rule::replace(const std::string& name) const {
    std::string result;
    size_t at = 0;
    regmatch_t matches[10];
    for (size_t count = 1; at <= name.size(); ++count) {
        if (regexec(&regex, name.c_str() + at, 10, matches, at > 0 ? REG_NOTBOL : 0) != 0) break;
        auto start = static_cast<size_t>(matches[0].rm_so), end = static_cast<size_t>(matches[0].rm_eo);
        result.append(name, at, start);
        bool replaces = count == number || (global && count > number);
        if (!replaces) result.append(name, at + start, end - start);
        for (size_t index = 0; replaces && index < replacement.size(); ++index) {
            char byte = replacement[index];
            int group = byte == '&' ? 0 : -1;
            if (byte == '\\' && index + 1 < replacement.size()) {
                byte = replacement[++index];
                if (isdigit(static_cast<unsigned char>(byte))) group = byte - '0';
                if (byte == 'n') byte = '\n';
            }
            if (group < 0)
                result.push_back(byte);
            else if (matches[group].rm_so >= 0)
                result.append(name, at + static_cast<size_t>(matches[group].rm_so),
                              static_cast<size_t>(matches[group].rm_eo - matches[group].rm_so));
        }
        at += end;
        // Behind an empty match the next byte stays as it is.
        if (start == end) {
            if (at < name.size()) result.push_back(name[at]);
            ++at;
        }
        if (replaces && !global) break;
    }
    if (at < name.size()) result.append(name, at);
    return result;
}

std::string NameTransform::apply(std::string name, Target target) const {
    for (const auto& rule : rules_)
        if (rule->of[static_cast<size_t>(target)]) name = rule->replace(name);
    return name;
}

} // namespace coreutils
