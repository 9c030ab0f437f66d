#include "proc/exec/script.h"

namespace martlet {

Result<std::optional<ScriptLine>> parse_script_line(std::string_view head) {
    if (!head.starts_with("#!")) return std::nullopt;
    constexpr std::string_view kBlanks = " \t";
    std::string_view line = head.substr(2);
    usize end = line.find('\n');
    if (end == std::string_view::npos) {
        // A file that ends before the head is full ends its line; a full head cuts it.
        bool is_cut = head.size() >= kExecHeadSize;
        usize start = line.find_first_not_of(kBlanks);
        if (is_cut && (start == std::string_view::npos ||
                       line.find_first_of(std::string_view(" \t\0", 3), start) == std::string_view::npos))
            return Error(Errno::ENOEXEC);
        end = line.size();
    }
    line = line.substr(0, end);
    line = line.substr(0, line.find('\0'));
    usize start = line.find_first_not_of(kBlanks);
    if (start == std::string_view::npos) return Error(Errno::ENOEXEC);
    line = line.substr(start, line.find_last_not_of(kBlanks) + 1 - start);

    ScriptLine script;
    usize name_end = line.find_first_of(kBlanks);
    script.interpreter = line.substr(0, name_end);
    if (name_end != std::string_view::npos) {
        script.argument = line.substr(line.find_first_not_of(kBlanks, name_end));
        script.has_argument = true;
    }
    return script;
}

} // namespace martlet
