i=0
while [ $i -lt 300 ]; do
    x=$(echo $i)
    /bin/true
    echo $x | read y
    (:)
    { echo $x; /bin/true; } | while read y; do :; done
    i=$((i+1))
done
