#!/bin/sh
# The towers of Hanoi: moves $1 (4) discs from the left to the right.
moves=0
move() { # DISCS FROM TO SPARE
    [ "$1" -gt 0 ] || return 0
    move $(($1 - 1)) "$2" "$4" "$3"
    moves=$((moves + 1))
    echo "disc $1: $2 -> $3"
    move $(($1 - 1)) "$4" "$3" "$2"
}
move "${1:-4}" left right middle
echo "$moves moves"
