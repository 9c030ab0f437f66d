# strace of small programs: ptrace, and the calls as they are seen.
cd /tmp
strace -o t -e trace=write,exit_group echo traced; sed 's/ *= / = /' t
strace -f -o t -e trace=execve,exit_group sh -c '/bin/true; /bin/false'; awk '{ $1 = ""; print }' t | grep -o -e 'exited with [0-9]*' -e '^ execve("[^"]*"' -e 'SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED'
strace -c -o t true; tail -1 t | awk '{ print $NF }'; strace -e trace=none -e signal=all -o t sh -c 'kill -USR1 $$' ; echo $?; grep -o -e 'SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER' -e 'killed by SIGUSR1' t
sleep 30 & s=$!; strace -p $s -o t & sleep 0.5; kill $s; wait $s; sleep 0.2; grep -o -e 'si_signo=SIGTERM' -e 'killed by SIGTERM' t
strace -o t -e inject=getuid:error=EPERM -e trace=getuid id -u > /dev/null 2>&1; grep -c INJECTED t; strace -o t -y -e trace=read head -c 1 /etc/hostname; echo; grep -o '</etc/hostname>' t | head -1; strace -o t -k true 2>/dev/null; echo $?
rm -f t
