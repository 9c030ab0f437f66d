// The kernel log: levels as in syslog(2), kept in a ring (debug/log.cpp), shown on the consoles up to the
// console level ("loglevel=", "quiet"), read through syslog(2) and /dev/kmsg. Callable in any context.
#pragma once
#include "base/types.h"

namespace martlet {

enum class LogLevel : u8 { Emergency, Alert, Critical, Error, Warning, Notice, Info, Debug };

/// Appends one record; a trailing newline is not needed.
void log(LogLevel level, const char* format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) ::martlet::log(::martlet::LogLevel::Error, __VA_ARGS__)
#define log_warning(...) ::martlet::log(::martlet::LogLevel::Warning, __VA_ARGS__)
#define log_notice(...) ::martlet::log(::martlet::LogLevel::Notice, __VA_ARGS__)
#define log_info(...) ::martlet::log(::martlet::LogLevel::Info, __VA_ARGS__)
#define log_debug(...) ::martlet::log(::martlet::LogLevel::Debug, __VA_ARGS__)

} // namespace martlet
