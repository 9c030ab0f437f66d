#!/bin/sh
# Greets whom it is told to: ./hello.sh Ada Grace
greet() {
    case $1 in
        [A-Z]*) echo "Hello, $1." ;;
        *) echo "Hello, whoever $1 is." ;;
    esac
}

if [ $# -eq 0 ]; then
    set -- "${USER:-you}"
fi
for name in "$@"; do
    greet "$name"
done
cat <<END
It is $(date +%A), this is $(uname -n), and $# of you came.
END
