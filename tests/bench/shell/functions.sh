f() { x=$1; return 0; }
i=0
while [ $i -lt 200000 ]; do
    f $i a b
    i=$((i+1))
done
