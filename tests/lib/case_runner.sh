# Runs every case of the folder $1 with the tools in $TOOLS, each in an empty folder, and tells in a line what it left:
#   === NAME STATUS OUTPUT [message] FILES
# with checksums of what it printed, of its files' names and kinds, and of their contents.
# A case is NAME.sh, with NAME.in as its input if that is there.
export LC_ALL=C.UTF-8 TZ=UTC0 USER=root PATH="$TOOLS"
top=$(mktemp -d)
export HOME="$top/w"
for case in "$1"/*.sh; do
    chmod -R u+rwx "$HOME" 2>/dev/null
    rm -rf "$HOME"
    mkdir "$HOME"
    cd "$HOME" || exit
    input=/dev/null
    [ -f "${case%.sh}.in" ] && input=${case%.sh}.in
    cp "$case" ../script
    timeout -k 5 60 sh ../script <"$input" >../out 2>../err
    status=$?
    message=
    [ -s ../err ] && message=message
    name=${case##*/}
    echo "===" "${name%.sh}" $status $(cksum <../out) $message \
        $(find . ! -name . ! -type d -printf '%P %y %m %l\n' | sort | cksum) \
        $(find . -type f -exec cksum {} + 2>/dev/null | sort | cksum)
done
cd /
rm -rf "$top"
