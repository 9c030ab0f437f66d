// Shell text is parsed, printed, and the words of its simple commands are expanded; nothing is executed. What was
// printed must parse again.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/stack_guard.hpp"
#include "expand/arithmetic.hpp"
#include "expand/expander.hpp"
#include "shell.hpp"
#include "syntax/parser.hpp"
#include "syntax/print.hpp"

namespace {

// Command substitution, which would fork. The linker puts it in the place of Executor::capture.
bool capture_nothing(sh::Executor*, const sh::Node*, std::string& text) {
    text = " captured text ";
    return true;
}

void expand(sh::Shell& shell, const sh::SimpleCommand& command) {
    sh::ScratchScope scope(shell.scratch);
    sh::ArgumentList list;
    for (const sh::Word* word : command.words) {
        sh::Expander expander(shell);
        if (!expander.fields(*word, list))
            break;
        std::string text;
        sh::Pattern pattern;
        if (!expander.text(*word, text) || !expander.pattern(*word, pattern))
            break;
        sh::matches(pattern, text);
    }
    shell.flow = sh::Flow::next;
}

}  // namespace

extern "C" bool __wrap__ZN2sh8Executor7captureEPKNS_4NodeERNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE(
    sh::Executor* executor, const sh::Node* node, std::string& text) {
    return capture_nothing(executor, node, text);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static sh::Shell& shell = *new sh::Shell;
    sh::StackGuard::measure();
    std::string text(reinterpret_cast<const char*>(data), size);
    // The product of two sequences, or of many alternatives, is only long.
    if (size_t dots = text.find(".."); dots != std::string::npos && text.find("..", dots + 2) != std::string::npos)
        return 0;
    if (std::count(text.begin(), text.end(), '{') > 8 && std::count(text.begin(), text.end(), ',') > 8)
        return 0;
    shell.options.set(sh::Option::no_glob, size % 16 != 0);
    const std::string positional[] = {"a b", "", "*c"};
    shell.positional.assign(std::begin(positional), std::end(positional));
    shell.variables.set("v", " x:y  z ");
    shell.variables.set("IFS", size % 3 == 0 ? ": " : " \t\n");
    sh::StringSource source(text);
    sh::Input input(source);
    sh::Parser parser(input, nullptr);
    for (;;) {
        sh::ArenaRef arena = sh::ArenaRef::create();
        sh::ParseResult result = parser.parse_command(*arena);
        if (result.kind == sh::ParseResult::Kind::end || result.kind == sh::ParseResult::Kind::error)
            break;
        if (result.kind != sh::ParseResult::Kind::command)
            continue;
        sh::print_command(result.node);
        if (result.node->kind == sh::NodeKind::simple)
            expand(shell, static_cast<const sh::SimpleCommand&>(*result.node));
    }
    return 0;
}
