# bash, dash, zsh and busybox: pipes, jobs, traps, substitutions.
for shell in bash dash bash-static /bin/zsh-static "busybox sh"; do
    echo "-- $shell"
    $shell -c '
        a=$(printf "%s\n" 3 1 2 | sort | tr "\n" " "); echo "[$a]"
        trap "echo caught" USR1; kill -USR1 $$; trap - USR1
        trap "echo bye" EXIT
        (exit 7); echo "status $?"
        sleep 0.05 & wait $!; echo "waited $?"
        cat <<HERE | while read -r line; do echo "line: $line"; done
one
two
HERE
        (kill -9 $(sh -c "echo \$PPID")) 2>/dev/null; echo "killed $?"
        sh -c "kill -SEGV \$\$" >/dev/null 2>&1; echo "segv $?"
        umask 027; echo x > /tmp/shell.$$; stat -c "%a %s" /tmp/shell.$$; rm /tmp/shell.$$
        cd /usr/share; pwd; cd ..; pwd; cd - >/dev/null; pwd
        set -- *; [ $# -gt 3 ] && echo globbed
        echo a b c | { read -r x y; echo "$y"; }
        exec 5>/tmp/five; echo five >&5; exec 5>&-; cat /tmp/five
        : > /tmp/not/there || echo failed
        ulimit -n' 2>&1 | sed 's/^[a-z./-]*: [^:]*[0-9]*: //; s/shell\.[0-9]*/shell.N/'
done
echo "-- bash only"
diff <(seq 3) <(seq 2 4)
coproc CAT { cat; }; echo through >&"${CAT[1]}"; read -r got <&"${CAT[0]}"; echo "$got"
mapfile -t lines < <(printf '%s\n' x y z); echo "${#lines[@]} ${lines[2]}"
read -rt 0.05 nothing < <(sleep 1) || echo "timed out $(($? > 128))"
exec {CAT[1]}>&-; wait; set -m; sleep 100 & kill -STOP %1; sleep 0.1; jobs | sed 's/  */ /g'; kill %1; sleep 0.2; wait $!; echo $?
{ time -p true; } 2>&1 | sed 's/[0-9.]*$/N/'; echo "${BASH_VERSION%%(*}"; echo "$EUID $HOSTTYPE $OSTYPE"
bash -c 'exec -a renamed sh -c "echo \$0; cat /proc/\$\$/comm"'
