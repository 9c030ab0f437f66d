// The line-per-record files of /etc: fields and numbers.
#include "pwd/database.hpp"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

namespace libc {

int split_fields(char *line, char **fields, int limit) {
    int count = 0;
    while (count < limit) {
        fields[count++] = line;
        if (count == limit)
            break;
        char *colon = strchr(line, ':');
        if (!colon)
            break;
        *colon = 0;
        line = colon + 1;
    }
    return count;
}

bool parse_id(const char *field, unsigned &id) {
    if (!isdigit(*field))
        return false;
    char *end;
    unsigned long value = strtoul(field, &end, 10);
    if (*end || value > 0xffffffff)
        return false;
    id = static_cast<unsigned>(value);
    return true;
}

} // namespace libc
