// stty: POSIX.1-2017 and the common GNU settings (size, rows, cols, sane, raw, cooked, cbreak, -F).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/columns.h"
#include "lib/numbers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#ifndef XTABS
#define XTABS TAB3
#endif

namespace coreutils {
namespace {

enum class Field { control, input, output, local };

struct Mode {
    const char* name;
    Field field;
    tcflag_t bits;
    tcflag_t mask; // 0: a single flag that `-name` clears; otherwise one value of several
    char sane;     // what `sane` does: '+' sets, '-' clears, '0' nothing
};

constexpr Mode kModes[] = {
    {"parenb", Field::control, PARENB, 0, '-'}, {"parodd", Field::control, PARODD, 0, '-'},
    {"cmspar", Field::control, CMSPAR, 0, '-'}, {"cs5", Field::control, CS5, CSIZE, '0'},
    {"cs6", Field::control, CS6, CSIZE, '0'},   {"cs7", Field::control, CS7, CSIZE, '0'},
    {"cs8", Field::control, CS8, CSIZE, '+'},   {"hupcl", Field::control, HUPCL, 0, '0'},
    {"cstopb", Field::control, CSTOPB, 0, '-'}, {"cread", Field::control, CREAD, 0, '+'},
    {"clocal", Field::control, CLOCAL, 0, '0'}, {"crtscts", Field::control, CRTSCTS, 0, '0'},
    {"ignbrk", Field::input, IGNBRK, 0, '-'},   {"brkint", Field::input, BRKINT, 0, '+'},
    {"ignpar", Field::input, IGNPAR, 0, '-'},   {"parmrk", Field::input, PARMRK, 0, '-'},
    {"inpck", Field::input, INPCK, 0, '-'},     {"istrip", Field::input, ISTRIP, 0, '-'},
    {"inlcr", Field::input, INLCR, 0, '-'},     {"igncr", Field::input, IGNCR, 0, '-'},
    {"icrnl", Field::input, ICRNL, 0, '+'},     {"ixon", Field::input, IXON, 0, '+'},
    {"ixoff", Field::input, IXOFF, 0, '-'},     {"iuclc", Field::input, IUCLC, 0, '-'},
    {"ixany", Field::input, IXANY, 0, '-'},     {"imaxbel", Field::input, IMAXBEL, 0, '+'},
    {"iutf8", Field::input, IUTF8, 0, '0'},     {"opost", Field::output, OPOST, 0, '+'},
    {"olcuc", Field::output, OLCUC, 0, '-'},    {"ocrnl", Field::output, OCRNL, 0, '-'},
    {"onlcr", Field::output, ONLCR, 0, '+'},    {"onocr", Field::output, ONOCR, 0, '-'},
    {"onlret", Field::output, ONLRET, 0, '-'},  {"ofill", Field::output, OFILL, 0, '-'},
    {"ofdel", Field::output, OFDEL, 0, '-'},    {"nl1", Field::output, NL1, NLDLY, '0'},
    {"nl0", Field::output, NL0, NLDLY, '+'},    {"cr3", Field::output, CR3, CRDLY, '0'},
    {"cr2", Field::output, CR2, CRDLY, '0'},    {"cr1", Field::output, CR1, CRDLY, '0'},
    {"cr0", Field::output, CR0, CRDLY, '+'},    {"tab3", Field::output, TAB3, TABDLY, '0'},
    {"tab2", Field::output, TAB2, TABDLY, '0'}, {"tab1", Field::output, TAB1, TABDLY, '0'},
    {"tab0", Field::output, TAB0, TABDLY, '+'}, {"bs1", Field::output, BS1, BSDLY, '0'},
    {"bs0", Field::output, BS0, BSDLY, '+'},    {"vt1", Field::output, VT1, VTDLY, '0'},
    {"vt0", Field::output, VT0, VTDLY, '+'},    {"ff1", Field::output, FF1, FFDLY, '0'},
    {"ff0", Field::output, FF0, FFDLY, '+'},    {"isig", Field::local, ISIG, 0, '+'},
    {"icanon", Field::local, ICANON, 0, '+'},   {"iexten", Field::local, IEXTEN, 0, '+'},
    {"echo", Field::local, ECHO, 0, '+'},       {"echoe", Field::local, ECHOE, 0, '+'},
    {"echok", Field::local, ECHOK, 0, '+'},     {"echonl", Field::local, ECHONL, 0, '-'},
    {"noflsh", Field::local, NOFLSH, 0, '-'},   {"xcase", Field::local, XCASE, 0, '-'},
    {"tostop", Field::local, TOSTOP, 0, '-'},   {"echoprt", Field::local, ECHOPRT, 0, '-'},
    {"echoctl", Field::local, ECHOCTL, 0, '+'}, {"echoke", Field::local, ECHOKE, 0, '+'},
    {"flusho", Field::local, FLUSHO, 0, '-'},   {"extproc", Field::local, EXTPROC, 0, '-'},
};

struct OtherName {
    const char* name;
    const char* means;
};

constexpr OtherName kOtherNames[] = {
    {"crterase", "echoe"}, {"crtkill", "echoke"}, {"ctlecho", "echoctl"}, {"prterase", "echoprt"},
    {"hup", "hupcl"},      {"tandem", "ixoff"},   {"crtscts", "crtscts"},
};

struct Character {
    const char* name;
    int index;
    cc_t sane;
};

constexpr Character kCharacters[] = {
    {"intr", VINTR, 3},      {"quit", VQUIT, 28},   {"erase", VERASE, 127},    {"kill", VKILL, 21},
    {"eof", VEOF, 4},        {"eol", VEOL, 0},      {"eol2", VEOL2, 0},        {"swtch", VSWTC, 0},
    {"start", VSTART, 17},   {"stop", VSTOP, 19},   {"susp", VSUSP, 26},       {"rprnt", VREPRINT, 18},
    {"werase", VWERASE, 23}, {"lnext", VLNEXT, 22}, {"discard", VDISCARD, 15},
};

struct Speed {
    unsigned baud;
    speed_t value;
};

constexpr Speed kSpeeds[] = {
    {0, B0},
    {50, B50},
    {75, B75},
    {110, B110},
    {134, B134},
    {150, B150},
    {200, B200},
    {300, B300},
    {600, B600},
    {1200, B1200},
    {1800, B1800},
    {2400, B2400},
    {4800, B4800},
    {9600, B9600},
    {19200, B19200},
    {38400, B38400},
    {57600, B57600},
    {115200, B115200},
    {230400, B230400},
    {460800, B460800},
    {500000, B500000},
    {576000, B576000},
    {921600, B921600},
    {1000000, B1000000},
    {1500000, B1500000},
    {2000000, B2000000},
    {3000000, B3000000},
    {4000000, B4000000},
};

tcflag_t& field_of(termios& state, Field field) {
    switch (field) {
    case Field::control:
        return state.c_cflag;
    case Field::input:
        return state.c_iflag;
    case Field::output:
        return state.c_oflag;
    default:
        return state.c_lflag;
    }
}

unsigned baud_of(speed_t value) {
    for (const Speed& speed : kSpeeds)
        if (speed.value == value) return speed.baud;
    return 0;
}

std::string visible(cc_t byte) {
    if (byte == 0) return "<undef>";
    std::string text;
    if (byte >= 128) {
        text = "M-";
        byte &= 127;
    }
    if (byte < 32) return text + "^" + static_cast<char>(byte + 64);
    if (byte == 127) return text + "^?";
    return text + static_cast<char>(byte);
}

// Words on lines no longer than the terminal is wide.
class Wrapper {
public:
    void add(const std::string& word, const char* separator = " ") {
        if (column_ > 0) {
            if (column_ + word.size() + 1 >= width_) {
                end();
            } else {
                out.write(separator);
                column_ += strlen(separator);
            }
        }
        out.write(word);
        column_ += word.size();
    }
    void end() {
        if (column_ > 0) out.put('\n');
        column_ = 0;
    }

private:
    size_t width_ = terminal_width();
    size_t column_ = 0;
};

bool is_set(termios& state, const Mode& mode) {
    tcflag_t value = field_of(state, mode.field);
    return mode.mask ? (value & mode.mask) == mode.bits : (value & mode.bits) != 0;
}

void print_characters(Wrapper& wrapper, termios& state, bool all) {
    for (const Character& character : kCharacters) {
        cc_t value = state.c_cc[character.index];
        if (!all && value == character.sane) continue;
        if (!all && strcmp(character.name, "discard") == 0) continue;
        wrapper.add(std::string(character.name) + " = " + visible(value) + ";");
    }
    bool raw = !(state.c_lflag & ICANON);
    if (all || raw) {
        wrapper.add("min = " + std::to_string(state.c_cc[VMIN]) + ";");
        wrapper.add("time = " + std::to_string(state.c_cc[VTIME]) + ";");
    }
    wrapper.end();
}

void print_modes(Wrapper& wrapper, termios& state, bool all) {
    for (Field field : {Field::control, Field::input, Field::output, Field::local}) {
        for (const Mode& mode : kModes) {
            if (mode.field != field) continue;
            bool set = is_set(state, mode);
            if (mode.mask) {
                if (set && (all || mode.sane != '+')) wrapper.add(mode.name);
            } else if (all || (set ? mode.sane == '-' : mode.sane == '+')) {
                wrapper.add(set ? mode.name : std::string("-") + mode.name);
            }
        }
        wrapper.end();
    }
}

void print_settings(int fd, termios& state, bool all) {
    Wrapper wrapper;
    wrapper.add("speed " + std::to_string(baud_of(cfgetospeed(&state))) + " baud;");
    winsize size;
    if (all && ioctl(fd, TIOCGWINSZ, &size) == 0) {
        wrapper.add("rows " + std::to_string(size.ws_row) + ";");
        wrapper.add("columns " + std::to_string(size.ws_col) + ";");
    }
    wrapper.add("line = " + std::to_string(state.c_line) + ";");
    wrapper.end();
    print_characters(wrapper, state, all);
    print_modes(wrapper, state, all);
}

// -g: everything in hexadecimal, colons between, fit to be an operand again.
void print_for_reading(const termios& state) {
    out.print("%x:%x:%x:%x", state.c_iflag, state.c_oflag, state.c_cflag, state.c_lflag);
    for (size_t i = 0; i < NCCS; ++i) out.print(":%x", state.c_cc[i]);
    out.put('\n');
}

bool read_back(termios& state, const char* text) {
    unsigned long values[4 + NCCS];
    for (size_t i = 0; i < 4 + NCCS; ++i) {
        char* end = nullptr;
        values[i] = strtoul(text, &end, 16);
        bool last = i + 1 == 4 + NCCS;
        if (end == text || *end != (last ? '\0' : ':')) return false;
        text = end + 1;
    }
    state.c_iflag = static_cast<tcflag_t>(values[0]);
    state.c_oflag = static_cast<tcflag_t>(values[1]);
    state.c_cflag = static_cast<tcflag_t>(values[2]);
    state.c_lflag = static_cast<tcflag_t>(values[3]);
    for (size_t i = 0; i < NCCS; ++i) state.c_cc[i] = static_cast<cc_t>(values[4 + i]);
    return true;
}

void set_mode(termios& state, const Mode& mode, bool on) {
    tcflag_t& field = field_of(state, mode.field);
    if (mode.mask)
        field = (field & ~mode.mask) | mode.bits;
    else
        field = on ? field | mode.bits : field & ~mode.bits;
}

void set_characters_sane(termios& state) {
    for (const Character& character : kCharacters) state.c_cc[character.index] = character.sane;
    state.c_cc[VMIN] = 1;
    state.c_cc[VTIME] = 0;
}

bool set_by_name(termios& state, std::string_view name, bool on) {
    for (const OtherName& other : kOtherNames)
        if (name == other.name) name = other.means;
    for (const Mode& mode : kModes)
        if (name == mode.name) {
            if (mode.mask && !on) return false;
            set_mode(state, mode, on);
            return true;
        }
    return false;
}

void set_cooked(termios& state) {
    for (const char* name : {"brkint", "ignpar", "istrip", "icrnl", "ixon", "opost", "isig", "icanon"})
        if (strcmp(name, "istrip") != 0)
            set_by_name(state, name, strcmp(name, "ignpar") != 0 || (state.c_iflag & IGNPAR));
    state.c_cc[VEOF] = 4;
    state.c_cc[VEOL] = 0;
}

void set_raw(termios& state) {
    state.c_iflag = 0;
    state.c_oflag &= ~static_cast<tcflag_t>(OPOST);
    state.c_lflag &= ~static_cast<tcflag_t>(ISIG | ICANON | XCASE);
    state.c_cc[VMIN] = 1;
    state.c_cc[VTIME] = 0;
}

void set_cbreak(termios& state, bool on) {
    set_by_name(state, "icanon", !on);
    if (on)
        state.c_cc[VMIN] = 1, state.c_cc[VTIME] = 0;
    else
        state.c_cc[VEOF] = 4, state.c_cc[VEOL] = 0;
}

// Settings that stand for several; false when `name` is none of them.
bool set_combination(termios& state, std::string_view name, bool on) {
    auto set = [&](std::initializer_list<const char*> names, bool value) {
        for (const char* each : names) set_by_name(state, each, value);
        return true;
    };
    if (name == "sane" && on) {
        for (const Mode& mode : kModes)
            if (mode.sane == '+' || (mode.sane == '-' && !mode.mask)) set_mode(state, mode, mode.sane == '+');
        set_characters_sane(state);
    } else if ((name == "raw" && on) || (name == "cooked" && !on)) {
        set_raw(state);
    } else if ((name == "cooked" && on) || (name == "raw" && !on)) {
        set_cooked(state);
    } else if (name == "cbreak") {
        set_cbreak(state, on);
    } else if (name == "evenp" || name == "parity" || name == "oddp") {
        set({"parenb"}, on);
        set({"parodd"}, on && name == "oddp");
        set({on ? "cs7" : "cs8"}, true);
    } else if (name == "nl") {
        set({"icrnl", "onlcr"}, !on);
        if (!on) set({"inlcr", "igncr", "ocrnl", "onlret"}, false);
    } else if (name == "ek" && on) {
        state.c_cc[VERASE] = 127, state.c_cc[VKILL] = 21;
    } else if (name == "litout" || name == "pass8") {
        set({"parenb", "istrip"}, !on);
        if (name == "litout") set({"opost"}, !on);
        set({on ? "cs8" : "cs7"}, true);
    } else if (name == "decctlq") {
        set({"ixany"}, !on);
    } else if (name == "tabs") {
        set({on ? "tab0" : "tab3"}, true);
    } else if (name == "lcase" || name == "LCASE") {
        set({"xcase", "iuclc", "olcuc"}, on);
    } else if (name == "crt" && on) {
        set({"echoe", "echoctl", "echoke"}, true);
    } else if (name == "dec" && on) {
        set({"echoe", "echoctl", "echoke"}, true);
        set({"ixany"}, false);
        state.c_cc[VINTR] = 3, state.c_cc[VERASE] = 127, state.c_cc[VKILL] = 21;
    } else {
        return false;
    }
    return true;
}

cc_t parse_character(const char* text) {
    if (strcmp(text, "^-") == 0 || strcmp(text, "undef") == 0 || text[0] == '\0') return 0;
    if (text[0] == '^' && text[1] && !text[2])
        return text[1] == '?' ? 127 : static_cast<cc_t>(text[1] & 0x1F);
    if (text[1] == '\0') return static_cast<cc_t>(text[0]);
    char* end = nullptr;
    unsigned long value = strtoul(text, &end, 0);
    if (*end || value > 255) die(1, "invalid integer argument: '%s'", text);
    return static_cast<cc_t>(value);
}

const Speed* find_speed(const char* text) {
    auto baud = parse_unsigned(text);
    if (!baud) return nullptr;
    for (const Speed& speed : kSpeeds)
        if (speed.baud == *baud) return &speed;
    return nullptr;
}

class Changes {
public:
    Changes(int fd, const char* device, termios& state) : fd_(fd), device_(device), state_(state) {}

