// svc: shows and controls the services of init (services(5), docs/man).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/init_client.h"
#include "lib/spawn.h"

#include <algorithm>
#include <errno.h>
#include <map>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'f', "follow", nullptr, "logs: go on with what is written"},
    {'n', "lines", "NUMBER", "logs, status: how many lines (20, 10)"},
};
constexpr char kDetails[] =
    "  list              all services, their state, process, since when, and milliseconds to start\n"
    "  status NAME...    what init knows of them, and the end of their logs\n"
    "  start, stop, restart, reload NAME...\n"
    "                    change them, with those they require or that require them\n"
    "  enable, disable NAME...\n"
    "                    whether they start with the system\n"
    "  logs NAME         /var/log/services/NAME.log\n"
    "\n"
    "Services are described by /etc/services/NAME.service. Root and the group wheel may change\n"
    "them. The status is 1 if one could not be changed, and for `status` 3 if one does not run.\n";

struct Request {
    bool follow = false;
    std::string lines;
};

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == text.npos) return parts;
        text.remove_prefix(end + 1);
    }
}

// With the year in a status; without it in the list, which is to fit 80 columns.
constexpr char kFullTime[] = "%Y-%m-%d %H:%M:%S", kBriefTime[] = "%m-%d %H:%M:%S";

std::string time_text(std::string_view seconds, const char* format) {
    if (seconds == "-") return "-";
    time_t time = atoll(std::string(seconds).c_str());
    tm broken;
    char text[32];
    localtime_r(&time, &broken);
    return {text, strftime(text, sizeof text, format, &broken)};
}

std::string log_path(const std::string& name) { return "/var/log/services/" + name + ".log"; }

/// Runs tail on the log; does not come back.
[[noreturn]] void become_tail(const std::string& name, const std::string& lines, bool follow) {
    std::string path = log_path(name);
    out.flush();
    execlp("tail", "tail", "-n", lines.c_str(), follow ? "-F" : "--", path.c_str(), nullptr);
    die_errno(127, "tail");
}

constexpr const char* kColours[][2] = {{"running", "\033[32m"},
                                       {"done", "\033[32m"},
                                       {"failed", "\033[31m"},
                                       {"invalid", "\033[31m"},
                                       {"backoff", "\033[33m"}};

/// The state, padded to a column, coloured on a terminal.
std::string state_text(std::string_view state, size_t width) {
    std::string text(state);
    text.resize(std::max(width, text.size()), ' ');
    if (!isatty(STDOUT_FILENO)) return text;
    for (auto& [name, colour] : kColours)
        if (name == state) return colour + text + "\033[m";
    return text;
}

int list() {
    InitAnswer answer = ask_init("list");
    if (!answer.fine) die(1, "%s", answer.text.c_str());
    size_t width = 4;
    std::vector<std::vector<std::string_view>> rows;
    for (std::string_view line : split(answer.text, '\n')) {
        rows.push_back(split(line, '\t'));
        width = std::max(width, rows.back()[0].size());
    }
    auto padded = static_cast<int>(width);
    out.print("%-*s  %-8s %6s  %-14s %8s  %-8s  %s\n", padded, "NAME", "STATE", "PID", "SINCE", "TOOK",
              "AT BOOT", "DESCRIPTION");
    for (auto& row : rows) {
        if (row.size() < 7) continue;
        std::string took = std::string(row[4]) + (row[4] == "-" ? "" : " ms");
        out.print("%-*s  %s %6s  %-14s %8s  %-8s  %s\n", padded, std::string(row[0]).c_str(),
                  state_text(row[1], 8).c_str(), std::string(row[2]).c_str(), time_text(row[3], kBriefTime).c_str(),
                  took.c_str(), std::string(row[5]).c_str(), std::string(row[6]).c_str());
    }
    return 0;
}

int status(const std::string& name, const std::string& lines) {
    InitAnswer answer = ask_init("status " + name);
    if (!answer.fine) {
        warn("%s: %s", name.c_str(), answer.text.c_str());
        return 4;
    }
    std::map<std::string_view, std::string_view> values;
    std::string problems;
    for (std::string_view line : split(answer.text, '\n')) {
        size_t space = std::min(line.find(' '), line.size());
        std::string_view value = line.substr(std::min(space + 1, line.size()));
        if (line.substr(0, space) == "problem")
            problems += "  problem: " + std::string(value) + "\n";
        else
            values[line.substr(0, space)] = value;
    }
    auto print = [&](const char* label, const char* key, const char* unit = "") {
        if (!values[key].empty()) out.print("%9s: %s%s\n", label, std::string(values[key]).c_str(), unit);
    };
    std::string_view description = values["description"];
    out.write(name + (description.empty() ? "" : " - " + std::string(description)) + "\n");
    out.print("%9s: %s", "state", state_text(values["state"], 0).c_str());
    if (!values["since"].empty()) out.print(" since %s", time_text(values["since"], kFullTime).c_str());
    if (!values["reason"].empty()) out.print(" (%s)", std::string(values["reason"]).c_str());
    out.write("\n");
    out.write(problems);
    print("pid", "pid");
    print("started in", "took", " ms");
    print("restarts", "restarts");
    print("at boot", "enabled");
    print("file", "file");
    if (access(log_path(name).c_str(), R_OK) == 0) {
        out.write("\n");
        out.flush();
        pid_t child = fork_or_die();
        if (child == 0) become_tail(name, lines.empty() ? "10" : lines, false);
        wait_for(child);
    }
    bool runs = values["state"] == "running" || values["state"] == "done";
    return runs ? 0 : 3;
}

int run(Arguments& arguments) {
    Request request;
    while (auto option = arguments.next_option()) {
        if (*option == 'f')
            request.follow = true;
        else
            request.lines = arguments.value();
    }
    auto operands = arguments.operands();
    std::string_view verb = operands.empty() ? "list" : operands[0];
    if (verb == "list") return list();
    static constexpr std::string_view kVerbs[] = {"status", "start",  "stop",    "restart",
                                                  "reload", "enable", "disable", "logs"};
    if (std::find(std::begin(kVerbs), std::end(kVerbs), verb) == std::end(kVerbs))
        usage_error("unknown command '%s'", operands[0]);
    if (operands.size() < 2) usage_error("%s: which service?", operands[0]);
    if (verb == "logs") {
        if (operands.size() > 2) extra_operand(operands[2]);
        if (std::string_view(operands[1]).find('/') != std::string_view::npos)
            die(1, "%s: no name of a service", operands[1]);
        become_tail(operands[1], request.lines.empty() ? "20" : request.lines, request.follow);
    }
    int result = 0;
    for (size_t i = 1; i < operands.size(); ++i) {
        if (verb == "status") {
            if (i > 1) out.write("\n");
            result = std::max(result, status(operands[i], request.lines));
            continue;
        }
        InitAnswer answer = ask_init(std::string(verb) + " " + operands[i]);
        if (answer.fine) continue;
        warn("cannot %s %s: %s", operands[0], operands[i], answer.text.c_str());
        result = 1;
    }
    return result;
}

constexpr Tool kTool = {
    .name = "svc",
    .synopsis = "[list]\nCOMMAND [OPTION]... NAME...",
    .summary = "Show and control the services of the system.",
    .options = kOptions,
    .run = run,
    .notes = kDetails,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
