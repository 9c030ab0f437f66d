#include "lib/date_parse.h"

#include "lib/numbers.h"

#include <algorithm>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <strings.h>

namespace coreutils {
namespace {

constexpr const char* kMonths[] = {"january", "february", "march",     "april",   "may",      "june",
                                   "july",    "august",   "september", "october", "november", "december"};
constexpr const char* kWeekdays[] = {"sunday",   "monday", "tuesday", "wednesday",
                                     "thursday", "friday", "saturday"};

struct Unit {
    const char* name;
    int months, days;
    int64_t seconds;
};
constexpr Unit kUnits[] = {
    {"year", 12, 0, 0},  {"month", 1, 0, 0},   {"fortnight", 0, 14, 0}, {"week", 0, 7, 0},
    {"day", 0, 1, 0},    {"hour", 0, 0, 3600}, {"minute", 0, 0, 60},    {"min", 0, 0, 60},
    {"second", 0, 0, 1}, {"sec", 0, 0, 1},
};

struct Ordinal {
    const char* name;
    int value;
};
constexpr Ordinal kOrdinals[] = {
    {"last", -1},  {"this", 0},   {"next", 1},      {"first", 1},    {"third", 3},
    {"fourth", 4}, {"fifth", 5},  {"sixth", 6},     {"seventh", 7},  {"eighth", 8},
    {"ninth", 9},  {"tenth", 10}, {"eleventh", 11}, {"twelfth", 12},
};

// No number in a date is larger; sums of products with the units' lengths stay far below 2^63.
constexpr int64_t kLargestNumber = 1'000'000'000'000;

struct Token {
    enum class Kind { number, word, mark, end } kind = Kind::end;
    std::string text; // lower case
    int64_t value = 0;
    size_t digits = 0;
    char sign = '\0'; // directly before a number
};

class Parser {
public:
    Parser(std::string_view text, const timespec& now) : text_(text), now_(now) {}

    std::optional<timespec> parse() {
        skip();
        if (at_ < text_.size() && text_[at_] == '@') return parse_epoch();
        time_t base = now_.tv_sec;
        localtime_r(&base, &date_);
        advance();
        while (token_.kind != Token::Kind::end)
            if (!item()) return std::nullopt;
        return result();
    }

private:
    void skip() {
        while (at_ < text_.size()) {
            if (text_[at_] == '(') {
                int depth = 0; // a comment
                do {
                    if (text_[at_] == '(') ++depth;
                    if (text_[at_] == ')') --depth;
                    ++at_;
                } while (at_ < text_.size() && depth > 0);
            } else if (isspace(static_cast<unsigned char>(text_[at_])) || text_[at_] == ',') {
                ++at_;
            } else {
                break;
            }
        }
    }

    void advance() {
        token_ = {};
        skip();
        if (at_ == text_.size()) return;
        char byte = text_[at_];
        auto digit = [&](size_t at) {
            return at < text_.size() && isdigit(static_cast<unsigned char>(text_[at]));
        };
        size_t sign_at = at_;
        if ((byte == '+' || byte == '-') && !digit(at_ + 1)) {
            // "+ 2 days"
            size_t ahead = at_ + 1;
            while (ahead < text_.size() && text_[ahead] == ' ') ++ahead;
            if (digit(ahead)) sign_at = ahead - 1;
        }
        if (digit(at_) || ((byte == '+' || byte == '-') && digit(sign_at + 1))) {
            token_.kind = Token::Kind::number;
            if (byte == '+' || byte == '-') {
                token_.sign = byte;
                at_ = sign_at + 1;
            }
            while (digit(at_)) {
                if (token_.value < kLargestNumber) token_.value = token_.value * 10 + (text_[at_] - '0');
                ++at_;
                ++token_.digits;
            }
            if (token_.value >= kLargestNumber) token_.kind = Token::Kind::mark;
            if (token_.sign == '-') token_.value = -token_.value;
            return;
        }
        if (isalpha(static_cast<unsigned char>(byte))) {
            token_.kind = Token::Kind::word;
            while (at_ < text_.size() &&
                   (isalpha(static_cast<unsigned char>(text_[at_])) || text_[at_] == '.'))
                if (char letter = text_[at_++]; letter != '.')
                    token_.text.push_back(static_cast<char>(tolower(static_cast<unsigned char>(letter))));
            return;
        }
        token_.kind = Token::Kind::mark;
        token_.text = byte;
        ++at_;
    }

