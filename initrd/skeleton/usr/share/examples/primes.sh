#!/bin/sh
# The primes below $1 (100): the sieve of Eratosthenes, with one shell variable for each number.
limit=${1:-100}
number=2
while [ $number -lt $limit ]; do
    eval "composite=\${composite_$number-}"
    if [ -z "$composite" ]; then
        printf '%d ' $number
        multiple=$((number * number))
        while [ $multiple -lt $limit ]; do
            eval "composite_$multiple=yes"
            multiple=$((multiple + number))
        done
    fi
    number=$((number + 1))
done
echo
