#!/bin/bash
# Age files both ways with Debian's age: every size, every kind of key, armor, passphrases, and files that were cut.
. "$(dirname "$0")/harness.sh"
tool=$build/tests/system/age_tool

# at_terminal PASSPHRASE COMMAND...: runs it at a terminal of its own and types the passphrase when asked.
at_terminal() {
    python3 - "$@" <<'PYTHON'
import os, pty, sys

answer, command = sys.argv[1].encode() + b"\n", sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)
seen, answered = b"", 0
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:  # the other side is closed
        break
    if not piece:
        break
    seen += piece
    asked = seen.lower().count(b"passphrase")
    if asked > answered and seen.rstrip().endswith(b":"):
        answered = asked
        os.write(terminal, answer)
sys.stderr.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
PYTHON
}

# opened NAME WANT COMMAND...: it prints the file WANT.
opened() {
    local name=$1 want=$2
    shift 2
    if "$@" >got 2>err && cmp -s got "$want"; then
        pass "$name"
    else
        fail "$name" "$(cat err)"
    fi
}

age-keygen -o stock.key 2>/dev/null
"$tool" new >ours.key 2>ours.pub
stock=$(age-keygen -y stock.key) ours=$(cat ours.pub)

# --- identities: each reads the other's
same "$(age-keygen -y ours.key)" "$ours" "age-keygen reads our identity file"
same "$("$tool" recipient stock.key)" "$stock" "we read age-keygen's"

# --- sizes around every border, both ways, as bytes and as text
for size in 0 1 65535 65536 65537 131072 1000000 5000001; do
    head -c "$size" /dev/urandom >plain
    "$tool" seal "$stock" "$ours" <plain >sealed
    opened "age opens ours: $size bytes" plain age -d -i stock.key sealed
    "$tool" seal -a "$stock" <plain >sealed
    opened "age opens ours, armored: $size bytes" plain age -d -i stock.key sealed
    age -r "$stock" -r "$ours" <plain >sealed
    opened "we open age's: $size bytes" plain "$tool" open ours.key <sealed
    age -a -r "$ours" <plain >sealed
    opened "we open age's, armored: $size bytes" plain "$tool" open ours.key <sealed
done

# --- other keys
printf 'content\n' >plain
for kind in ed25519 "rsa -b 2048"; do
    name=${kind%% *}
    # shellcheck disable=SC2086 # words are wanted
    ssh-keygen -q -t $kind -N '' -f "ssh.$name"
    age -R "ssh.$name.pub" <plain >sealed
    opened "we open age's for an SSH key: $name" plain "$tool" open "ssh.$name" <sealed
done
ssh-keygen -q -t ed25519 -N secret -f ssh.locked
exits 1 "an SSH key with a passphrase" "$tool" open ssh.locked <sealed
says "ssh-keygen -p" "what to do is said"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256.key 2>/dev/null
openssl req -x509 -key p256.key -subj /CN=x -days 3 -out p256.pem 2>/dev/null
"$tool" seal p256.pem "$stock" <plain >sealed
opened "a certificate and a native key: age opens" plain age -d -i stock.key sealed
opened "a certificate and a native key: we open with the P-256 key" plain "$tool" open p256.key <sealed

# --- passphrases
at_terminal "correct horse" age -p -o sealed plain 2>err
opened "we open age's, by passphrase" plain "$tool" open -p "correct horse" <sealed
exits 1 "a wrong passphrase" "$tool" open -p "wrong horse" <sealed
says "wrong passphrase" "a wrong passphrase is named"
"$tool" seal -p "correct horse" <plain >sealed
at_terminal "correct horse" age -d -o clear sealed 2>err
opened "age opens ours, by passphrase" plain cat clear
at_terminal "correct horse" age -p -o stock.locked stock.key 2>err
same "$("$tool" recipient -p "correct horse" stock.locked)" "$stock" "an identity file that age sealed"
"$tool" new -p "correct horse" >ours.locked 2>ours.pub
age -r "$(cat ours.pub)" <plain >sealed
at_terminal "correct horse" age -d -i ours.locked -o clear2 sealed 2>err
opened "age takes an identity file that we sealed" plain cat clear2

# --- cut: what comes out is what comes out of age, and it is no success. Every byte is test_age_stream's; here
# are those around every border, and some between.
head -c $((4 * 65536 + 1000)) /dev/urandom >plain
age -r "$stock" <plain >sealed
n=$(stat -c %s sealed)
start=$((n - 5 * 16 - 4 * 65536 - 1000)) # of the first chunk
cuts=$(
    for chunk in 0 1 2 3 4; do
        seq $((start + 65552 * chunk - 2)) $((start + 65552 * chunk + 2))
        seq $((start + 65552 * chunk + 15)) $((start + 65552 * chunk + 17))
    done
    seq 0 9 "$start"
    seq "$start" 3001 "$n"
    seq $((n - 2)) $((n - 1))
)
differ='' made=0
for cut in $cuts; do
    head -c "$cut" sealed >part
    age -d -i stock.key part >theirs 2>/dev/null && differ="$differ $cut(age)"
    "$tool" open stock.key <part >mine 2>/dev/null && differ="$differ $cut(we)"
    cmp -s theirs mine || differ="$differ $cut"
    made=$((made + 1))
done
same "$differ" "" "cut at $made bytes: what comes out is what age gives, and neither succeeds"
opened "the whole of it" plain "$tool" open stock.key <sealed

# --- altered: nothing that age would not give either
differ=''
for at in $((start - 1)) "$start" $((start + 65552 - 1)) $((start + 65552)) $((start + 3 * 65552 + 100)) $((n - 1)); do
    python3 -c 'import sys; b = bytearray(open("sealed", "rb").read()); b[int(sys.argv[1])] ^= 1
open("altered", "wb").write(b)' "$at"
    age -d -i stock.key altered >theirs 2>/dev/null && differ="$differ $at(age)"
    "$tool" open stock.key <altered >mine 2>/dev/null && differ="$differ $at(we)"
    cmp -s theirs mine || differ="$differ $at"
done
same "$differ" "" "altered in six places: what comes out is what age gives"

finish
