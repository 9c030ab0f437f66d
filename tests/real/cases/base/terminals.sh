# script runs commands on a pseudo-terminal.
script -q -e -c 'tty | sed "s/[0-9]*$/N/"; test -t 0 && echo terminal; stty rows 30 cols 100; stty size; exit 3' /dev/null < /dev/null | tr -d '\r'
script -q -e -c 'exit 3' /dev/null < /dev/null; echo $?
script -q -c 'stty raw -echo; stty -a | grep -o -e "-icanon" -e "-echo "' /dev/null < /dev/null | tr -d '\r'
