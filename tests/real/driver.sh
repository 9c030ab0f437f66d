# Runs every case of a group and tells each one's output and status between marks that nothing else prints.
for case in ${CASES:-/cases/*.sh}; do
    name=${case##*/}
    echo "=== begin ${name%.sh}"
    cd /tmp
    # Through a pipe: what is printed does not depend on a terminal.
    timeout -k 5 "${LIMIT:-240}" bash "$case" < /dev/null 2>&1 | cat
    printf '\n=== end %d\n' "${PIPESTATUS[0]}"
    # The next case starts from a clean table of processes.
    kill -9 -1 2> /dev/null
done
