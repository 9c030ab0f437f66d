#include "unit.h"

#include <signal.h>

#include <algorithm>
#include <array>
#include <optional>

#include "values.h"

namespace init {
namespace {

enum class Section { Any, Unit, Service };

/// Takes a value into the unit; null, or why it cannot be taken.
using Setter = const char* (*)(Unit& unit, std::string_view value);

template <std::string Unit::* kField> const char* set_text(Unit& unit, std::string_view value) {
    unit.*kField = value;
    return nullptr;
}

template <std::string Unit::* kField> const char* set_path(Unit& unit, std::string_view value) {
    if (!value.starts_with('/')) return "not an absolute path";
    return set_text<kField>(unit, value);
}

template <uint64_t Unit::* kField> const char* set_time(Unit& unit, std::string_view value) {
    std::optional<uint64_t> time = parse_time_ms(value);
    if (!time) return "not a time (5, 500ms, 2min, 1h, infinity)";
    unit.*kField = *time;
    return nullptr;
}

template <std::vector<std::string> Unit::* kField> const char* add_names(Unit& unit, std::string_view value) {
    std::optional<std::vector<std::string>> names = split_words(value);
    if (!names) return "quotes that do not end";
    for (std::string& name : *names) {
        if (std::string_view(name).ends_with(".service")) name.resize(name.size() - sizeof ".service" + 1);
        if (!is_unit_name(name)) return "not the name of a unit";
        (unit.*kField).push_back(std::move(name));
    }
    return nullptr;
}

template <int kResource> const char* set_limit(Unit& unit, std::string_view value) {
    std::optional<rlimit> limit = parse_limit(value);
    if (!limit) return "not a limit (N, NK, NM, NG, infinity, soft:hard)";
    unit.limits.push_back({kResource, *limit});
    return nullptr;
}

const char* set_type(Unit& unit, std::string_view value) {
    if (value == "simple")
        unit.type = ServiceType::Simple;
    else if (value == "forking")
        unit.type = ServiceType::Forking;
    else if (value == "oneshot")
        unit.type = ServiceType::Oneshot;
    else
        return "not a type (simple, forking, oneshot)";
    return nullptr;
}

const char* set_restart(Unit& unit, std::string_view value) {
    if (value == "never" || value == "no")
        unit.restart = RestartPolicy::Never;
    else if (value == "on-failure")
        unit.restart = RestartPolicy::OnFailure;
    else if (value == "always")
        unit.restart = RestartPolicy::Always;
    else
        return "not a restart policy (never, on-failure, always)";
    return nullptr;
}

const char* set_command(Unit& unit, std::string_view value) {
    std::optional<std::vector<std::string>> words = split_words(value);
    if (!words) return "quotes that do not end";
    if (words->empty()) return "no command";
    unit.command = std::move(*words);
    return nullptr;
}

const char* add_environment(Unit& unit, std::string_view value) {
    std::optional<std::vector<std::string>> words = split_words(value);
    if (!words) return "quotes that do not end";
    for (std::string& word : *words) {
        if (word.find('=') == 0 || word.find('=') == word.npos) return "not NAME=value";
        unit.environment.push_back(std::move(word));
    }
    return nullptr;
}

const char* set_start_limit(Unit& unit, std::string_view value) {
    std::optional<uint64_t> number = parse_number(value);
    if (!number || *number > 1000) return "not a number up to 1000";
    unit.start_limit = static_cast<unsigned>(*number);
    return nullptr;
}

template <int Unit::* kField> const char* set_signal(Unit& unit, std::string_view value) {
    std::optional<int> number = parse_signal(value);
    if (!number) return "not a signal";
    unit.*kField = *number;
    return nullptr;
}

struct Key {
    std::string_view name;
    Section section;
    Setter set;
};

constexpr std::array kKeys = {
    Key{"Description", Section::Unit, set_text<&Unit::description>},
    Key{"After", Section::Unit, add_names<&Unit::after>},
    Key{"Requires", Section::Unit, add_names<&Unit::requires_units>},
    Key{"Type", Section::Service, set_type},
    Key{"ExecStart", Section::Service, set_command},
    Key{"PIDFile", Section::Service, set_path<&Unit::pid_file>},
    Key{"Restart", Section::Service, set_restart},
    Key{"RestartSec", Section::Service, set_time<&Unit::restart_delay_ms>},
    Key{"StartLimitBurst", Section::Service, set_start_limit},
    Key{"TimeoutStartSec", Section::Service, set_time<&Unit::start_timeout_ms>},
    Key{"TimeoutStopSec", Section::Service, set_time<&Unit::stop_timeout_ms>},
    Key{"KillSignal", Section::Service, set_signal<&Unit::stop_signal>},
    Key{"ReloadSignal", Section::Service, set_signal<&Unit::reload_signal>},
    Key{"User", Section::Service, set_text<&Unit::user>},
    Key{"Group", Section::Service, set_text<&Unit::group>},
    Key{"WorkingDirectory", Section::Service, set_path<&Unit::working_directory>},
    Key{"Environment", Section::Service, add_environment},
    Key{"Terminal", Section::Service, set_text<&Unit::terminal>},
    Key{"LimitAS", Section::Service, set_limit<RLIMIT_AS>},
    Key{"LimitCORE", Section::Service, set_limit<RLIMIT_CORE>},
    Key{"LimitCPU", Section::Service, set_limit<RLIMIT_CPU>},
    Key{"LimitDATA", Section::Service, set_limit<RLIMIT_DATA>},
    Key{"LimitFSIZE", Section::Service, set_limit<RLIMIT_FSIZE>},
    Key{"LimitMEMLOCK", Section::Service, set_limit<RLIMIT_MEMLOCK>},
    Key{"LimitNOFILE", Section::Service, set_limit<RLIMIT_NOFILE>},
    Key{"LimitNPROC", Section::Service, set_limit<RLIMIT_NPROC>},
    Key{"LimitRTPRIO", Section::Service, set_limit<RLIMIT_RTPRIO>},
    Key{"LimitSTACK", Section::Service, set_limit<RLIMIT_STACK>},
};

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r";
    size_t begin = text.find_first_not_of(kBlanks);
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// The value with `%i` replaced by the instance and `%%` by a percent sign; nothing for any other `%`.
std::optional<std::string> expanded(std::string_view value, std::string_view instance) {
    std::string result;
    for (size_t at = 0; at < value.size(); ++at) {
        if (value[at] != '%') {
            result += value[at];
            continue;
        }
        char specifier = ++at < value.size() ? value[at] : '\0';
        if (specifier == 'i')
            result += instance;
        else if (specifier == '%')
            result += '%';
        else
            return std::nullopt;
    }
    return result;
}

class Parser {
public:
    Parser(std::string_view name, std::string_view path) {
        unit_.name = name;
        unit_.path = path;
        size_t at = name.find('@');
        if (at != name.npos) instance_ = name.substr(at + 1);
    }

