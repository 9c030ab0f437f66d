# usage: run.sh FOLDER NAME...
# Runs scripts of the folder in this shell and tells when each began and ended, in hundredths of a second.
folder=$1
shift
for name; do
    read from rest </proc/uptime
    . "$folder/$name.sh"
    read to rest </proc/uptime
    echo "$name: ${from%.*}${from#*.} ${to%.*}${to#*.}"
done
