// A line of /var/log/messages out of a datagram that came to /dev/log (RFC 3164, syslog(3)).
#pragma once
#include <string>
#include <string_view>

namespace logd {

inline constexpr size_t kMaximumMessageBytes = 8192;

/// "Nov 21 17:33:33 HOST facility.severity TAG: text". `<PRI>` and the date may be missing: user.notice, and
/// `date`
/// ("Mmm dd hh:mm:ss") instead. Control characters become blanks, so that a message cannot pass for several.
std::string syslog_line(std::string_view message, std::string_view date, std::string_view host);

} // namespace logd
