// :set.
#include "lib/numbers.h"
#include "vi/editor.h"
#include "vi/ex_text.h"

namespace coreutils::vi {

void Editor::set_option(std::string_view arguments) {
    struct Flag {
        std::string_view name, short_name;
        bool Editor::* value;
    };
    static constexpr Flag kFlags[] = {{"number", "nu", &Editor::number_},
                                      {"ignorecase", "ic", &Editor::ignore_case_},
                                      {"autoindent", "ai", &Editor::auto_indent_},
                                      {"expandtab", "et", &Editor::expand_tabs_},
                                      {"readonly", "ro", &Editor::read_only_},
                                      {"magic", "magic", &Editor::magic_},
                                      {"wrapscan", "ws", &Editor::wrap_scan_}};
    while (true) {
        skip_blanks(arguments);
        if (arguments.empty()) return;
        std::string_view word = arguments.substr(0, arguments.find(' '));
        arguments.remove_prefix(word.size());
        size_t equals = word.find('=');
        std::string_view name = word.substr(0, equals);
        if (equals != std::string_view::npos) {
            auto value = parse_unsigned(word.substr(equals + 1));
            bool tabs = name == "tabstop" || name == "ts", shift_width = name == "shiftwidth" || name == "sw";
            if (!value || *value == 0 || *value > 100 || (!tabs && !shift_width)) {
                complain("set: %.*s: no such option or value", static_cast<int>(word.size()), word.data());
                return;
            }
            (tabs ? tab_stop_ : shift_width_) = static_cast<size_t>(*value);
            continue;
        }
        bool value = !name.starts_with("no") || name == "number" || name == "nu";
        if (!value) name.remove_prefix(2);
        bool found = false;
        for (const Flag& flag : kFlags)
            if (name == flag.name || name == flag.short_name) {
                this->*flag.value = value;
                found = true;
            }
        if (!found) {
            complain("set: %.*s: no such option", static_cast<int>(word.size()), word.data());
            return;
        }
    }
}

} // namespace coreutils::vi
