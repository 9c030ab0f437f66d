// numfmt (GNU): numbers to and from forms for people.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"

#include <math.h>
#include <optional>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>

namespace coreutils {
namespace {

enum : int {
    kFrom = kLongOnly,
    kTo,
    kFromUnit,
    kToUnit,
    kPadding,
    kGrouping,
    kHeader,
    kField,
    kRound,
    kSuffix,
    kFormat,
    kInvalid
};

constexpr Option kOptions[] = {
    {'d', "delimiter", "X", "fields are separated by X, not by blanks"},
    {kField, "field", "N", "the field to convert (1)"},
    {kFormat, "format", "FORMAT", "print with a printf(3) %f format"},
    {kFrom, "from", "UNIT", "none, si, iec, iec-i or auto"},
    {kFromUnit, "from-unit", "N", "the input counts units of N"},
    {kGrouping, "grouping", nullptr, nullptr},
    {kHeader, "header", "[N]", "do not convert the first N lines (1)"},
    {kInvalid, "invalid", "MODE", "abort, fail, warn or ignore what is no number"},
    {kPadding, "padding", "N", "at least N characters; negative: to the left"},
    {kRound, "round", "METHOD", "up, down, from-zero, towards-zero or nearest"},
    {kSuffix, "suffix", "SUFFIX", "append SUFFIX, and accept it"},
    {kTo, "to", "UNIT", "none, si, iec or iec-i"},
    {kToUnit, "to-unit", "N", "the output counts units of N"},
    {'z', "zero-terminated", nullptr, "line delimiter is NUL, not newline"},
};

enum class Scale { none, si, iec, iec_i, automatic };

struct Settings {
    Scale from = Scale::none, to = Scale::none;
    double from_unit = 1, to_unit = 1;
    uint64_t header = 0, field = 1;
    long padding = 0;
    int delimiter = -1;
    int decimals = -1;
    char end_of_line = '\n';
    bool zero_padded = false, left = false;
    const char *round = "from-zero", *suffix = nullptr, *invalid = "abort";
    std::string before, after; // of the format
};

constexpr char kPowers[] = "KMGTPEZYRQ";

Scale parse_scale(const char* text) {
    for (auto& [name, scale] : {std::pair{"none", Scale::none},
                                {"si", Scale::si},
                                {"iec", Scale::iec},
                                {"iec-i", Scale::iec_i},
                                {"auto", Scale::automatic}})
        if (strcmp(name, text) == 0) return scale;
    usage_error("invalid unit '%s'", text);
}

std::optional<double> parse_number(std::string text, const Settings& settings) {
    if (settings.suffix && text.ends_with(settings.suffix))
        text.resize(text.size() - strlen(settings.suffix));
    size_t digits = text.find_first_not_of("0123456789.", text.starts_with('-') ? 1 : 0);
    std::string number = text.substr(0, digits),
                rest = digits == std::string::npos ? "" : text.substr(digits);
    if (number.empty() || number == "-" || number == ".") return std::nullopt;
    char* end;
    double value = strtod(number.c_str(), &end);
    if (*end) return std::nullopt;
    if (rest.empty()) return value;
    if (settings.from == Scale::none) return std::nullopt;
    const char* power = strchr(kPowers, rest[0] == 'k' ? 'K' : rest[0]);
    if (!power) return std::nullopt;
    bool binary_suffix = rest.size() == 2 && rest[1] == 'i';
    if (rest.size() > 1 && !binary_suffix) return std::nullopt;
    if (settings.from == Scale::iec_i ? !binary_suffix : binary_suffix && settings.from != Scale::automatic)
        return std::nullopt;
    bool binary = settings.from == Scale::iec || settings.from == Scale::iec_i || binary_suffix;
    for (const char* at = kPowers; at <= power; ++at) value *= binary ? 1024 : 1000;
    return value;
}

double round_as(double value, const char* method) {
    if (strcmp(method, "up") == 0) return ceil(value);
    if (strcmp(method, "down") == 0) return floor(value);
    if (strcmp(method, "towards-zero") == 0) return trunc(value);
    if (strcmp(method, "nearest") == 0) return round(value);
    return value < 0 ? floor(value) : ceil(value);
}

std::string scaled_text(double value, const Settings& settings) {
    char text[512];
    if (settings.to == Scale::none) {
        int decimals = settings.decimals < 0 ? 0 : settings.decimals;
        double factor = pow(10, decimals);
        snprintf(text, sizeof text, "%.*f", decimals, round_as(value * factor, settings.round) / factor);
        return text;
    }
    double base = settings.to == Scale::si ? 1000 : 1024;
    int power = 0;
    while (fabs(value) >= base && power < 10) value /= base, ++power;
    int decimals = settings.decimals >= 0 ? settings.decimals : power > 0 && fabs(value) < 10 ? 1 : 0;
    double factor = pow(10, decimals);
    value = round_as(value * factor, settings.round) / factor;
    if (fabs(value) >= base && power < 10) {
        value /= base;
        ++power;
        if (settings.decimals < 0) decimals = 1;
    } else if (settings.decimals < 0 && decimals == 1 && fabs(value) >= 10) {
        decimals = 0;
    }
    snprintf(text, sizeof text, "%.*f", decimals, value);
    std::string result = text;
    if (power > 0) {
        result.push_back(kPowers[power - 1]);
        if (settings.to == Scale::iec_i) result.push_back('i');
    }
    return result;
}

// What takes the place of `item`; nothing when it is no number.
std::optional<std::string> convert(const std::string& item, const Settings& settings) {
    auto value = parse_number(item, settings);
    if (!value) return std::nullopt;
    std::string text = scaled_text(*value * settings.from_unit / settings.to_unit, settings);
    if (settings.suffix) text += settings.suffix;
    auto width = static_cast<size_t>(settings.padding < 0 ? -settings.padding : settings.padding);
    if (text.size() < width) {
        if (settings.padding < 0 || settings.left)
            text.append(width - text.size(), ' ');
        else
            text.insert(0, width - text.size(), settings.zero_padded ? '0' : ' ');
    }
    return settings.before + text + settings.after;
}

// The part before, "%['][0][-][width][.precision]f", and the part behind.
void parse_format(Settings& settings, std::string_view format) {
    size_t at = 0;
    auto literal = [&](std::string& text) {
        for (; at < format.size() && (format[at] != '%' || format.substr(at, 2) == "%%"); ++at) {
            text.push_back(format[at]);
            if (format[at] == '%') ++at;
        }
    };
    literal(settings.before);
    if (at == format.size()) die(1, "format '%s' has no %% directive", std::string(format).c_str());
    for (++at; at < format.size() && strchr("'0-+ #", format[at]); ++at) {
        settings.zero_padded |= format[at] == '0';
        settings.left |= format[at] == '-';
    }
    long width = 0;
    for (; at < format.size() && format[at] >= '0' && format[at] <= '9' && width < 10000; ++at)
        width = width * 10 + (format[at] - '0');
    if (width) settings.padding = width;
    if (at < format.size() && format[at] == '.') {
        settings.decimals = 0;
        for (++at; at < format.size() && format[at] >= '0' && format[at] <= '9' && settings.decimals < 100;
             ++at)
            settings.decimals = settings.decimals * 10 + (format[at] - '0');
    }
    if (at == format.size() || format[at] != 'f')
        die(1, "invalid format '%s', directive must be %%[0]['][-][N][.][N]f", std::string(format).c_str());
    ++at;
    literal(settings.after);
    if (at < format.size()) die(1, "format '%s' has too many %% directives", std::string(format).c_str());
}

int complain(const std::string& item, const Settings& settings) {
    std::string_view mode = settings.invalid;
    if (mode != "ignore") warn("invalid number: '%s'", printable(item).c_str());
    if (mode == "abort") finish(2);
    return mode == "fail" ? 2 : 0;
}

int convert_line(std::string_view line, const Settings& settings) {
    int status = 0;
    bool blanks = settings.delimiter < 0;
    size_t at = 0;
    for (uint64_t field = 1; at <= line.size(); ++field) {
        size_t start = at;
        if (blanks)
            while (at < line.size() && (line[at] == ' ' || line[at] == '\t')) ++at;
        size_t end =
            blanks ? line.find_first_of(" \t", at) : line.find(static_cast<char>(settings.delimiter), at);
        if (end == std::string_view::npos) end = line.size();
        std::string item(line.substr(at, end - at));
        auto text = field == settings.field ? convert(item, settings) : std::optional<std::string>(item);
        if (!text) {
            status = complain(item, settings);
            text = item;
        }
        std::string_view lead = line.substr(start, at - start);
        // The result takes the place of the blanks before the number, too, as far as it needs it.
        if (field == settings.field && !lead.empty() && settings.padding == 0 && field > 1 &&
            lead.size() > 1) {
            size_t width = lead.size() - 1 + item.size();
            out.put(lead[0]);
            out.fill(' ', width > text->size() ? width - text->size() : 0);
        } else {
            out.write(lead);
        }
        out.write(*text);
        if (end == line.size()) break;
        at = end;
        if (!blanks) {
            out.put(line[end]);
            ++at;
        }
    }
    out.put(settings.end_of_line);
    return status;
}

void take_option(Settings& settings, int id, const char* value) {
    switch (id) {
    case 'd':
        settings.delimiter = static_cast<unsigned char>(value[0]);
        break;
    case kField:
        settings.field = unsigned_or_die(value, "field value");
        break;
    case kFormat:
        parse_format(settings, value);
        break;
    case kFrom:
        settings.from = parse_scale(value);
        break;
    case kTo:
        settings.to = parse_scale(value);
        break;
    case kFromUnit:
        settings.from_unit = static_cast<double>(size_or_die(value, "unit size"));
        break;
    case kToUnit:
        settings.to_unit = static_cast<double>(size_or_die(value, "unit size"));
        break;
    case kHeader:
        settings.header = value ? unsigned_or_die(value, "header value") : 1;
        break;
    case kInvalid:
        settings.invalid = value;
        break;
    case kPadding:
        settings.padding = strtol(value, nullptr, 10);
        if (settings.padding == 0) die(1, "invalid padding value '%s'", value);
        break;
    case kRound:
        settings.round = value;
        break;
    case kSuffix:
        settings.suffix = value;
        break;
    case 'z':
        settings.end_of_line = '\0';
        break;
    }
}

int run(Arguments& arguments) {
    Settings settings;
    while (auto option = arguments.next_option()) take_option(settings, *option, arguments.value());
    int status = 0;
    for (const char* operand : arguments.operands()) status |= convert_line(operand, settings);
    if (!arguments.operands().empty()) return status;
    Input input(0);
    for (uint64_t number = 0; auto line = input.next_line(settings.end_of_line); ++number) {
        if (number >= settings.header) {
            status |= convert_line(*line, settings);
        } else {
            out.write(*line);
            out.put(settings.end_of_line);
        }
    }
    if (input.error()) die_errno(1, "standard input", input.error());
    return status;
}

constexpr Tool kTool = {
    .name = "numfmt",
    .synopsis = "[OPTION]... [NUMBER]...",
    .summary = "Convert numbers to and from forms for people.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
