# script runs commands on a pseudo-terminal.
script -q -e -c 'tty | sed "s/[0-9]*$/N/"; test -t 0 && echo terminal; stty rows 30 cols 100; stty size; exit 3' /dev/null < /dev/null | tr -d '\r'
script -q -e -c 'exit 3' /dev/null < /dev/null; echo $?
script -q -c 'stty raw -echo; stty -a | grep -o -e "-icanon" -e "-echo "' /dev/null < /dev/null | tr -d '\r'
# htop and tmux draw on a terminal of script.
(sleep 2; printf q) | TERM=xterm script -qc 'stty rows 30 cols 100; htop --no-colour' /dev/null | tr -d '\r' | grep -o -e 'Tasks:' -e 'Load average:' -e 'Uptime:' -e 'Command' -e 'Swp' | sort | uniq -c | awk '{ print $2, $3 }'
tmux -L case new-session -d -x 60 -y 5 'echo in tmux; exec cat'; tmux -L case send-keys typed Enter; until [ $(tmux -L case capture-pane -p | grep -c typed) = 2 ]; do sleep 0.1; done; tmux -L case capture-pane -p | head -3; tmux -L case list-sessions -F '#{session_name} #{window_width}x#{window_height}'; tmux -L case kill-server; echo $?
