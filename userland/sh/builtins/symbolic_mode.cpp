#include "builtins/symbolic_mode.hpp"

#include "base/text.hpp"

namespace sh {

namespace {

constexpr mode_t kUser = 0700;
constexpr mode_t kGroup = 0070;
constexpr mode_t kOther = 0007;
constexpr mode_t kAll = 0777;

// One clause `who op perm [op perm …]` applied to the allowed bits.
bool apply_clause(std::string_view clause, mode_t& allowed) {
    mode_t who = 0;
    while (!clause.empty() && std::string_view("ugoa").find(clause[0]) != std::string_view::npos) {
        who |= clause[0] == 'u' ? kUser : clause[0] == 'g' ? kGroup : clause[0] == 'o' ? kOther : kAll;
        clause.remove_prefix(1);
    }
    if (who == 0)
        who = kAll;
    if (clause.empty())
        return false;
    while (!clause.empty()) {
        char op = clause[0];
        if (op != '+' && op != '-' && op != '=')
            return false;
        clause.remove_prefix(1);
        mode_t bits = 0;
        while (!clause.empty() && clause[0] != '+' && clause[0] != '-' && clause[0] != '=') {
            switch (clause[0]) {
            case 'r': bits |= 0444; break;
            case 'w': bits |= 0222; break;
            case 'x': bits |= 0111; break;
            case 'X': bits |= allowed & 0111 ? 0111 : 0; break;
            case 's':
            case 't': break;
            case 'u': bits |= (allowed >> 6 & 7) * 0111; break;
            case 'g': bits |= (allowed >> 3 & 7) * 0111; break;
            case 'o': bits |= (allowed & 7) * 0111; break;
            default: return false;
            }
            clause.remove_prefix(1);
        }
        bits &= who;
        if (op == '+')
            allowed |= bits;
        else if (op == '-')
            allowed &= ~bits;
        else
            allowed = (allowed & ~who) | bits;
    }
    return true;
}

}  // namespace

std::optional<mode_t> parse_mask(std::string_view text, mode_t current_mask) {
    if (!text.empty() && is_digit(text[0])) {
        mode_t mask = 0;
        for (char c : text) {
            if (c < '0' || c > '7')
                return std::nullopt;
            mask = mask * 8 + static_cast<mode_t>(c - '0');
            if (mask > 07777)
                return std::nullopt;
        }
        return mask & kAll;
    }
    mode_t allowed = ~current_mask & kAll;
    for (bool more = true; more;) {
        size_t comma = text.find(',');
        if (!apply_clause(text.substr(0, comma), allowed))
            return std::nullopt;
        more = comma != std::string_view::npos;
        if (more)
            text.remove_prefix(comma + 1);
    }
    return ~allowed & kAll;
}

std::string symbolic_mask(mode_t mask) {
    std::string text;
    for (int shift : {6, 3, 0}) {
        if (!text.empty())
            text += ',';
        text += shift == 6 ? "u=" : shift == 3 ? "g=" : "o=";
        mode_t allowed = ~mask >> shift & 7;
        if (allowed & 4)
            text += 'r';
        if (allowed & 2)
            text += 'w';
        if (allowed & 1)
            text += 'x';
    }
    return text;
}

}  // namespace sh
