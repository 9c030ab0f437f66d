// A unit: what /etc/services/NAME.service says of one service (services(5) lists the keys).
//
// A line is `Key=value`, a comment (`#`, `;`), a section ([Unit], [Service]) or empty. A key before any
// section may be of either. `%i` in a value is the instance of a template: the unit getty@tty1 is read from
// getty@.service with `tty1`. Any error makes the unit invalid: it is not started, and says where the errors
// are.
#pragma once
#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace init {

enum class ServiceType {
    Simple,  // runs from the moment its program does
    Forking, // its program leaves a daemon behind, whose number is in PIDFile, and ends
    Oneshot, // does something and ends; what comes after waits for that
};
enum class RestartPolicy { Never, OnFailure, Always };

inline constexpr uint64_t kNoTimeLimit = UINT64_MAX;

struct Limit {
    int resource; // RLIMIT_*
    rlimit value;
};

struct Unit {
    std::string name;
    std::string path;                // of its file
    std::vector<std::string> errors; // "file:line: reason"; not empty: the unit is invalid

    std::string description;
    std::vector<std::string> after, requires_units; // names; a unit also starts after those it requires

    ServiceType type = ServiceType::Simple;
    std::vector<std::string> command;
    std::string pid_file, user, group, working_directory, terminal;
    std::vector<std::string> environment; // NAME=value
    std::vector<Limit> limits;
    RestartPolicy restart = RestartPolicy::Never;
    uint64_t restart_delay_ms = 100;
    unsigned start_limit = 5; // quick ends in a row until it has failed for good; 0: it is tried for ever
    uint64_t start_timeout_ms = kNoTimeLimit;
    uint64_t stop_timeout_ms = 5000;
    int stop_signal; // SIGTERM if not given
    int reload_signal = 0; // 0: it cannot be asked to read its configuration anew

    Unit();
};

inline constexpr size_t kMaximumUnitBytes = 64 * 1024;
inline constexpr size_t kMaximumErrors = 8; // of one file; garbage has thousands

/// Reads the unit `name` from the text of its file.
Unit parse_unit(std::string_view name, std::string_view path, std::string_view text);

/// Whether a unit can be called that: letters, digits and `-_.:@+`, no leading dot, at most 64 bytes.
bool is_unit_name(std::string_view name);

/// The file of a unit in its folder: `getty@tty1` is in `getty@.service`.
std::string unit_file_name(std::string_view name);

} // namespace init
