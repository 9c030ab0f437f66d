#!/bin/awk -f
# The ten most frequent words of a text: ./words.awk FILE...
{
    line = tolower($0)
    gsub(/[^a-z]+/, " ", line)
    count = split(line, words, " ")
    for (i = 1; i <= count; i++) frequency[words[i]]++
}
END {
    for (word in frequency) print frequency[word], word | "sort -k1,1rn -k2 | head -n 10"
}