    char next_byte() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool digit_follows(size_t offset = 0) const {
        return at_ + offset < text_.size() && isdigit(static_cast<unsigned char>(text_[at_ + offset]));
    }

    std::optional<timespec> parse_epoch() {
        std::string digits(text_.substr(at_ + 1));
        while (digits.ends_with(' ')) digits.pop_back();
        size_t point = digits.find_first_of(".,");
        auto seconds = parse_signed(digits.substr(0, point));
        if (!seconds) return std::nullopt;
        timespec result{static_cast<time_t>(*seconds), 0};
        if (point == std::string::npos) return result;
        long scale = 100000000, nanoseconds = 0;
        for (size_t i = point + 1; i < digits.size(); ++i, scale /= 10) {
            if (!isdigit(static_cast<unsigned char>(digits[i]))) return std::nullopt;
            nanoseconds += (digits[i] - '0') * scale;
        }
        if (digits[0] == '-' && nanoseconds > 0) {
            --result.tv_sec;
            nanoseconds = 1000000000 - nanoseconds;
        }
        result.tv_nsec = nanoseconds;
        return result;
    }

    bool item() {
        return token_.kind == Token::Kind::number ? number_item()
               : token_.kind == Token::Kind::word ? word_item()
                                                  : false;
    }

    bool number_item() {
        Token first = token_;
        char follows = next_byte();
        if (!first.sign && follows == ':' && digit_follows(1)) return time_of_day(first.value);
        if (!first.sign && (follows == '-' || follows == '/') && digit_follows(1))
            return numeric_date(first, follows);
        if (first.sign && have_time_ && !have_zone_ &&
            (first.digits == 4 || first.digits == 2 || follows == ':')) {
            // A zone, unless a unit follows.
            if (!unit_follows()) return zone_offset(first);
        }
        advance();
        if (token_.kind == Token::Kind::word) {
            if (const Unit* unit = find_unit(token_.text)) {
                add(*unit, first.value);
                advance();
                return take_ago();
            }
            bool meridian = token_.text == "am" || token_.text == "pm";
            if (meridian && !first.sign) return set_hour(first.value, 0, 0, 0);
            if (int month = find_month(token_.text); month >= 0 && !first.sign) {
                advance();
                return set_day_month(first.value, month);
            }
        }
        if (first.sign) return false;
        if (first.digits == 8 && !have_date_)
            return set_date(first.value / 10000, first.value / 100 % 100, first.value % 100);
        if (first.digits == 4 && have_date_ && !have_year_ && named_month_) {
            have_year_ = true;
            date_.tm_year = static_cast<int>(first.value) - 1900; // four digits
            return true;
        }
        if (first.digits <= 4 && first.digits > 2 && !have_time_)
            return set_hour(first.value / 100, first.value % 100, 0, 0);
        if (first.digits <= 2 && !have_time_ && have_date_) return set_hour(first.value, 0, 0, 0);
        return false;
    }

    bool unit_follows() {
        size_t kept = at_;
        Token kept_token = token_;
        advance();
        bool result = token_.kind == Token::Kind::word && find_unit(token_.text);
        at_ = kept;
        token_ = kept_token;
        return result;
    }

    bool take_ago() {
        if (token_.kind == Token::Kind::word && token_.text == "ago") {
            months_ -= 2 * last_months_;
            days_ -= 2 * last_days_;
            seconds_ -= 2 * last_seconds_;
            advance();
        }
        return true;
    }

    void add(const Unit& unit, int64_t count) {
        last_months_ = unit.months * count;
        last_days_ = unit.days * count;
        last_seconds_ = unit.seconds * count;
        months_ += last_months_;
        days_ += last_days_;
        seconds_ += last_seconds_;
    }

    // hh:mm[:ss[.fraction]]; token_ is the hour.
    bool time_of_day(int64_t hour) {
        ++at_;
        advance();
        int64_t minute = token_.value, second = 0;
        long nanoseconds = 0;
        if (next_byte() == ':' && digit_follows(1)) {
            ++at_;
            advance();
            second = token_.value;
            if ((next_byte() == '.' || next_byte() == ',') && digit_follows(1)) {
                ++at_;
                for (long scale = 100000000; digit_follows(); ++at_, scale /= 10)
                    nanoseconds += (text_[at_] - '0') * scale;
            }
        }
        // T of ISO 8601 may have joined date and time; a sign behind is the zone.
        advance();
        if (!set_hour(hour, minute, second, nanoseconds)) return false;
        if (token_.kind == Token::Kind::number && token_.sign && !unit_follows() && !have_zone_)
            return zone_offset(token_);
        return true;
    }

