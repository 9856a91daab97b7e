#!/usr/bin/env bash
# Runs change.sh with the variables of a file, never twice at once on this machine. Prints nothing when all went well: cron
# mails what is printed.
set -uo pipefail

lock="${TMPDIR:-/tmp}/miroir-rebalance-$UID.lock"
exec 9>"$lock"
if ! flock --nonblock 9; then
  echo "another run is under way"
  exit 0
fi

set -a
# shellcheck disable=SC1090
source "$1"
set +a

output=$("$(dirname "$0")/change.sh" 2>&1)
code=$?
if ((code != 0)); then printf '%s\nended with %s\n' "$output" "$code"; fi
exit "$code"
