#!/bin/awk -f
# Conway's Game of Life: ./life.awk generations=20 shows a glider and a blinker live for 20 generations (5).
BEGIN {
    for (i = 1; i < ARGC; i++) if (ARGV[i] ~ /^generations=/) generations = substr(ARGV[i], 13)
    if (!generations) generations = 5
    rows = 8; columns = 24
    place("2,3 3,4 4,2 4,3 4,4 3,15 3,16 3,17")
    for (generation = 0; generation <= generations; generation++) {
        show()
        step()
    }
    exit
}
function place(cells,    list, n) {
    n = split(cells, list, " ")
    while (n) alive[list[n--]] = 1
}
function show(    row, column, line) {
    print "generation " generation
    for (row = 1; row <= rows; row++) {
        line = ""
        for (column = 1; column <= columns; column++) line = line ((row "," column) in alive ? "#" : ".")
        print line
    }
}
function step(    row, column, near, i, j, next_alive) {
    for (row = 1; row <= rows; row++)
        for (column = 1; column <= columns; column++) {
            near = 0
            for (i = -1; i <= 1; i++)
                for (j = -1; j <= 1; j++)
                    if ((i || j) && ((row + i) "," (column + j)) in alive) near++
            if (near == 3 || (near == 2 && (row "," column) in alive)) next_alive[row "," column] = 1
        }
    split("", alive)
    for (cell in next_alive) alive[cell] = 1
}
