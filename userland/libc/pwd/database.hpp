// The line-per-record files of /etc that passwd(5) and group(5) describe, read through a stream.
#pragma once

#include <stdio.h>

namespace libc {

// Cuts `line` at its colons into at most `limit` fields; returns how many there are.
int split_fields(char *line, char **fields, int limit);

// A whole field that is an unsigned decimal number.
bool parse_id(const char *field, unsigned &id);

} // namespace libc
