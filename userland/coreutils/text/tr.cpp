// tr: POSIX.1-2017 over bytes, as GNU's.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "text/tr_set.h"

#include <array>
#include <unistd.h>

namespace coreutils::tr {
namespace {

constexpr Option kOptions[] = {
    {'c', "complement", nullptr, "use the complement of SET1"},
    {'C', nullptr, nullptr, "the same as -c"},
    {'d', "delete", nullptr, "delete characters in SET1, do not translate"},
    {'s', "squeeze-repeats", nullptr,
     "replace each sequence of a repeated character of the last SET with one"},
    {'t', "truncate-set1", nullptr, "first truncate SET1 to length of SET2"},
};

struct Plan {
    std::array<unsigned char, 256> map;
    std::array<bool, 256> removed = {}, squeezed = {};
    bool squeezes = false, removes = false;
};

Set set_or_die(const char* text) {
    std::string problem;
    auto set = parse_set(text, problem);
    if (!set) die(1, "%s", problem.c_str());
    return std::move(*set);
}

std::vector<unsigned char> complement_of(const std::vector<unsigned char>& bytes) {
    std::array<bool, 256> present = {};
    for (unsigned char byte : bytes) present[byte] = true;
    std::vector<unsigned char> rest;
    for (unsigned byte = 0; byte < 256; ++byte)
        if (!present[byte]) rest.push_back(static_cast<unsigned char>(byte));
    return rest;
}

// Where [:lower:] and [:upper:] stand at the same place of both sets, they convert case.
bool check_classes(const Set& first, const Set& second, bool complemented) {
    for (const Piece& piece : second.pieces)
        if (piece.is_class && piece.case_class == CaseClass::none) return false;
    if (complemented) return true;
    uint64_t position = 0;
    for (const Piece& piece : second.pieces) {
        if (piece.case_class != CaseClass::none) {
            uint64_t other = 0;
            bool paired = false;
            for (const Piece& match : first.pieces) {
                if (other == position && match.case_class != CaseClass::none) paired = true;
                other += match.repeat ? match.count : match.bytes.size();
            }
            if (!paired) return false;
        }
        position += piece.repeat ? piece.count : piece.bytes.size();
    }
    return true;
}

void plan_translation(Plan& plan, const Set& first, const Set& second, bool complemented, bool truncate) {
    std::vector<unsigned char> from = expand(first, 0);
    bool one_class = complemented && first.pieces.size() >= 1 && [&] {
        for (const Piece& piece : first.pieces)
            if (piece.is_class) return true;
        return false;
    }();
    if (complemented) from = complement_of(from);
    if (second.open_repeats > 1) die(1, "only one [c*] repeat construct may appear in string2");
    if (!check_classes(first, second, complemented))
        die(1, "when translating, the only character classes that may appear in string2 are 'upper' and "
               "'lower', "
               "each at the place of one in string1");
    std::vector<unsigned char> to = expand(second, from.size());
    if (truncate) {
        if (from.size() > to.size()) from.resize(to.size());
    } else if (to.empty()) {
        die(1, "when not truncating set1, string2 must be non-empty");
    }
    if (one_class && to.size() > 1) {
        bool same = true;
        for (unsigned char byte : to) same = same && byte == to[0];
        if (!same && to.size() != from.size())
            die(1, "when translating with complemented character classes, string2 must map all characters in "
                   "the domain to one");
    }
    for (size_t i = 0; i < from.size(); ++i) plan.map[from[i]] = i < to.size() ? to[i] : to.back();
}

void translate(const Plan& plan) {
    Input input(STDIN_FILENO);
    std::string result;
    int last = -1;
    for (std::string_view block; !(block = input.next_block()).empty();) {
        result.resize(block.size());
        if (!plan.removes && !plan.squeezes) {
            for (size_t i = 0; i < block.size(); ++i)
                result[i] = static_cast<char>(plan.map[static_cast<unsigned char>(block[i])]);
            out.write(result);
            continue;
        }
        size_t size = 0;
        for (char each : block) {
            auto byte = static_cast<unsigned char>(each);
            if (plan.removed[byte]) continue;
            byte = plan.map[byte];
            if (plan.squeezed[byte] && last == byte) continue;
            last = byte;
            result[size++] = static_cast<char>(byte);
        }
        out.write(std::string_view(result).substr(0, size));
    }
    if (input.error()) die_errno(1, "read error", input.error());
}

int run(Arguments& arguments) {
    bool complemented = false, deletes = false, squeezes = false, truncate = false;
    while (auto option = arguments.next_option()) {
        if (*option == 'c' || *option == 'C') complemented = true;
        if (*option == 'd') deletes = true;
        if (*option == 's') squeezes = true;
        if (*option == 't') truncate = true;
    }
    auto operands = arguments.operands();
    if (operands.empty()) missing_operand();
    size_t least = deletes == squeezes ? 2 : 1, most = deletes && !squeezes ? 1 : 2;
    if (operands.size() < least) usage_error("missing operand after '%s'", operands[0]);
    if (operands.size() > most) extra_operand(operands[most]);
    Set first = set_or_die(operands[0]);
    if (first.open_repeats > 0) die(1, "the [c*] repeat construct may not appear in string1");
    Plan plan;
    for (unsigned byte = 0; byte < 256; ++byte) plan.map[byte] = static_cast<unsigned char>(byte);
    std::vector<unsigned char> chosen = expand(first, 256);
    if (complemented) chosen = complement_of(chosen);
    if (deletes)
        for (unsigned char byte : chosen) plan.removed[byte] = true;
    if (operands.size() == 2) {
        Set second = set_or_die(operands[1]);
        if (!deletes) plan_translation(plan, first, second, complemented, truncate);
        if (squeezes)
            for (unsigned char byte : expand(second, deletes ? 0 : chosen.size())) plan.squeezed[byte] = true;
    } else if (squeezes) {
        for (unsigned char byte : chosen) plan.squeezed[byte] = true;
    }
    plan.removes = deletes;
    plan.squeezes = squeezes;
    translate(plan);
    return 0;
}

constexpr Tool kTool = {
    .name = "tr",
    .synopsis = "[OPTION]... SET1 [SET2]",
    .summary = "Translate, squeeze, or delete characters from standard input.",
    .options = kOptions,
    .run = run,
    .order = OperandOrder::options_first,
    .notes = "A SET is a string of characters, \\NNN and \\a \\b \\f \\n \\r \\t \\v \\\\, ranges A-Z, "
             "classes [:alpha:],\n"
             "equivalences [=c=], and in SET2 repeats [c*] and [c*N].",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils::tr
