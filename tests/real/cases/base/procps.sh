# ps, top, free, vmstat, pgrep and friends read /proc.
sleep 301 & one=$!; sleep 302 & two=$!
sleep 0.2; true
ps -o pid,ppid,comm,args -p $one | sed "s/$one/ONE/; s/$$/SELF/; s/  */ /g"
ps -o stat=,ni=,pri=,cls=,tty=,user=,uid=,nlwp= -p $one | sed "s/  */ /g"; [ "$(ps -o pgid=,sid= -p $one)" = "$(ps -o pgid=,sid= -p $$)" ]; echo $?
ps -o vsz=,rss=,sz=,etimes=,time=,wchan=,lstart= -p $one | awk '{ print NF, ($1 > 0), ($2 > 0), ($3 > 0) }'
ps -e -o comm= | grep -c sleep; ps aux | head -1; ps -ef | head -1; ps -eLf | head -1; ps axjf | head -1; ps -o pid= --ppid $$ | wc -l
ps -o comm= --sort=-pid -p $one,$two; ps -C sleep -o args=; ps -p 1 -o pid,comm
top -b -n 1 | sed -n '1s/ up.*//p; 2p; 7p' | sed 's/[0-9]\+/N/g; s/  */ /g; s/^\(top - \).*/\1/'
top -b -n 2 -d 0.2 -p $one | grep sleep | awk '{ print $2, $8, $NF }'
free | awk '{ print $1, NF }'; free -h -w | awk '{ print NF }'; vmstat | awk '{ print NF }' | tail -2; vmstat 1 2 | wc -l; vmstat -s | sed 's/^ *[0-9]* //' | head -10
pgrep -x sleep | wc -l; pgrep -f 'sleep 301' | sed "s/$one/ONE/"; pgrep -P $$ -l | sed 's/[0-9]* //'; pidof sleep | wc -w; pwdx $one | sed 's/.*: //'
pmap $one | head -1 | sed 's/[0-9]*: */N: /'; pmap -x $one | grep -c sleep; pmap $one | tail -1 | sed 's/[0-9]\+/N/'
uptime | sed 's/.*load/load/; s/[0-9.]\+/N/g'; uptime -p | sed 's/[0-9]\+/N/; s/minutes*/m/'; w -h | wc -l; tload -V | cut -c1-5
sysctl kernel.ostype kernel.pid_max vm.overcommit_memory; hostname debian; sysctl -n kernel.hostname
pkill -f 'sleep 301'; wait $one; echo $?; kill -l 15; skill -V | cut -c1-5; snice -V | cut -c 1-5; kill $two; wait $two; echo $?
watch -v | cut -c1-5; timeout 5 pidwait -V | cut -c1-7
for file in stat statm status maps smaps smaps_rollup cmdline environ auxv comm limits io sched wchan syscall stack oom_score oom_score_adj mountinfo mounts cgroup personality coredump_filter timerslack_ns; do
    cat /proc/self/$file > /dev/null && echo "$file"
done
for file in cpuinfo meminfo stat uptime loadavg version vmstat filesystems devices interrupts softirqs partitions diskstats swaps cmdline mounts modules locks consoles; do
    cat /proc/$file > /dev/null && echo "$file"
done
awk '{ print NF }' /proc/self/stat /proc/self/statm /proc/loadavg /proc/uptime; cut -c1-66 /proc/self/limits | sed 's/ *$//; s/^\(Max processes\|Max pending signals\) .*/\1/'; cut -d: -f1 /proc/self/io; ls /proc/self/task/ | wc -l; ls /proc/self/ns
grep -e ^Name -e ^Umask -e ^State -e ^Uid -e ^Gid -e ^Groups -e ^Threads -e ^Sig -e ^Shd -e ^Cap -e ^NoNew -e ^Seccomp: -e ^Cpus /proc/self/status | grep -v SigQ
for name in MemTotal MemFree MemAvailable Buffers Cached SwapCached Active Inactive 'Active(anon)' SwapTotal SwapFree Dirty Writeback AnonPages Mapped Shmem Slab SReclaimable SUnreclaim KernelStack PageTables CommitLimit Committed_AS VmallocTotal; do grep -c "^$name:" /proc/meminfo; done | uniq -c
grep -o -e '^[a-z]*' /proc/stat | sort -u; cut -d: -f1 /proc/cpuinfo | tr -d '\t' | sort -u | head -12