    bool set_hour(int64_t hour, int64_t minute, int64_t second, long nanoseconds) {
        if (have_time_) return false;
        if (token_.kind == Token::Kind::word && (token_.text == "am" || token_.text == "pm")) {
            if (hour < 1 || hour > 12) return false;
            hour = hour % 12 + (token_.text == "pm" ? 12 : 0);
            advance();
        }
        if (hour > 23 || minute > 59 || second > 60) return false;
        have_time_ = true;
        date_.tm_hour = static_cast<int>(hour);
        date_.tm_min = static_cast<int>(minute);
        date_.tm_sec = static_cast<int>(second);
        nanoseconds_ = nanoseconds;
        return true;
    }

    bool zone_offset(Token token) {
        int64_t value = token.value < 0 ? -token.value : token.value, minutes = 0;
        if (next_byte() == ':' && digit_follows(1)) {
            ++at_;
            advance();
            minutes = value * 60 + token_.value;
        } else {
            minutes = token.digits <= 2 ? value * 60 : value / 100 * 60 + value % 100;
        }
        if (minutes > 24 * 60) return false;
        have_zone_ = true;
        zone_seconds_ += (token.sign == '-' ? -60 : 60) * minutes;
        advance();
        return true;
    }

    bool numeric_date(const Token& first, char separator) {
        ++at_;
        if (!digit_follows()) return false;
        advance_unsigned();
        int64_t second = token_.value;
        if (next_byte() == separator && digit_follows(1)) {
            ++at_;
            advance_unsigned();
            Token third = token_;
            after_date();
            if (separator == '-' || first.digits >= 4) return set_date(year_of(first), second, third.value);
            return set_date(year_of(third), first.value, second);
        }
        after_date();
        if (separator == '-') return false;
        return set_date(date_.tm_year + 1900, first.value, second);
    }

    void advance_unsigned() {
        token_ = {Token::Kind::number, "", 0, 0, '\0'};
        while (digit_follows()) {
            if (token_.value < kLargestNumber) token_.value = token_.value * 10 + (text_[at_] - '0');
            ++at_;
            ++token_.digits;
        }
    }

    // A T directly before a digit separates the time.
    void after_date() {
        if ((next_byte() == 'T' || next_byte() == 't') && digit_follows(1)) ++at_;
        advance();
    }

    static int64_t year_of(const Token& token) {
        if (token.digits > 2) return token.value;
        return token.value < 69 ? token.value + 2000 : token.value + 1900;
    }

