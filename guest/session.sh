# Second stage of a guest, process 1 on the host's file system: finish the machine, run the command
# with its streams on virtio-serial ports, hand over everything it wrote, switch the power off.
guest=/run/vfio-guest
. "$guest/environment"

mkdir -p /dev/pts /dev/shm /dev/hugepages
mount -t devpts -o mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t hugetlbfs hugetlbfs /dev/hugepages
mount -t debugfs debugfs /sys/kernel/debug
ln -sf /proc/self/fd /dev/fd
ln -sf /proc/self/fd/0 /dev/stdin
ln -sf /proc/self/fd/1 /dev/stdout
ln -sf /proc/self/fd/2 /dev/stderr
hostname vfio-guest
ifconfig lo up
ulimit -Hn 1048576

for applet in insmod rmmod lsmod modprobe; do
  ln -s busybox "$guest/bin/$applet"
done
mkdir -p /lib/modules
ln -s "$guest/modules" "/lib/modules/$(uname -r)"

port() {
  for entry in /sys/class/virtio-ports/*; do
    if [ "$(cat "$entry/name")" = "$1" ]; then echo "/dev/${entry##*/}"; fi
  done
}
exec 7> "$(port control)"
echo "ready $(uname -r)" >&7

# Each stream goes through a pipe: a port has room for one opener only, and a pipe tells its end.
# This process holds the pipe of results open, so that programs may open and close it at will.
keep=" $$ "
for stream in stdout stderr results; do
  mkfifo "$guest/$stream"
  cat "$guest/$stream" > "$(port $stream)" &
  keep="$keep$! "
done
exec 8> "$guest/results"
export VFIO_GUEST_RESULTS="$guest/results"

mkfifo "$guest/stdin"
cat < "$(port stdin)" > "$guest/stdin" &

if [ -e "$guest/terminal" ]; then
  # A terminal that nobody has open forgets its size.
  exec 9<> /dev/hvc0
  stty $(cat "$guest/terminal") <&9
  setsid -c /bin/sh "$guest/command" < /dev/hvc0 > /dev/hvc0 2>&1 7>&- 8>&-
  status=$?
  # Nobody else opens these, and who reads them waits for it.
  : > "$guest/stdout" 2> "$guest/stderr"
else
  setsid /bin/sh "$guest/command" < "$guest/stdin" > "$guest/stdout" 2> "$guest/stderr" 7>&- 8>&-
  status=$?
fi
exec 8>&-
echo "exited $status" >&7

# Whatever the command left running goes, or the pipes would never end.
for entry in /proc/[0-9]*; do
  pid=${entry#/proc/}
  case "$keep" in *" $pid "*) ;; *) kill -9 "$pid" 2> /dev/null ;; esac
done
for pid in $keep; do
  if [ "$pid" != $$ ]; then wait "$pid"; fi
done
echo done >&7
echo o > /proc/sysrq-trigger
while :; do sleep 1; done
