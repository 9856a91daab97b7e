#!/usr/bin/env bash
# Makes a change of who owns what: ends what an earlier run left, makes the change if it is needed, and compares all copies.
# Reads MIROIR_TOPOLOGY, MIROIR_KEY, COMMAND (default: rebalance), THROTTLE (documents a second) and WRITE_TIMEOUT (the
# clients' writeTimeoutMs in seconds, where it is not 30).
# Ends with the exit code of the first command that did not succeed; 0 also when there was nothing to do.
set -euo pipefail

read -ra command <<<"${COMMAND:-rebalance}"
throttle=()
timeout=()
if [[ -n ${THROTTLE:-} ]]; then throttle=(--documents-per-second "$THROTTLE"); fi
if [[ -n ${WRITE_TIMEOUT:-} ]]; then timeout=(--write-timeout "$WRITE_TIMEOUT"); fi

# A job that failed, or whose process was killed, is gone on with. One that somebody paused is theirs: the change below is
# refused then, naming it.
left=$(npx miroir job list --json | node -p '
  const jobs = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  jobs.find(({ state }) => ["planned", "running", "cancelling", "failed"].includes(state))?.id ?? ""')
if [[ -n $left ]]; then
  # The right of a process that was killed ends after ten seconds. A job that still runs then is another process's.
  resume=(npx miroir job resume "$left" "${timeout[@]}")
  "${resume[@]}" || { sleep 11 && "${resume[@]}"; }
fi

npx miroir "${command[@]}" --yes "${throttle[@]}" "${timeout[@]}"
npx miroir verify "${timeout[@]}"
