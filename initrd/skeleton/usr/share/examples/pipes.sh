#!/bin/sh
# Programs that run at the same time and hand data to each other.
set -eu
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

echo "A pipeline: the five largest programs' names"
ls -S /bin | head -n 5 | tr '\n' ' '
echo

echo "Two writers, one reader, by a named pipe"
mkfifo "$folder/pipe"
{ # both have the pipe before the reader can see its end
    for number in 1 3 5; do echo "odd $number"; done &
    for number in 2 4 6; do echo "even $number"; done
    wait
} >"$folder/pipe" &
sort "$folder/pipe" | sed 's/^/  /'
wait

echo "One source, two readers: tee and a second pipe"
mkfifo "$folder/copy"
wc -l <"$folder/copy" >"$folder/count" &
total=$(seq 1 100 | tee "$folder/copy" | awk '{ sum += $1 } END { print sum }')
wait
echo "  $(($(cat "$folder/count"))) numbers, their sum is $total"