    bool set_date(int64_t year, int64_t month, int64_t day) {
        constexpr int kDays[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        if (have_date_ || month < 1 || month > 12 || day < 1 || day > kDays[month - 1] ||
            year > INT32_MAX - 2000)
            return false;
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        if (month == 2 && day == 29 && !leap) return false;
        have_date_ = have_year_ = true;
        date_.tm_year = static_cast<int>(year - 1900);
        date_.tm_mon = static_cast<int>(month - 1);
        date_.tm_mday = static_cast<int>(day);
        return true;
    }

    // "31 Jan", then perhaps a year.
    bool set_day_month(int64_t day, int month) {
        if (have_date_ || day < 1 || day > 31) return false;
        have_date_ = named_month_ = true;
        date_.tm_mon = month;
        date_.tm_mday = static_cast<int>(day);
        if (token_.kind == Token::Kind::mark && token_.text == "-") advance();
        if (token_.kind == Token::Kind::number &&
            (token_.digits == 4 || (token_.digits == 2 && next_byte() != ':')) && !token_.sign) {
            date_.tm_year = static_cast<int>(year_of(token_) - 1900);
            have_year_ = true;
            advance();
        } else if (token_.kind == Token::Kind::number && token_.sign == '-' && token_.digits == 4) {
            date_.tm_year = static_cast<int>(-token_.value - 1900);
            have_year_ = true;
            advance();
        }
        return true;
    }

    static int find_name(const char* const* names, int count, std::string_view word) {
        if (word.size() < 3) return -1;
        for (int i = 0; i < count; ++i)
            if (word == names[i] ||
                (word.size() >= 3 && word.size() <= 4 && strncmp(names[i], word.data(), word.size()) == 0))
                return i;
        return -1;
    }
    static int find_month(std::string_view word) { return find_name(kMonths, 12, word); }
    static int find_weekday(std::string_view word) {
        return word == "wednes" ? 3 : word == "thurs" ? 4 : find_name(kWeekdays, 7, word);
    }

    static const Unit* find_unit(std::string_view word) {
        for (const Unit& unit : kUnits) {
            std::string_view name = unit.name;
            if (word == name ||
                (word.size() == name.size() + 1 && word.starts_with(name) && word.back() == 's'))
                return &unit;
        }
        return nullptr;
    }

    bool word_item() {
        std::string word = token_.text;
        if (int month = find_month(word); month >= 0) {
            advance();
            if (token_.kind == Token::Kind::mark && token_.text == "-") advance();
            if (token_.kind != Token::Kind::number || token_.digits > 2) return false;
            if (next_byte() == ':') return false;
            int64_t day = token_.value < 0 ? -token_.value : token_.value;
            advance();
            return set_day_month(day, month);
        }
        if (int weekday = find_weekday(word); weekday >= 0) {
            weekday_ = weekday;
            advance();
            return true;
        }
        for (const Ordinal& ordinal : kOrdinals) {
            if (word != ordinal.name) continue;
            advance();
            if (token_.kind != Token::Kind::word) return false;
            if (const Unit* unit = find_unit(token_.text)) {
                add(*unit, ordinal.value);
                advance();
                return take_ago();
            }
            int weekday = find_weekday(token_.text);
            if (weekday < 0) return false;
            weekday_ = weekday;
            weekday_ordinal_ = ordinal.value;
            advance();
            return true;
        }
        if (const Unit* unit = find_unit(word)) {
            add(*unit, 1);
            advance();
            return take_ago();
        }
        return plain_word(word);
    }

    bool plain_word(const std::string& word) {
        size_t behind = at_;
        advance();
        if (word == "now" || word == "today") return true;
        if (word == "tomorrow" || word == "yesterday") {
            days_ += word == "tomorrow" ? 1 : -1;
            return true;
        }
        if (word == "midnight" || word == "noon") {
            Token kept = token_;
            token_ = {};
            bool good = set_hour(word == "noon" ? 12 : 0, 0, 0, 0);
            token_ = kept;
            return good;
        }
        if (word == "t" && token_.kind == Token::Kind::number) return true;
        if (word == "z" || word == "utc" || word == "gmt" || word == "ut") {
            if (have_zone_) return false;
            have_zone_ = true;
            // "UTC+2"
            if (token_.kind == Token::Kind::number && token_.sign && behind < text_.size() &&
                (text_[behind] == '+' || text_[behind] == '-'))
                return zone_offset(token_);
            return true;
        }
        struct Zone {
            const char* name;
            int hours;
        };
        for (Zone zone : {Zone{"est", -5},
                          {"edt", -4},
                          {"cst", -6},
                          {"cdt", -5},
                          {"mst", -7},
                          {"mdt", -6},
                          {"pst", -8},
                          {"pdt", -7},
                          {"cet", 1},
                          {"cest", 2},
                          {"met", 1},
                          {"bst", 1},
                          {"west", 1},
                          {"eet", 2},
                          {"eest", 3},
                          {"jst", 9}})
            if (word == zone.name) {
                if (have_zone_) return false;
                have_zone_ = true;
                zone_seconds_ = zone.hours * 3600;
                return true;
            }
        return false;
    }

    std::optional<timespec> result() {
        if (have_date_ || weekday_ >= 0) {
            if (!have_time_) date_.tm_hour = date_.tm_min = date_.tm_sec = 0;
        } else if (!have_time_) {
            nanoseconds_ = now_.tv_nsec;
        }
        date_.tm_isdst = -1;
        if (months_ > INT32_MAX / 2 || months_ < -(INT32_MAX / 2) || days_ > INT32_MAX / 2 ||
            days_ < -(INT32_MAX / 2))
            return std::nullopt;
        if (weekday_ >= 0 && !have_date_) {
            // The weekday on or after today; "next" is a week more, "last" one less.
            tm probe = date_;
            probe.tm_hour = 12;
            mktime(&probe);
            int ahead = (weekday_ - probe.tm_wday + 7) % 7;
            if (weekday_ordinal_ > 0 && ahead != 0) --weekday_ordinal_;
            days_ += ahead + 7 * weekday_ordinal_;
        }
        date_.tm_mon += static_cast<int>(months_);
        date_.tm_mday += static_cast<int>(days_);
        time_t when = have_zone_ ? timegm(&date_) - zone_seconds_ : mktime(&date_);
        if (__builtin_add_overflow(when, seconds_, &when)) return std::nullopt;
        return timespec{when, nanoseconds_};
    }

    std::string_view text_;
    timespec now_;
    size_t at_ = 0;
    Token token_;
    tm date_ = {};
    long nanoseconds_ = 0;
    bool have_date_ = false, have_time_ = false, have_zone_ = false, have_year_ = false, named_month_ = false;
    int64_t zone_seconds_ = 0;
    int64_t months_ = 0, days_ = 0, seconds_ = 0;
    int64_t last_months_ = 0, last_days_ = 0, last_seconds_ = 0;
    int weekday_ = -1, weekday_ordinal_ = 0;
};

// Two digits at `at`, -1 when there are none.
int two_digits(std::string_view text, size_t at) {
    if (at + 2 > text.size() || !isdigit(static_cast<unsigned char>(text[at])) ||
        !isdigit(static_cast<unsigned char>(text[at + 1])))
        return -1;
    return (text[at] - '0') * 10 + text[at + 1] - '0';
}

std::optional<time_t> digits_to_time(std::string_view year, std::string_view rest, int second,
                                     const timespec& now) {
    tm date = {};
    localtime_r(&now.tv_sec, &date);
    if (year.size() == 4) date.tm_year = two_digits(year, 0) * 100 + two_digits(year, 2) - 1900;
    if (year.size() == 2)
        date.tm_year = two_digits(year, 0) < 69 ? two_digits(year, 0) + 100 : two_digits(year, 0);
    date.tm_mon = two_digits(rest, 0) - 1;
    date.tm_mday = two_digits(rest, 2);
    date.tm_hour = two_digits(rest, 4);
    date.tm_min = two_digits(rest, 6);
    date.tm_sec = second;
    date.tm_isdst = -1;
    if (date.tm_mon < 0 || date.tm_mon > 11 || date.tm_mday < 1 || date.tm_mday > 31 || date.tm_hour < 0 ||
        date.tm_hour > 23 || date.tm_min < 0 || date.tm_min > 59 || second < 0 || second > 60)
        return std::nullopt;
    tm wanted = date;
    time_t when = mktime(&date);
    if (date.tm_mday != wanted.tm_mday) return std::nullopt; // 31 February
    return when;
}

bool split_seconds(std::string_view& text, int& second) {
    second = 0;
    size_t dot = text.find('.');
    if (dot != std::string_view::npos) {
        if (text.size() != dot + 3 || (second = two_digits(text, dot + 1)) < 0) return false;
        text = text.substr(0, dot);
    }
    for (char byte : text)
        if (!isdigit(static_cast<unsigned char>(byte))) return false;
    return text.size() == 8 || text.size() == 10 || text.size() == 12;
}

// Local time is that of another zone while this lives.
class ZoneScope {
public:
    explicit ZoneScope(const char* zone) {
        if (const char* before = getenv("TZ")) before_ = before;
        setenv("TZ", zone, 1);
        tzset();
    }
    ~ZoneScope() {
        before_ ? setenv("TZ", before_->c_str(), 1) : unsetenv("TZ");
        tzset();
    }
    ZoneScope(const ZoneScope&) = delete;
    ZoneScope& operator=(const ZoneScope&) = delete;

private:
    std::optional<std::string> before_;
};

} // namespace

std::optional<timespec> parse_date(std::string_view text, const timespec& now) {
    std::optional<ZoneScope> zone;
    constexpr std::string_view kZone = "TZ=\"";
    text.remove_prefix(std::min(text.find_first_not_of(" \t\n"), text.size()));
    if (text.starts_with(kZone)) {
        std::string name;
        size_t at = kZone.size();
        for (; at < text.size() && text[at] != '"'; ++at) {
            if (text[at] == '\\') ++at;
            if (at < text.size()) name.push_back(text[at]);
        }
        if (at >= text.size()) return std::nullopt;
        text.remove_prefix(at + 1);
        zone.emplace(name.c_str());
    }
    bool blank = text.find_first_not_of(" \t\n") == std::string_view::npos;
    // An empty date is today at midnight.
    return Parser(blank ? "midnight" : text, now).parse();
}

std::optional<time_t> parse_touch_time(std::string_view text, const timespec& now) {
    int second = 0;
    if (!split_seconds(text, second)) return std::nullopt;
    return digits_to_time(text.substr(0, text.size() - 8), text.substr(text.size() - 8), second, now);
}

std::optional<time_t> parse_set_time(std::string_view text, const timespec& now) {
    int second = 0;
    if (!split_seconds(text, second)) return std::nullopt;
    return digits_to_time(text.substr(8), text.substr(0, 8), second, now);
}

} // namespace coreutils
