#!/bin/busybox sh
# First stage of a guest, in its initramfs: load modules, put the host's file system (read-only,
# over 9p) under a layer of RAM, and go on as session.sh in there. A failure here ends process 1,
# which the kernel reports as a panic.
set -e
mkdir -p /proc /sys /dev /host /layer /root
# busybox finds its own applets through /proc.
/bin/busybox mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev

# Nothing is to be loaded or run behind a test's back.
echo > /proc/sys/kernel/modprobe
while read -r module; do
  insmod "/guest/modules/$module"
done < /guest/boot

mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,ro,cache=loose host /host
mount -t tmpfs -o mode=755,size=75% layer /layer
mkdir /layer/upper /layer/work
mount -t overlay -o lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work overlay /root

mount -t tmpfs -o mode=755 run /root/run
while read -r directory mode; do
  mount -t tmpfs -o "mode=$mode" blank "/root$directory"
done < /guest/blank
cp -r /guest /root/run/vfio-guest
mount --move /dev /root/dev
mount --move /sys /root/sys
mount --move /proc /root/proc
exec /bin/busybox switch_root /root /run/vfio-guest/bin/busybox sh /run/vfio-guest/session.sh
