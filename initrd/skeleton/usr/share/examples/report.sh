#!/bin/sh
# What /proc tells of this system.
. /etc/os-release
echo "$PRETTY_NAME on $(uname -m), kernel $(uname -r)"
awk -F': *' '/^model name/ { count++; name = $2 } END { print count " x " name }' /proc/cpuinfo
awk '/^MemTotal/ { total = $2 } /^MemAvailable/ { free = $2 }
    END { printf "%d of %d MiB of memory are free\n", free / 1024, total / 1024 }' /proc/meminfo
awk '{ printf "running for %d seconds\n", $1 }' /proc/uptime
set -- /proc/[0-9]*
echo "$# processes; by memory in KiB:"
for process; do
    awk '/^Name/ { name = $2 } /^VmRSS/ { print $2, name }' "$process/status" 2>/dev/null
done | sort -rn | head -n 5 | sed 's/^/  /'
