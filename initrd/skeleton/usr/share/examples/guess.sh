#!/bin/sh
# A game: guess a number from 1 to 100.
secret=$(awk 'BEGIN { srand(); print int(rand() * 100) + 1 }')
tries=0
echo "I think of a number from 1 to 100."
while printf 'Your guess: ' && read -r guess; do
    tries=$((tries + 1))
    case $guess in
        '' | *[!0-9]*) echo "That is no number."; continue ;;
    esac
    if [ "$guess" -lt "$secret" ]; then echo "More."
    elif [ "$guess" -gt "$secret" ]; then echo "Less."
    else
        echo "Right, after $tries tries."
        exit 0
    fi
done
echo
echo "It was $secret."
