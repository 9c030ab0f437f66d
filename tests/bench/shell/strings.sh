i=0 s=/usr/local/share/doc/readme.txt
while [ $i -lt 100000 ]; do
    a=${s##*/} b=${a%.*}
    case $b in
    read*) c=$b-$i ;;
    *) c=no ;;
    esac
    d=$a$b$c
    i=$((i+1))
done