    Unit parse(std::string_view text) {
        if (text.size() > kMaximumUnitBytes)
            complain(1, "larger than 64 KiB");
        else if (text.find('\0') != text.npos)
            complain(1, "not a text file");
        else
            parse_lines(text);
        if (unit_.errors.empty()) check_whole();
        return std::move(unit_);
    }

private:
    void complain(int line, std::string_view reason) {
        if (unit_.errors.size() < kMaximumErrors)
            unit_.errors.push_back(unit_.path + ":" + std::to_string(line) + ": " + std::string(reason));
    }

    void parse_lines(std::string_view text) {
        for (int number = 1; !text.empty(); ++number) {
            size_t end = std::min(text.find('\n'), text.size());
            std::string_view line = trimmed(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
            if (line.empty() || line[0] == '#' || line[0] == ';') continue;
            if (line[0] == '[')
                parse_section(number, line);
            else
                parse_setting(number, line);
        }
    }

    void parse_section(int number, std::string_view line) {
        if (line == "[Unit]")
            section_ = Section::Unit;
        else if (line == "[Service]")
            section_ = Section::Service;
        else
            complain(number, "unknown section");
    }

    void parse_setting(int number, std::string_view line) {
        size_t equals = line.find('=');
        if (equals == line.npos) return complain(number, "not Key=value");
        std::string_view name = trimmed(line.substr(0, equals));
        auto key =
            std::find_if(kKeys.begin(), kKeys.end(), [&](const Key& each) { return each.name == name; });
        if (key == kKeys.end()) return complain(number, "unknown key");
        if (section_ != Section::Any && key->section != section_)
            return complain(number, std::string(name) + " belongs to the other section");
        std::optional<std::string> value = expanded(trimmed(line.substr(equals + 1)), instance_);
        if (!value) return complain(number, "a % that is neither %i nor %%");
        if (const char* reason = key->set(unit_, *value)) complain(number, std::string(name) + ": " + reason);
    }

    void check_whole() {
        if (unit_.command.empty()) complain(1, "no ExecStart");
        if (unit_.type == ServiceType::Forking && unit_.pid_file.empty())
            complain(1, "Type=forking needs PIDFile");
        if (unit_.type == ServiceType::Oneshot && unit_.restart == RestartPolicy::Always)
            complain(1, "Type=oneshot cannot have Restart=always");
        if (unit_.type == ServiceType::Forking && unit_.start_timeout_ms == kNoTimeLimit)
            unit_.start_timeout_ms = 90'000;
    }

    Unit unit_;
    std::string instance_;
    Section section_ = Section::Any;
};

} // namespace

Unit::Unit() : stop_signal(SIGTERM) {}

Unit parse_unit(std::string_view name, std::string_view path, std::string_view text) {
    return Parser(name, path).parse(text);
}

bool is_unit_name(std::string_view name) {
    if (name.empty() || name.size() > 64 || name[0] == '.' || name[0] == '-') return false;
    return std::all_of(name.begin(), name.end(), [](char each) {
        return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9') ||
               std::string_view("-_.:@+").find(each) != std::string_view::npos;
    });
}

std::string unit_file_name(std::string_view name) {
    return std::string(name.substr(0, std::min(name.find('@'), name.size() - 1) + 1)) + ".service";
}

} // namespace init
