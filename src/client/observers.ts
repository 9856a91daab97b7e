import { EventBus } from "../core/events.ts";
import { Telemetry } from "../telemetry/telemetry.ts";
import { type Clock, systemClock } from "../util/clock.ts";
import type { ClusterSettings } from "./options.ts";

/** Who learns what happens in a cluster, whether it was met already or not. */
export interface Observers {
  readonly events: EventBus;
  readonly telemetry: Telemetry;
}

/** The observers that a configuration asks for. */
export function observersOf(
  { slowSearchMs, captureQueries }: Pick<ClusterSettings, "slowSearchMs" | "captureQueries"> = {},
  clock: Clock = systemClock,
): Observers {
  const events = new EventBus();
  return { events, telemetry: new Telemetry({ clock, events, slowSearchMs, captureQueries }) };
}
