// The commands that make a new pattern space of the old one: s, y and e.
#include "sed/executor.h"

#include "framework/input.h"
#include "lib/spawn.h"
#include "lib/utf8.h"

#include <wctype.h>

namespace coreutils::sed {

namespace {

// Text put behind others, with the case that \U, \L, \u, \l and \E ask for.
class CaseWriter {
public:
    explicit CaseWriter(std::string& result) : result_(result) {}

    void change(CaseChange change) {
        switch (change) {
        case CaseChange::none:
            break;
        case CaseChange::next_upper:
        case CaseChange::next_lower:
            once_ = change;
            break;
        case CaseChange::end:
            lasting_ = once_ = CaseChange::none;
            break;
        default:
            lasting_ = change, once_ = CaseChange::none;
        }
    }

    void add(std::string_view text) {
        if (lasting_ == CaseChange::none && once_ == CaseChange::none) {
            result_.append(text);
            return;
        }
        while (!text.empty()) {
            CodePoint point = decode_utf8(text);
            if (point.value == kInvalidByte)
                result_.push_back(text[0]);
            else
                append_utf8(result_, changed(point.value));
            once_ = CaseChange::none;
            text.remove_prefix(point.length);
        }
    }

private:
    char32_t changed(char32_t value) const {
        CaseChange change = once_ != CaseChange::none ? once_ : lasting_;
        auto wide = static_cast<wint_t>(value);
        if (change == CaseChange::upper || change == CaseChange::next_upper) wide = towupper(wide);
        if (change == CaseChange::lower || change == CaseChange::next_lower) wide = towlower(wide);
        return static_cast<char32_t>(wide);
    }

    std::string& result_;
    CaseChange lasting_ = CaseChange::none, once_ = CaseChange::none;
};

} // namespace

void Executor::append_replacement(std::string& result, const Substitution& substitution) {
    CaseWriter writer(result);
    for (const ReplacementPart& part : substitution.parts) {
        writer.change(part.change);
        writer.add(part.text);
        if (part.group < 0 || static_cast<size_t>(part.group) >= matches_.size()) continue;
        const regmatch_t& match = matches_[static_cast<size_t>(part.group)];
        if (match.rm_so >= 0)
            writer.add(std::string_view(pattern_space_)
                           .substr(static_cast<size_t>(match.rm_so),
                                   static_cast<size_t>(match.rm_eo - match.rm_so)));
    }
}

bool Executor::substitute(Command& command) {
    Substitution& substitution = *command.substitution;
    std::string result;
    size_t from = 0, copied = 0, previous_end = 0;
    uint64_t count = 0;
    bool replaced = false;
    while (from <= pattern_space_.size() && search(substitution.pattern, pattern_space_, from)) {
        auto begin = static_cast<size_t>(matches_[0].rm_so), end = static_cast<size_t>(matches_[0].rm_eo);
        // An empty match right behind the previous one is none.
        bool adjacent_empty = begin == end && count > 0 && begin == previous_end;
        if (!adjacent_empty) {
            ++count;
            previous_end = end;
            if (count >= substitution.number) {
                result.append(pattern_space_, copied, begin - copied);
                append_replacement(result, substitution);
                copied = end;
                replaced = true;
                if (!substitution.global) break;
            }
        }
        if (end > begin) {
            from = end;
        } else {
            // Over one character, which stays.
            from = end < pattern_space_.size()
                       ? end + decode_utf8(std::string_view(pattern_space_).substr(end)).length
                       : end + 1;
        }
    }
    if (!replaced) return false;
    result.append(pattern_space_, copied, std::string::npos);
    pattern_space_ = std::move(result);
    if (substitution.evaluate) evaluate_pattern_space();
    if (substitution.print) write_line(main_, pattern_space_, ended_);
    if (substitution.output != SIZE_MAX) write_line(sinks_[substitution.output], pattern_space_, ended_);
    return true;
}

void Executor::transliterate(const Command& command) {
    std::string result;
    std::string_view rest = pattern_space_;
    while (!rest.empty()) {
        CodePoint point = decode_utf8(rest);
        char32_t value =
            point.value == kInvalidByte ? 0xFFFFFF00 | static_cast<unsigned char>(rest[0]) : point.value;
        const std::pair<char32_t, char32_t>* found = nullptr;
        for (const auto& pair : command.transliteration)
            if (pair.first == value) {
                found = &pair;
                break;
            }
        if (!found)
            result.append(rest.substr(0, point.length));
        else if (found->second >= 0xFFFFFF00)
            result.push_back(static_cast<char>(found->second));
        else
            append_utf8(result, found->second);
        rest.remove_prefix(point.length);
    }
    pattern_space_ = std::move(result);
}

void Executor::run_shell(const std::string& command, std::string* result) {
    if (main_.output) main_.output->flush();
    PipedProgram program = start_shell(command.c_str(), PipeFlow::from_program);
    {
        Input output(std::exchange(program.fd, -1));
        for (std::string_view block; !(block = output.next_block()).empty();) {
            if (result)
                result->append(block);
            else
                write_text(main_, block);
        }
    }
    program.finish();
}

void Executor::evaluate_pattern_space() {
    std::string output;
    run_shell(pattern_space_, &output);
    if (output.ends_with(settings_.delimiter)) output.pop_back();
    pattern_space_ = std::move(output);
}

} // namespace coreutils::sed
