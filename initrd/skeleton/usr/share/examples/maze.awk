#!/bin/awk -f
# Draws a maze with one way between any two places: ./maze.awk seed=7 gives the same one each time.
BEGIN {
    srand()
    for (i = 1; i < ARGC; i++) if (ARGV[i] ~ /^seed=/) srand(substr(ARGV[i], 6))
    width = 20; height = 8
    carve()
    for (row = 0; row <= 2 * height; row++) {
        line = ""
        for (column = 0; column <= 2 * width; column++) line = line (open[row, column] ? " " : "#")
        print line
    }
    exit
}
# Walks at random where nobody has been, and back when there is no way on.
function carve(    depth, row, column, ways, pick) {
    row = column = 1
    open[1, 0] = open[row, column] = open[2 * height - 1, 2 * width] = 1
    while (1) {
        ways = ""
        if (row > 1 && !open[row - 2, column]) ways = ways "N"
        if (row < 2 * height - 1 && !open[row + 2, column]) ways = ways "S"
        if (column > 1 && !open[row, column - 2]) ways = ways "W"
        if (column < 2 * width - 1 && !open[row, column + 2]) ways = ways "E"
        if (ways == "") {
            if (!depth) return
            split(path[depth--], place, " ")
            row = place[1]; column = place[2]
            continue
        }
        path[++depth] = row " " column
        pick = substr(ways, int(rand() * length(ways)) + 1, 1)
        open[row + (pick == "S") - (pick == "N"), column + (pick == "E") - (pick == "W")] = 1
        row += 2 * ((pick == "S") - (pick == "N"))
        column += 2 * ((pick == "E") - (pick == "W"))
        open[row, column] = 1
    }
}