    void apply(std::span<char*> words) {
        while (!words.empty()) {
            const char* word = words[0];
            words = words.subspan(1);
            auto argument = [&]() -> const char* {
                if (words.empty()) usage_error("missing argument to '%s'", word);
                const char* value = words[0];
                words = words.subspan(1);
                return value;
            };
            take(word, argument);
        }
    }
    bool changed() const { return changed_; }

private:
    void take(const char* word, auto argument) {
        bool on = word[0] != '-';
        std::string_view name = on ? word : word + 1;
        if (set_by_name(state_, name, on) || set_combination(state_, name, on)) {
            changed_ = true;
            return;
        }
        if (!on) usage_error("invalid argument '%s'", word);
        for (const Character& character : kCharacters)
            if (name == character.name) {
                state_.c_cc[character.index] = parse_character(argument());
                changed_ = true;
                return;
            }
        if (name == "min" || name == "time") {
            state_.c_cc[name == "min" ? VMIN : VTIME] =
                static_cast<cc_t>(unsigned_or_die(argument(), "integer argument"));
            changed_ = true;
        } else if (name == "rows" || name == "cols" || name == "columns") {
            set_size(name == "rows", unsigned_or_die(argument(), "integer argument"));
        } else if (name == "size") {
            winsize size;
            if (ioctl(fd_, TIOCGWINSZ, &size) != 0) die_errno(1, device_);
            out.print("%d %d\n", size.ws_row, size.ws_col);
        } else if (name == "speed") {
            out.print("%u\n", baud_of(cfgetospeed(&state_)));
        } else if (name == "ispeed" || name == "ospeed") {
            const char* text = argument();
            const Speed* speed = find_speed(text);
            if (!speed) usage_error("invalid speed '%s'", text);
            name == "ispeed" ? cfsetispeed(&state_, speed->value) : cfsetospeed(&state_, speed->value);
            changed_ = true;
        } else if (const Speed* speed = find_speed(word)) {
            cfsetispeed(&state_, speed->value);
            cfsetospeed(&state_, speed->value);
            changed_ = true;
        } else if (name == "line") {
            state_.c_line = static_cast<cc_t>(unsigned_or_die(argument(), "integer argument"));
            changed_ = true;
        } else if (read_back(state_, word)) {
            changed_ = true;
        } else {
            usage_error("invalid argument '%s'", word);
        }
    }

