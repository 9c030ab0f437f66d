// Dates as people write them: the operands of date -d and touch -d.
#pragma once

#include <optional>
#include <string_view>
#include <time.h>

namespace coreutils {

// Understands, in any order: @SECONDS; 2024-01-31, 2024/1/31, 1/31/2024, 20240131, 31 Jan 2024, Jan 31;
// 12:30[:45[.5]] with am/pm; Z, UTC, GMT, +HHMM, +HH:MM; weekdays; now, today, tomorrow, yesterday, noon,
// midnight; next, last, this, ago; and offsets like "+2 days", "3 weeks ago". Local time unless a zone is
// given, be it by TZ="ZONE" in front. `now` is the reference.
std::optional<timespec> parse_date(std::string_view text, const timespec& now);

// [[CC]YY]MMDDhhmm[.ss] of POSIX touch -t.
std::optional<time_t> parse_touch_time(std::string_view text, const timespec& now);
// MMDDhhmm[[CC]YY][.ss] of POSIX date.
std::optional<time_t> parse_set_time(std::string_view text, const timespec& now);

} // namespace coreutils
