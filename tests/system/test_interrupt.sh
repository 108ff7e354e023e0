#!/bin/bash
# Ctrl-C and SIGTERM stop at once, with exit status 130, and leave no half-written file.
. "$(dirname "$0")/harness.sh"

"$exhibit" ca init ca >/dev/null
"$exhibit" ca issue ca --key k.pem --cert k.crt >/dev/null
cp "$top/tests/vectors/c2pa-rs/es256.jpg" in.jpg

# stopped SIGNAL COMMAND...: feeds half a picture, waits until it was taken, then sends the signal. A shell
# has its background jobs ignore Ctrl-C, and we may be in one, so Python starts them with signals as usual.
stopped() {
    python3 - "$@" <<'PY'
import os, signal, subprocess, sys, time
number, *command = sys.argv[1:]
for usual in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
    signal.signal(usual, signal.SIG_DFL)
read, write = os.pipe()
child = subprocess.Popen(command, stdin=read, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
os.close(read)
with open("in.jpg", "rb") as f:
    os.write(write, f.read(4000))
# It sleeps in read() once all was taken: its wait channel tells.
deadline = time.monotonic() + 60
while time.monotonic() < deadline:
    with open(f"/proc/{child.pid}/stat") as f:
        state = f.read().rsplit(")", 1)[1].split()[0]
    with open(f"/proc/{child.pid}/status") as f:
        caught = next(int(line.split()[1], 16) for line in f if line.startswith("SigCgt"))
    if state == "S" and caught & 1 << signal.SIGINT - 1:
        break
    time.sleep(0.01)
child.send_signal(getattr(signal, number))
print(child.wait(timeout=30))
PY
}

for number in SIGINT SIGTERM SIGHUP; do
    same "$(stopped "$number" "$exhibit" sign - -o out.jpg --key k.pem --cert k.crt --source-type print)" 130 \
        "$number: sign ends with 130"
    same "$(stopped "$number" "$exhibit" verify -)" 130 "$number: verify ends with 130"
done
same "$(find . -name 'out*' -o -name '*.part')" "" "nothing is left behind"

# A failure in the middle of the output leaves nothing either, and the input is as it was.
sum=$(sha256sum in.jpg)
exits 10 "a full disk" bash -c "ulimit -f 2; trap '' XFSZ; '$exhibit' sign in.jpg -o out.jpg --key k.pem --cert k.crt"
same "$(find . -name 'out*' -o -name '*.part')" "" "a full disk leaves nothing behind"
same "$(sha256sum in.jpg)" "$sum" "the input is not touched"
mkdir readonly
chmod 555 readonly
if [ "$(id -u)" -ne 0 ]; then
    exits 10 "a folder that may not be written" "$exhibit" sign in.jpg -o readonly/out.jpg --key k.pem --cert k.crt
fi
exits 10 "a folder that is not there" "$exhibit" sign in.jpg -o none/out.jpg --key k.pem --cert k.crt
touch there.jpg
exits 2 "an output that exists" "$exhibit" sign in.jpg -o there.jpg --key k.pem --cert k.crt
says "there.jpg: exists already" "says so"
holds "and it is as it was" test ! -s there.jpg
finish
