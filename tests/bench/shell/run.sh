# Runs each script of this folder in this shell and tells how long it took, in hundredths of a second.
for name in arithmetic functions strings substitutions programs forks; do
    read from rest </proc/uptime
    . "$1/$name.sh"
    read to rest </proc/uptime
    echo "$name: ${from%.*}${from#*.} ${to%.*}${to#*.}"
done
