// What holds a script together: sources, commands with their addresses, blocks, labels.
#include "sed/script.h"

#include "sed/parser.h"

#include <ctype.h>
#include <string.h>

namespace coreutils::sed {

std::optional<Script> Parser::parse(std::string& problem) {
    for (source_ = 0; source_ < sources_.size() && !failed_; ++source_) {
        at_ = 0;
        line_ = 1;
        if (source_ == 0 && text().starts_with("#n\n")) script_.quiet = true;
        if (source_ == 0 && text() == "#n") script_.quiet = true;
        parse_source();
    }
    if (!failed_ && !blocks_.empty()) fail("unmatched `{'");
    if (!failed_) resolve_labels();
    if (failed_) {
        problem = problem_;
        return std::nullopt;
    }
    return std::move(script_);
}

bool Parser::fail(const std::string& reason) {
    if (failed_) return false;
    failed_ = true;
    const Source& source = sources_[source_ < sources_.size() ? source_ : sources_.size() - 1];
    if (source.is_file)
        problem_ = source.name + ", line " + std::to_string(line_) + ": " + reason;
    else
        problem_ = source.name + ", char " + std::to_string(at_) + ": " + reason;
    return false;
}

bool Parser::next_source() {
    if (source_ + 1 >= sources_.size()) return false;
    ++source_;
    at_ = 0;
    line_ = 1;
    return true;
}

void Parser::parse_source() {
    for (;;) {
        while (!at_end() && (isspace(static_cast<unsigned char>(peek())) || peek() == ';')) take();
        if (at_end() || failed_) return;
        parse_command();
        if (failed_) return;
    }
}

void Parser::parse_command() {
    Command command;
    if (peek() == '#') {
        while (!at_end() && peek() != '\n') take();
        return;
    }
    if (!parse_address(command.first, false)) return;
    skip_blanks();
    if (command.first.kind != AddressKind::none && peek() == ',') {
        take();
        skip_blanks();
        if (!parse_address(command.second, true)) return;
        if (command.second.kind == AddressKind::none) return void(fail("unexpected `,'"));
        skip_blanks();
    } else if (command.first.kind == AddressKind::none && peek() == ',') {
        return void(fail("unexpected `,'"));
    }
    if (command.first.kind == AddressKind::line && command.first.number == 0 &&
        command.second.kind != AddressKind::pattern)
        return void(fail("invalid usage of line address 0"));
    while (peek() == '!') {
        take();
        command.negated = true;
        skip_blanks();
    }
    if (at_end()) return void(fail("missing command"));
    command.name = take();
    parse_body(command);
}

void Parser::parse_body(Command& command) {
    if (command.name == '{') {
        blocks_.push_back(script_.commands.size());
        script_.commands.push_back(std::move(command));
        return;
    }
    if (command.name == '}') return end_block(command);
    if (command.name == 'v') {
        while (!at_end() && peek() != '\n' && peek() != ';') take();
        return;
    }
    parse_arguments(command);
    if (!failed_) script_.commands.push_back(std::move(command));
}

void Parser::end_block(const Command& command) {
    if (blocks_.empty()) return void(fail("unexpected `}'"));
    if (command.first.kind != AddressKind::none) return void(fail("} doesn't want any addresses"));
    size_t open = blocks_.back();
    blocks_.pop_back();
    script_.commands[open].target = script_.commands.size();
    end_of_command();
}

bool Parser::end_of_command() {
    skip_blanks();
    if (at_end() || peek() == '}' || peek() == '#') return true;
    if (peek() == '\n' || peek() == ';') {
        take();
        return true;
    }
    return fail("extra characters after command");
}

void Parser::resolve_labels() {
    for (Command& command : script_.commands) {
        if (!strchr("btT", command.name) || command.text.empty()) continue;
        for (size_t i = 0; i < script_.commands.size(); ++i)
            if (script_.commands[i].name == ':' && script_.commands[i].text == command.text)
                command.target = i;
        if (command.target == SIZE_MAX) {
            failed_ = true;
            problem_ = "can't find label for jump to `" + command.text + "'";
            return;
        }
    }
}

std::optional<Script> parse_script(const std::vector<Source>& sources, const ParseSettings& settings,
                                   std::string& problem) {
    return Parser(sources, settings).parse(problem);
}

} // namespace coreutils::sed
