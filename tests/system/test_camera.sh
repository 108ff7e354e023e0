#!/bin/bash
# camera photo: names, frames, the chain from photo to photo; what happens when something fails.
. "$(dirname "$0")/harness.sh"

"$exhibit" ca init ca >/dev/null
"$exhibit" ca issue ca --key cam.pem --cert cam.crt --camera yard-1 >/dev/null
"$exhibit" ca issue ca --key me.pem --cert me.crt --person ann >/dev/null
photo=("$exhibit" camera photo --key cam.pem --cert cam.crt --test-source --size 320x240)
state=$XDG_STATE_HOME/exhibit/camera-yard-1.json
mkdir photos

exits 0 "a photo" "${photo[@]}" --dir photos --position 52.52,-13.405,5
says "signed and verified: camera yard-1, frame 1;" "says what was signed"
says "52.52000, -13.40500 within 5 m (fixed)" "and where"
first=$(ls photos)
case $first in
yard-1_20[0-9][0-9]_[01][0-9]_[0-3][0-9]_[0-2][0-9]_[0-5][0-9]_[0-5][0-9]_1.jpg) pass "its name: camera, time, frame" ;;
*) fail "its name: camera, time, frame" "$first" ;;
esac
exits 0 "it is trusted" "$exhibit" verify "photos/$first" --trust ca/root.pem
says "Signed by camera yard-1" "as signed by its camera"
same "$(exiftool -s3 -SerialNumber "photos/$first")" "yard-1" "its EXIF names the camera"
same "$(exiftool -s3 -n -GPSPosition "photos/$first")" "52.52 -13.405" "and the place"
exits 0 "its metadata" "$exhibit" show "photos/$first" --assertion c2pa.metadata
says '"exif:GPSLongitude": "13,24.300000W"' "is signed as well"
exits 0 "its actions" "$exhibit" show "photos/$first"
says "c2pa.created (screenCapture)" "a test card does not say that a sensor saw it"
holds "others can decode it" ffmpeg -v error -xerror -i "photos/$first" -f null -

# --- the chain
exits 0 "a second photo" "${photo[@]}" --dir photos
says "frame 2" "is the next frame"
says "no position: not configured" "a place that is not known is not guessed"
second=$(ls photos/*_2.jpg)
claim=$("$exhibit" verify --json "photos/$first" | json - 'j["claim_sha256"]')
prev=$("$exhibit" verify --json "$second" | json - 'j["capture"]["prev"]')
same "$prev" "$claim" "names the photo before"
same "$("$exhibit" verify --json "photos/$first" | json - '"prev" in j["capture"]')" False "the first names none"
exits 0 "--dry-run" "${photo[@]}" --dry-run
same "$(json "$state" 'j["next_frame"]')" 3 "takes no frame"

# --- a photo that fails is a gap, and no photo is lost from the chain
# shellcheck disable=SC2016 # the inner shell expands it
exits 2 "a file of that name" bash -c 'for i in $(seq 0 300); do
        touch "photos/yard-1_$(date -u -d "+$i sec" +%Y_%m_%d_%H_%M_%S)_3.jpg"; done
    exec "$@" --dir photos' - "${photo[@]}"
says "exists already" "is not replaced"
find photos -name '*_3.jpg' -delete
same "$(json "$state" 'j["next_frame"]')" 4 "its frame is used up"
exits 0 "the next photo" "${photo[@]}" --dir photos
fourth=$(ls photos/*_4.jpg)
same "$("$exhibit" verify --json "$fourth" | json - 'j["capture"]["prev"]')" \
    "$("$exhibit" verify --json "$second" | json - 'j["claim_sha256"]')" "still names the last photo that exists"

# A process that ended between the photo and its entry in the state.
python3 - "$state" "$work/photos/$(basename "$fourth")" <<'PY'
import json, sys
state = json.load(open(sys.argv[1]))
state["prev"] = "00" * 32
state["pending"] = sys.argv[2]
json.dump(state, open(sys.argv[1], "w"))
PY
exits 0 "after an end at the wrong moment" "${photo[@]}" --dir photos
same "$("$exhibit" verify --json photos/*_5.jpg | json - 'j["capture"]["prev"]')" \
    "$("$exhibit" verify --json "$fourth" | json - 'j["claim_sha256"]')" "the photo on its way is found"
python3 - "$state" "$work/photos/never.jpg" <<'PY'
import json, sys
state = json.load(open(sys.argv[1]))
state["pending"] = sys.argv[2]
json.dump(state, open(sys.argv[1], "w"))
PY
exits 0 "a photo that never came to be" "${photo[@]}" --dir photos
same "$("$exhibit" verify --json photos/*_6.jpg | json - 'j["capture"]["prev"]')" \
    "$("$exhibit" verify --json photos/*_5.jpg | json - 'j["claim_sha256"]')" "leaves the chain whole"

cp "$state" good
echo '{"next_frame":0}' >"$state"
exits 10 "a damaged state" "${photo[@]}"
says "$state" "is named, never begun anew"
cp good "$state"
exec 9>>"$state.lock"
flock 9
exits 13 "a camera in use" "${photo[@]}"
flock -u 9

# --- refusals
exits 2 "a person's certificate" "$exhibit" camera photo --key me.pem --cert me.crt --test-source
says "not of a camera" "is no camera's"
exits 2 "another key" "$exhibit" camera photo --key me.pem --cert cam.crt --test-source
exits 2 "a place that is none" "${photo[@]}" --position 91,0,1
exits 2 "a place in words" "${photo[@]}" --position here
exits 2 "a size that is none" "${photo[@]}" --size big
exits 10 "no camera" "$exhibit" camera photo --key cam.pem --cert cam.crt --device /dev/no-camera
says "there is no camera" "says so"
exits 10 "no folder" "${photo[@]}" --dir nowhere
exits 10 "no ffmpeg" env PATH=/nowhere "${photo[@]}"
says "ffmpeg is needed" "says so"
exits 2 "--preview without a display" env -u DISPLAY -u WAYLAND_DISPLAY "${photo[@]}" --preview
says "needs a display" "says so"
exits 2 "no file can be given" "$exhibit" camera photo --key cam.pem --cert cam.crt "photos/$first"

# --- what ffplay and ffmpeg are asked: arguments, no shell
mkdir bin
printf '#!/bin/sh\nprintf "%%s\\n" "$@" >%s/asked\n' "$work" >bin/ffplay
chmod +x bin/ffplay
exits 0 "--preview" env PATH="$work/bin:$PATH" DISPLAY=:9 "${photo[@]}" --preview --dir photos
same "$(grep -c 'testsrc2=size=320x240:rate=1' asked)" 1 "shows what the camera sees"

# --- a photo with a time-stamp that cannot be had is a photo all the same
exits 0 "an authority that does not answer" "${photo[@]}" --dir photos --tsa http://127.0.0.1:9/
says "warning: " "costs a warning"
finish
