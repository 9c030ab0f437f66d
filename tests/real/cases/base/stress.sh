# stress-ng's checks of what files and inter-process communication answer, many at once; only its verdicts are printed.
cd /tmp
together() {
    stressors=
    for name; do stressors="$stressors --$name 1"; done
    stress-ng $stressors --verify --timeout 3 --temp-path /tmp --oomable > log 2>&1 && echo "ok $*" || cat log
}
together pipe sockpair sockfd epoll poll eventfd timerfd sigfd fifo splice tee vm-splice sendfile
together mq msg sem sem-sysv shm shm-sysv pidfd sigio sigpipe
together dup fcntl flock lockf lockofd locka inotify dentry dir dirdeep filename fstat getdent
together link rename symlink touch utime chdir chmod chown open seek memfd pty
rm -f log
