#!/usr/bin/env bash
# Holds a command to a folder of cases: run.sh FOLDER COMMAND...
# The command reads a stream and prints one event a line, as JSON: type, data, last event id. Needs jq.
set -u
folder=$1
shift
shown=$(mktemp) right=$(mktemp)
trap 'rm -f "$shown" "$right"' EXIT

verdict() { # of the case in file $1
  if ! "$@" > "$shown" 2> /dev/null; then
    [ "$want" = either ] && echo conforms || echo differs
  elif jq -c . "$shown" | cmp -s - "$right"; then
    echo conforms
  elif is_part; then
    echo "silent loss"
  else
    echo differs
  fi
}

is_part() { # whether events are missing and the others are right, in their order
  jq -c . "$shown" | awk '
    NR == FNR { wanted[++count] = $0; next }
    { taken++; while (at < count && wanted[++at] != $0) {} if (wanted[at] != $0) other = 1 }
    END { exit other || taken >= count }' "$right" -
}

for file in "$folder"/[yni]_*.json; do
  IFS=$'\t' read -r level over_http want stream id < <(jq -r '[.level, .over_http, .want, .stream, .id] | @tsv' "$file" 2> /dev/null)
  [ "$level" = sse ] && [ "$over_http" = false ] || continue
  jq -c '.events[]' "$file" > "$right"
  printf '%s\t%s\n' "$(verdict "$@" < "$folder/$stream")" "$id"
done
