#!/bin/sh
# Brings in what lies in a folder, once a night. For cron or a systemd timer; not for Windows (nightly-import.ps1).
#
#     nightly-import.sh FOLDER
#
# FOLDER belongs to the user who runs this, and to nobody else (chmod 700). Another system puts files there that are called
# KIND.EXT or KIND-DIGITS.EXT, as in cases.csv, cases-2026-03-02.xlsx, contacts-2026-03-02-2.csv, and gives a file that name only
# once it is whole. KIND is agencies, workers, persons, cases, assignments or contacts; they are brought in in this order.
# Other files are counted and left alone: a name that somebody chose may have a person's name in it.
#
#     FOLDER/done       files that were taken
#     FOLDER/rejected   their rows that were not, to be mended, and why
#     FOLDER/failed     files of which nothing was taken
#     FOLDER/log        what drive said
#
# All four hold names, and only this user can read them. Delete what has been used:   find FOLDER/done FOLDER/log -type f -mtime +7 -exec rm {} +
#
# stdout has a line for each file, without a name of anybody, fit to be mailed. The exit code is the worst of all files:
# 0 all is in, 6 rows were rejected, 2 3 4 a file could not be taken, 5 7 1 the store or drive itself (the rest waits).
#
#     DRIVE             how drive is called; default: drive
#     DRIVE_OPTIONS     said with every import, as in DRIVE_OPTIONS='--map opened_on=Started' (no blanks in a heading)
#     DRIVE_WHOLE=1     take a file only when every row is good; otherwise the good rows are taken
#
# In crontab, which mails what is said:
#     MAILTO=admin
#     15 2 * * *  /usr/local/bin/nightly-import.sh /srv/drive-in

set -u
umask 077
LC_ALL=C
export LC_ALL

[ $# -eq 1 ] && [ -d "$1" ] || { echo "usage: nightly-import.sh FOLDER" >&2; exit 2; }
folder=$1
drive=${DRIVE:-drive}
options=${DRIVE_OPTIONS:-}
whole=${DRIVE_WHOLE:-}
now=$(date +%Y%m%d-%H%M%S)
log=$folder/log/$now.txt
worst=0
files=0

mkdir -p "$folder/done" "$folder/rejected" "$folder/failed" "$folder/log" || exit 2
if ! mkdir "$folder/.running" 2>/dev/null; then
    echo "Another run has not ended, or was cut off. If none is running: rmdir $folder/.running"
    exit 5
fi
trap 'rmdir "$folder/.running"' EXIT
trap 'echo "Interrupted. What is not in done waits for the next run."; exit 130' HUP INT TERM

# How bad a code is: the later in this list, the worse.
badness() {
    place=0
    for code in 0 6 4 3 2 5 7 1 130; do
        [ "$1" = "$code" ] && break
        place=$((place + 1))
    done
    echo "$place"
}

note() {
    [ "$(badness "$1")" -gt "$(badness "$worst")" ] && worst=$1
    return 0
}

# One import. Leaves its code in $code, and its counts in $rows $same $conflict $rejected $applied.
run() {
    # shellcheck disable=SC2086  # options are words
    said=$("$drive" import "$kind" "$file" $options "$@" --no-input --format csv \
        --fields rows,same,conflict,rejected,applied 2>>"$log")
    code=$?
    rows=0 same=0 conflict=0 rejected=0 applied=0
    counts=$(printf '%s\n' "$said" | tail -n 1 | tr -d '"\r')
    case $counts in
    *[!0-9,]* | "") ;;
    *)
        IFS=, read -r rows same conflict rejected applied <<END
$counts
END
        ;;
    esac
}

# Whether a file is called KIND.EXT or KIND-DIGITS.EXT.
is_ours() {
    rest=${1%.*}
    rest=${rest#"$kind"}
    case $rest in
    *[!0-9-]*) return 1 ;;
    "" | -*) return 0 ;;
    *) return 1 ;;
    esac
}

take() {
    file=$1
    base=${file##*/}
    files=$((files + 1))
    place=$now-$files-$base
    kept=$folder/rejected/$now-$files-${base%.*}.csv
    echo "== $base" >>"$log"

    run --dry-run
    if [ "$code" -eq 6 ] && [ "$rows" -gt 0 ]; then
        if [ -n "$whole" ]; then
            run --rejects "$kept"
        else
            run --partial --rejects "$kept"
        fi
    elif [ "$code" -eq 0 ]; then
        run
    fi
    case $code in
    0 | 6)
        if [ "$rows" -eq 0 ]; then
            finish failed "no rows in it"
        elif [ "$applied" -eq 0 ] && [ "$same" -lt "$rows" ]; then
            finish failed "$rows rows: nothing taken, $same here already, $((conflict + rejected)) refused"
        else
            finish "done" "$rows rows: $applied taken, $same here already, $((conflict + rejected)) refused"
        fi
        ;;
    *) finish failed "could not be taken ($code), see the log" ;;
    esac
}

# Say what became of a file and move it away. On a fault of the store or of drive it stays, and so do the files after it.
finish() {
    note "$code"
    case $code in
    0 | 6 | 2 | 3 | 4) ;;
    *)
        echo "$base: stopped with $code; it waits, and so do the files after it. See the log."
        exit "$worst"
        ;;
    esac
    if mv "$file" "$folder/$1/$place"; then
        chmod 600 "$folder/$1/$place"
        echo "$base: $2."
    else
        note 1
        echo "$base: $2. It could not be moved to $1."
    fi
}

for kind in agencies workers persons cases assignments contacts; do
    for each in "$folder/$kind"*; do
        case $each in
        *.csv | *.tsv | *.xlsx | *.xls | *.ods | *.json | *.jsonl) ;;
        *) continue ;;
        esac
        [ -f "$each" ] && [ ! -L "$each" ] && is_ours "${each##*/}" && take "$each"
    done
done

count() {
    find "$1" -type f | wc -l | tr -d ' '
}

[ "$files" -gt 0 ] || echo "No file to bring in."
left=0
for each in "$folder"/*; do
    [ -f "$each" ] && left=$((left + 1))
done
[ "$left" -eq 0 ] || echo "$left with another name left alone."
echo "With names in them: $(count "$folder/done") in done, $(count "$folder/failed") in failed," \
    "$(count "$folder/rejected") in rejected, $(count "$folder/log") in log."
echo "Ends with $worst."
exit "$worst"
