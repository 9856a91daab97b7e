import type { ClusterSession } from "../../client/session.ts";
import type { StateStore } from "../../store/state-store.ts";
import type { Clock } from "../../util/clock.ts";
import type { Random } from "../../util/random.ts";

/** What jobs run on. */
export interface JobContext {
  /** The cluster as it is now, with the operator's key. */
  readonly session: Pick<ClusterSession, "cluster">;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly random: Random;
}
