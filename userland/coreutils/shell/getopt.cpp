// getopt(1) of util-linux: puts the options of a script in order, quoted for the shell.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"

#include <algorithm>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'a', "alternative", nullptr, "long options may begin with one dash"},
    {'l', "longoptions", "LIST", "long options, separated by commas; NAME: and NAME:: take arguments"},
    {'l', "longopts", "LIST", nullptr},
    {'n', "name", "NAME", "report errors as NAME"},
    {'o', "options", "LETTERS", "short options as getopt(3) has them"},
    {'q', "quiet", nullptr, "report no errors"},
    {'Q', "quiet-output", nullptr, "print nothing else"},
    {'s', "shell", "SHELL", "quote for sh, bash, csh or tcsh"},
    {'T', "test", nullptr, "exit with 4: this is the enhanced getopt"},
    {'u', "unquoted", nullptr, "do not quote"},
};

enum class Takes { nothing, argument, optional };
struct LongName {
    std::string name;
    Takes takes;
};

class Parser {
public:
    std::string letters, name = "getopt";
    std::vector<LongName> names;
    bool alternative = false, quiet = false, silent = false, quoted = true, csh = false;

    void add_names(std::string_view list) {
        while (!list.empty()) {
            size_t end = std::min(list.find_first_of(", \t\n"), list.size());
            std::string item(list.substr(0, end));
            list.remove_prefix(std::min(end + 1, list.size()));
            size_t colons = 0;
            for (; item.ends_with(':'); item.pop_back()) ++colons;
            if (item.empty() && colons) die(2, "empty long option after -l or --long argument");
            if (!item.empty())
                names.push_back({item, colons == 0   ? Takes::nothing
                                       : colons == 1 ? Takes::argument
                                                     : Takes::optional});
        }
    }

    int run(std::span<char*> words) {
        char mode = letters.starts_with('+') || getenv("POSIXLY_CORRECT") ? '+'
                    : letters.starts_with('-')                            ? '-'
                                                                          : 0;
        if (letters.starts_with('+') || letters.starts_with('-')) letters.erase(0, 1);
        std::vector<std::string> operands;
        size_t at = 0;
        for (; at < words.size(); ++at) {
            std::string_view word = words[at];
            if (word == "--") {
                ++at;
                break;
            }
            if (word.starts_with("--") ||
                (alternative && word.size() > 1 && word[0] == '-' && take_as_long(word)))
                take_long(word.substr(word.starts_with("--") ? 2 : 1), words, at);
            else if (word.size() > 1 && word[0] == '-')
                take_letters(word.substr(1), words, at);
            else if (mode == '+')
                break;
            else if (mode == '-')
                add(word);
            else
                operands.emplace_back(word);
        }
        for (; at < words.size(); ++at) operands.emplace_back(words[at]);
        if (!silent) {
            out.write(result_ + " --");
            for (const std::string& operand : operands) out.write(" " + quote(operand));
            out.put('\n');
        }
        return failed_ ? 1 : 0;
    }

private:
    void complain(const std::string& message) {
        failed_ = true;
        if (quiet) return;
        out.flush();
        fprintf(stderr, "%s: %s\n", name.c_str(), message.c_str());
    }
    std::string quote(std::string_view text) const {
        if (!quoted) return std::string(text);
        std::string result = "'";
        for (char byte : text) {
            if (byte == '\'')
                result += "'\\''";
            else if (csh && (byte == '!' || byte == '\n'))
                result += byte == '!' ? "'\\!'" : "\\\n";
            else
                result.push_back(byte);
        }
        return result + "'";
    }
    void add(std::string_view argument) { result_ += " " + quote(argument); }

    const LongName* find(std::string_view text, bool& ambiguous) const {
        const LongName* found = nullptr;
        ambiguous = false;
        for (const LongName& known : names) {
            if (known.name == text) {
                ambiguous = false;
                return &known;
            }
            if (!std::string_view(known.name).starts_with(text)) continue;
            ambiguous |= found != nullptr;
            found = &known;
        }
        return found;
    }
    bool take_as_long(std::string_view word) const {
        bool ambiguous;
        std::string_view text =
            word.substr(1, word.find('=') == std::string_view::npos ? word.npos : word.find('=') - 1);
        return find(text, ambiguous) != nullptr &&
               (text.size() > 1 || letters.find(text[0]) == std::string::npos);
    }
    void take_long(std::string_view text, std::span<char*> words, size_t& at) {
        size_t equals = text.find('=');
        std::string_view label = text.substr(0, equals);
        bool ambiguous;
        const LongName* found = find(label, ambiguous);
        if (ambiguous) return complain("option '--" + std::string(label) + "' is ambiguous");
        if (!found) return complain("unrecognized option '--" + std::string(label) + "'");
        bool attached = equals != std::string_view::npos;
        if (found->takes == Takes::nothing && attached)
            return complain("option '--" + found->name + "' doesn't allow an argument");
        if (found->takes == Takes::argument && !attached && at + 1 >= words.size())
            return complain("option '--" + found->name + "' requires an argument");
        result_ += " --" + found->name;
        if (found->takes == Takes::nothing) return;
        add(attached                          ? text.substr(equals + 1)
            : found->takes == Takes::argument ? words[++at]
                                              : std::string_view());
    }
    void take_letters(std::string_view text, std::span<char*> words, size_t& at) {
        while (!text.empty()) {
            char letter = text[0];
            text.remove_prefix(1);
            size_t known = letter == ':' ? std::string::npos : letters.find(letter);
            if (known == std::string::npos) {
                complain(std::string("invalid option -- '") + letter + "'");
                continue;
            }
            std::string_view rest = std::string_view(letters).substr(known + 1);
            bool argument = rest.starts_with(':'), optional = rest.starts_with("::");
            if (argument && !optional && text.empty() && at + 1 >= words.size())
                return complain(std::string("option requires an argument -- '") + letter + "'");
            result_ += std::string(" -") + letter;
            if (!argument) continue;
            add(!text.empty() || optional ? text : words[++at]);
            return;
        }
    }

    std::string result_;
    bool failed_ = false;
};

int run(Arguments& arguments) {
    Parser parser;
    bool have_letters = false;
    // The old form, without options of its own, does not quote.
    while (auto option = arguments.next_option()) {
        const char* value = arguments.value();
        switch (*option) {
        case 'a':
            parser.alternative = true;
            break;
        case 'l':
            parser.add_names(value);
            break;
        case 'n':
            parser.name = value;
            break;
        case 'o':
            parser.letters = value;
            have_letters = true;
            break;
        case 'q':
            parser.quiet = true;
            break;
        case 'Q':
            parser.silent = true;
            break;
        case 's':
            parser.csh = strstr(value, "csh") != nullptr;
            break;
        case 'T':
            return 4;
        case 'u':
            parser.quoted = false;
            break;
        }
    }
    auto operands = arguments.operands();
    if (!have_letters) {
        if (operands.empty()) usage_error("missing optstring argument");
        parser.letters = operands[0];
        operands = operands.subspan(1);
        if (arguments.option_text() == nullptr) parser.quoted = false;
    }
    return parser.run(operands);
}

constexpr Tool kTool = {
    .name = "getopt",
    .synopsis = "LETTERS ARG...\n[OPTION]... -o LETTERS [-l NAMES] -- ARG...",
    .summary = "Put the options of a script in order.",
    .options = kOptions,
    .run = run,
    .order = OperandOrder::options_first,
    .usage_status = 2,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
