#!/bin/bash
# Streams in segments, videos in every form, and what ffmpeg and libheif make of them.
. "$(dirname "$0")/harness.sh"

media=$build/interop-media
"$top/tests/media/make" "$media" || fail "media can be made"

"$exhibit" ca init ca >/dev/null
"$exhibit" ca issue ca --key me.pem --cert me.crt --person ann >/dev/null
me=(--key me.pem --cert me.crt --source-type digitalCreation)
trust=(--trust ca/root.pem)

# decoded FILE...: the digest of what the files, put together, decode to.
decoded() {
    cat "$@" >joined
    ffmpeg -v error -xerror -i joined -f md5 - 2>&1
}

# --- a stream: signed together, judged together
cp -r "$media/cmaf" in
segments=(in/seg-0-*.m4s)
exits 0 "sign a stream" "$exhibit" sign in/init-0.mp4 "${segments[@]}" -o signed "${me[@]}"
says "signed: signed by ann" "says who signed it"
same "$(cd signed && ls)" "$(cd in && ls init-0.mp4 seg-0-*.m4s)" "all files have their names"
holds "the input is untouched" diff -r in "$media/cmaf"
same "$(decoded signed/init-0.mp4 signed/seg-*)" "$(decoded in/init-0.mp4 in/seg-0-*)" "it decodes to the same"
signed=(signed/seg-*.m4s)
exits 0 "verify it" "$exhibit" verify signed/init-0.mp4 "${trust[@]}" --fragments "${signed[@]}"
says "Nothing in this file has changed" "it is intact"
exits 0 "in any order of names" "$exhibit" verify signed/init-0.mp4 "${trust[@]}" \
    --fragments signed/seg-0-3.m4s signed/seg-0-1.m4s signed/seg-0-4.m4s signed/seg-0-2.m4s
exits 5 "the init segment alone is incomplete" "$exhibit" verify signed/init-0.mp4 "${trust[@]}"
says "4 of 4 fragments are missing" "and says what is missing"
exits 5 "without its last segment" "$exhibit" verify signed/init-0.mp4 "${trust[@]}" --fragments "${signed[@]:0:3}"
says "1 of 4 fragments are missing, the first is number 3" "that is said"
cp -r signed bad
cp bad/seg-0-1.m4s bad/seg-0-2.m4s
exits 1 "one segment twice" "$exhibit" verify bad/init-0.mp4 "${trust[@]}" --fragments bad/seg-*.m4s
cp "$media/cmaf/seg-0-2.m4s" bad/seg-0-2.m4s
exits 1 "an unsigned segment" "$exhibit" verify bad/init-0.mp4 "${trust[@]}" --fragments bad/seg-*.m4s
exits 0 "sign the other track by --fragments" "$exhibit" sign in/init-1.mp4 --fragments in/seg-1-*.m4s \
    -o sound "${me[@]}"
exits 0 "verify it" "$exhibit" verify sound/init-1.mp4 "${trust[@]}" --fragments sound/seg-*.m4s
exits 1 "segments of another stream" "$exhibit" verify signed/init-0.mp4 "${trust[@]}" --fragments sound/seg-*.m4s

# --- refusals leave nothing behind
before=$(ls -A)
exits 0 "a dry run" "$exhibit" sign in/init-0.mp4 "${segments[@]}" -o dry "${me[@]}" --dry-run
exits 2 "a folder that is there" "$exhibit" sign in/init-0.mp4 "${segments[@]}" -o sound "${me[@]}"
says "exists already" "is not touched"
exits 2 "a segment that is none" "$exhibit" sign in/init-0.mp4 "${segments[@]}" in/init-1.mp4 -o new "${me[@]}"
says "in/init-1.mp4: not a media segment" "is named"
exits 2 "a stream that is signed" "$exhibit" sign signed/init-0.mp4 "${signed[@]}" -o new "${me[@]}"
exits 2 "an init segment that is none" "$exhibit" sign in/seg-0-1.m4s in/seg-0-2.m4s -o new "${me[@]}"
exits 10 "a segment that is not there" "$exhibit" sign in/init-0.mp4 in/none.m4s -o new "${me[@]}"
exits 2 "a stream beside its credential" "$exhibit" sign in/init-0.mp4 "${segments[@]}" -o new --sidecar "${me[@]}"
same "$(ls -A)" "$before" "and nothing is left behind"

# --- more segments than the manifest holds leaves of
mkdir many
# shellcheck disable=SC2016 # a template of ffmpeg
ffmpeg -v error -f lavfi -i testsrc2=size=64x48:rate=25:duration=14 -c:v libx264 -preset ultrafast -g 5 \
    -f dash -seg_duration 0.2 -use_template 1 -init_seg_name init.mp4 \
    -media_seg_name 's$Number$.m4s' many/stream.mpd
count=$(find many -name 's*.m4s' | wc -l)
holds "a stream of $count segments" test "$count" -gt 64
exits 0 "sign them" "$exhibit" sign many/init.mp4 many/s*.m4s -o out "${me[@]}"
exits 0 "verify them" "$exhibit" verify out/init.mp4 "${trust[@]}" --fragments out/s*.m4s
size=$(($(stat -c %s out/init.mp4) - $(stat -c %s many/init.mp4)))
holds "the manifest holds a short row of the tree: $size bytes" test "$size" -le 6000
rm out/s10.m4s
exits 5 "without one" "$exhibit" verify out/init.mp4 "${trust[@]}" --fragments out/s*.m4s
says "1 of $count fragments are missing, the first is number 9" "that is said"

# --- files: embedded, appended, updated; all decode to what they were
printf '{"@context":{"exif":"http://ns.adobe.com/exif/1.0/"},"exif:GPSLatitude":"39,21.102N"}' >place.json
for file in clip.mp4 co64.mp4 faststart.mp4 fragmented.mp4 large-size.mp4 to-end.mp4 clip.mov tone.m4a; do
    want=$(decoded "$media/$file")
    exits 0 "sign $file" "$exhibit" sign "$media/$file" -o "a-$file" "${me[@]}"
    same "$(decoded "a-$file")" "$want" "$file decodes to the same"
    exits 0 "$file with its credential at the end" "$exhibit" sign "$media/$file" -o "b-$file" --append "${me[@]}"
    same "$(decoded "b-$file")" "$want" "$file decodes to the same, appended"
    exits 0 "$file, appended, holds" "$exhibit" verify "b-$file" "${trust[@]}"
    exits 0 "$file, stripped" "$exhibit" strip "a-$file" -o "c-$file"
    holds "$file is what it was" cmp "c-$file" "$media/$file"
    exits 0 "update $file" "$exhibit" sign "b-$file" -o "d-$file" --update --metadata place.json --key me.pem --cert me.crt
    exits 0 "$file, updated, holds" "$exhibit" verify "d-$file" "${trust[@]}"
    same "$(decoded "d-$file")" "$want" "$file decodes to the same, updated"
done
for file in card.heic idat.heic card.heif card.avif; do
    heif-convert "$media/$file" want.png >/dev/null
    for form in "" --append; do
        exits 0 "sign $file $form" "$exhibit" sign "$media/$file" -o "e-$file" --force "${me[@]}" $form
        holds "libheif reads $file $form" heif-info "e-$file"
        heif-convert "e-$file" got.png >/dev/null
        holds "$file $form decodes to the same" cmp want.png got.png
    done
done

finish
