// getopts; POSIX.1-2017 getopts. OPTIND says which argument comes next; the place inside a group of letters is kept
// in the shell and forgotten when a script assigns OPTIND.
#include "base/text.hpp"
#include "builtins/builtin.hpp"
#include "shell.hpp"

namespace sh {

namespace {

struct OptionFound {
    std::string name = "?";
    std::optional<std::string> argument;
    bool at_end = false;
};

class OptionParser {
public:
    OptionParser(Shell& shell, std::string_view letters, std::vector<std::string_view> words, size_t index)
        : shell_(shell), letters_(letters), words_(std::move(words)), index_(index) {}

    OptionFound next() {
        OptionFound found;
        found.at_end = !enter_word();
        if (!found.at_end)
            take_letter(found);
        return found;
    }
    size_t index() const { return index_; }

private:
    bool silent() const { return letters_.starts_with(':'); }
    std::string_view word() const { return index_ - 1 < words_.size() ? words_[index_ - 1] : std::string_view(); }

    // False when the next word is no group of options.
    bool enter_word() {
        if (shell_.option_offset > 0 && shell_.option_offset < word().size())
            return true;
        shell_.option_offset = 0;
        if (word() == "--") {
            ++index_;
            return false;
        }
        if (word().size() < 2 || word()[0] != '-')
            return false;
        shell_.option_offset = 1;
        return true;
    }

    void leave_word() {
        ++index_;
        shell_.option_offset = 0;
    }

    void take_letter(OptionFound& found) {
        char letter = word()[shell_.option_offset++];
        bool last = shell_.option_offset >= word().size();
        size_t known = letter == ':' ? std::string_view::npos : letters_.find(letter);
        if (known == std::string_view::npos) {
            if (silent())
                found.argument = std::string(1, letter);
            else
                shell_.complain({"Illegal option -", std::string(1, letter)});
        } else {
            found.name = letter;
            if (known + 1 < letters_.size() && letters_[known + 1] == ':')
                return take_argument(found, letter, last);
        }
        if (last)
            leave_word();
    }

    void take_argument(OptionFound& found, char letter, bool last) {
        if (!last) {
            found.argument = std::string(word().substr(shell_.option_offset));
        } else if (index_ < words_.size()) {
            found.argument = std::string(words_[index_++]);
        } else if (silent()) {
            found.name = ":";
            found.argument = std::string(1, letter);
        } else {
            found.name = "?";
            shell_.complain({"No arg for -", std::string(1, letter), " option"});
        }
        leave_word();
    }

    Shell& shell_;
    std::string_view letters_;
    std::vector<std::string_view> words_;
    size_t index_;
};

}  // namespace

int run_getopts(Shell& shell, Arguments arguments) {
    if (arguments.count < 3)
        return usage_error(shell, arguments, "Usage: getopts optstring var [arg...]");
    std::string_view name = arguments[2];
    if (!is_name(name))
        return usage_error(shell, arguments, "bad variable name", name);
    std::vector<std::string_view> words;
    if (arguments.count > 3)
        words.assign(arguments.items + 3, arguments.items + arguments.count);
    else
        for (const std::string& value : shell.positional.values())
            words.push_back(value);
    const std::string* position = shell.variables.get("OPTIND");
    auto index = position ? parse_small_number(*position, 1 << 30) : std::nullopt;
    shell.note_option_index_change();
    OptionParser parser(shell, arguments[1], std::move(words), index && *index > 0 ? static_cast<size_t>(*index) : 1);
    OptionFound found = parser.next();
    bool ok = shell.assign("OPTIND", number_text(static_cast<int64_t>(parser.index())));
    shell.variables.take_option_index_change();
    if (found.argument)
        ok = shell.assign("OPTARG", *found.argument) && ok;
    else
        shell.variables.unset("OPTARG");
    ok = shell.assign(name, found.name) && ok;
    return !ok ? kStatusError : found.at_end ? 1 : 0;
}

}  // namespace sh
