// A sed script on the first line's rest, its input after an empty line. Scripts without jumps also run.
#include "framework/arguments.h"
#include "framework/output.h"
#include "sed/script.h"
#include "tool_stubs.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <unistd.h>

// Of the linker: the one registered tool.
extern "C" const coreutils::Tool* const __start_martlet_tools[] __attribute__((visibility("hidden")));

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string text(reinterpret_cast<const char*>(data), size);
    size_t gap = text.find("\n\n");
    std::string script = text.substr(0, gap).c_str();
    std::string input = gap == std::string::npos ? "one\ntwo three\n" : text.substr(gap + 2);
    for (coreutils::Syntax syntax : {coreutils::Syntax::basic, coreutils::Syntax::extended}) {
        std::string problem;
        coreutils::sed::parse_script({{script, "-e expression #1", false}}, {.syntax = syntax}, problem);
    }
    if (script.find_first_of("btTD") != std::string::npos) return 0; // may run for ever
    // G and H may double what they hold at every line.
    if (std::count_if(script.begin(), script.end(), [](char c) { return c == 'G' || c == 'H'; }) > 4) return 0;
    if (std::count(input.begin(), input.end(), '\n') > 4) return 0;
    char name[] = "sed", sandbox[] = "--sandbox", expression[] = "-e", extended[] = "-E";
    char* arguments[] = {name, sandbox, extended, expression, script.data()};
    int descriptor = input_of(input);
    dup2(descriptor, STDIN_FILENO);
    close(descriptor);
    try {
        const coreutils::Tool& tool = **__start_martlet_tools;
        coreutils::Arguments parsed(tool, arguments);
        tool.run(parsed);
    } catch (const ToolEnded&) {
    }
    coreutils::out.discard();
    return 0;
}
