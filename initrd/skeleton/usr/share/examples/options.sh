#!/bin/sh
# A to-do list: options.sh -a TEXT adds, -d NUMBER removes, no option prints. The list is in $TODO or ~/.todo.
file=${TODO:-$HOME/.todo}
[ -e "$file" ] || : >"$file"

while getopts a:d:h option; do
    case $option in
        a) echo "$OPTARG" >>"$file" ;;
        d) sed "${OPTARG}d" "$file" >"$file.new" && mv "$file.new" "$file" ;;
        *) echo "usage: $0 [-a TEXT] [-d NUMBER]" >&2; exit 2 ;;
    esac
done
if [ -s "$file" ]; then nl -ba "$file"; else echo "Nothing to do."; fi