    void set_size(bool rows, uint64_t value) {
        winsize size = {};
        if (ioctl(fd_, TIOCGWINSZ, &size) != 0 && errno != EINVAL) die_errno(1, device_);
        (rows ? size.ws_row : size.ws_col) = static_cast<unsigned short>(value);
        if (ioctl(fd_, TIOCSWINSZ, &size) != 0) die_errno(1, device_);
    }

    int fd_;
    const char* device_;
    termios& state_;
    bool changed_ = false;
};

int run(Arguments& arguments) {
    // A setting may begin with a dash like an option: only these words are options.
    bool all = false, for_reading = false;
    const char* device = nullptr;
    std::vector<char*> words;
    auto given = arguments.operands();
    for (size_t i = 0; i < given.size(); ++i) {
        std::string_view word = given[i];
        if (word == "-a" || word == "--all") {
            all = true;
        } else if (word == "-g" || word == "--save") {
            for_reading = true;
        } else if (word == "-F" || word == "--file") {
            if (++i == given.size()) usage_error("option requires an argument -- 'F'");
            device = given[i];
        } else if (word.starts_with("--file=")) {
            device = given[i] + 7;
        } else if (word.starts_with("-F")) {
            device = given[i] + 2;
        } else if (word != "--") {
            words.push_back(given[i]);
        }
    }
    if (all && for_reading)
        usage_error("the options for verbose and stty-readable output styles are mutually exclusive");
    if ((all || for_reading) && !words.empty())
        usage_error("when specifying an output style, modes may not be set");
    int fd = STDIN_FILENO;
    if (device && (fd = open(device, O_RDONLY | O_NONBLOCK | O_CLOEXEC)) < 0) die_errno(1, device);
    if (!device) device = "standard input";
    termios state;
    if (tcgetattr(fd, &state) != 0) die_errno(1, device);
    if (for_reading) {
        print_for_reading(state);
    } else if (words.empty()) {
        print_settings(fd, state, all);
    } else {
        Changes changes(fd, device, state);
        changes.apply(words);
        if (changes.changed() && tcsetattr(fd, TCSADRAIN, &state) != 0) die_errno(1, device);
    }
    return 0;
}

constexpr Tool kTool = {
    .name = "stty",
    .synopsis = "[-F DEVICE] [SETTING]...\n[-F DEVICE] -a | -g",
    .summary = "Print or change terminal characteristics.",
    .run = run,
    .order = OperandOrder::raw,
    .notes =
        "  -a, --all          print all current settings in human-readable form\n"
        "  -g, --save         print all current settings in a stty-readable form\n"
        "  -F, --file=DEVICE  use DEVICE instead of standard input\n\n"
        "A SETTING is a mode (-mode turns it off), a character and its key (intr ^C), a number (rows 24,\n"
        "cols 80, min 1, time 0, 115200), size, speed, or one of sane, raw, cooked, cbreak, evenp, oddp, "
        "nl,\n"
        "ek, litout, pass8, tabs, lcase, crt, dec.",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
