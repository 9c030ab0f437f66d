// What stands behind the letters of sed's commands: texts, labels, names of files, numbers.
#include "sed/escapes.h"
#include "sed/parser.h"

#include <ctype.h>
#include <string.h>

namespace coreutils::sed {

void Parser::parse_arguments(Command& command) {
    switch (command.name) {
    case 'a':
    case 'i':
    case 'c':
        return parse_text(command);
    case ':':
        return parse_label(command, true);
    case 'b':
    case 't':
    case 'T':
        return parse_label(command, false);
    case 'r':
    case 'R':
        command.text = read_file_name();
        return;
    case 'w':
    case 'W':
        command.text = read_file_name();
        command.output = output_index(command.text);
        return;
    case 's':
        return parse_substitution(command);
    case 'y':
        return parse_transliteration(command);
    case 'e':
        skip_blanks();
        while (!at_end() && peek() != '\n') command.text.push_back(take());
        return;
    case 'l':
    case 'L':
    case 'q':
    case 'Q':
        return parse_number_argument(command);
    }
    if (command.name && strchr("=dDFgGhHnNpPxz", command.name))
        end_of_command();
    else
        fail(std::string("unknown command: `") + command.name + "'");
}

void Parser::parse_number_argument(Command& command) {
    skip_blanks();
    command.has_number = read_number(command.number);
    end_of_command();
    if ((command.name == 'q' || command.name == 'Q') && command.second.kind != AddressKind::none)
        fail("command only uses one address");
}

bool Parser::begin_text() {
    skip_blanks();
    if (at_end()) {
        // -e 'a\' -e 'text': the next source goes on.
        if (!next_source()) return fail("expected \\ after `a', `c' or `i'");
    } else if (peek() == '\\') {
        take();
        // Blanks before text on the same line are part of it.
        size_t text_start = at_;
        skip_blanks();
        if (peek() == '\n')
            take();
        else if (!at_end())
            at_ = text_start;
        else if (!next_source())
            return false; // nothing to print
    } else if (peek() == '\n') {
        return fail("expected \\ after `a', `c' or `i'");
    }
    return true;
}

void Parser::parse_text(Command& command) {
    if (!begin_text()) return;
    while (!at_end() && peek() != '\n') {
        char byte = take();
        if (byte == '\\') {
            if (at_end()) {
                command.text.push_back('\n');
                if (!next_source()) break;
                continue;
            }
            char value = '\n';
            size_t used = peek() == 'n' ? 1 : read_byte_escape(std::string_view(text()).substr(at_), value);
            if (used > 0 && peek() != 'c' && peek() != 'd' && peek() != 'o') {
                command.text.push_back(value);
                at_ += used;
                continue;
            }
            byte = take();
        }
        command.text.push_back(byte);
    }
    if (!at_end()) take();
    command.text.push_back('\n');
}

void Parser::parse_label(Command& command, bool definition) {
    skip_blanks();
    if (definition && command.first.kind != AddressKind::none)
        return void(fail(": doesn't want any addresses"));
    while (!at_end() && peek() != '\n' && (peek() != ';' || (definition && settings_.posix)) &&
           !(peek() == '}' && !definition))
        command.text.push_back(take());
    while (!command.text.empty() && isspace(static_cast<unsigned char>(command.text.back())))
        command.text.pop_back();
    if (definition && command.text.empty()) fail("\":\" lacks a label");
}

// The rest of the line.
std::string Parser::read_file_name() {
    skip_blanks();
    std::string name;
    while (!at_end() && peek() != '\n') name.push_back(take());
    if (name.empty()) fail("missing filename in r/R/w/W commands");
    return name;
}

size_t Parser::output_index(const std::string& name) {
    for (size_t i = 0; i < script_.outputs.size(); ++i)
        if (script_.outputs[i] == name) return i;
    script_.outputs.push_back(name);
    return script_.outputs.size() - 1;
}

} // namespace coreutils::sed
