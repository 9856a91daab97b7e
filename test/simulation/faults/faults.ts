import type { Chance } from "../kernel/chance.ts";
import type { Begun, Victims } from "./fault.ts";
import { cutLinks, cutOneWay, slowLinks, slowProcess, troubleRequests } from "./link-faults.ts";
import { comeBackOld, crash, crashAtWrite, failTasks, loseData, slowQueue, stallQueue } from "./node-faults.ts";
import {
  cutAtDebt,
  cutAtTopology,
  cutFromStore,
  isolateAtWrite,
  jumpClock,
  kill,
  pause,
  pauseAtWrite,
  pauseDriver,
} from "./process-faults.ts";
import { rollBackStore, stopStore, troubleStore } from "./store-faults.ts";

/** A kind of fault. */
export interface FaultKind {
  /** How often it is chosen at any time. */
  readonly weight: number;
  /** How often it is chosen when a job has come to its next step. @default 1 */
  readonly ambush?: number;
  begin(victims: Victims, chance: Chance): Begun;
}

/** Every kind of fault. */
export const FAULTS: readonly FaultKind[] = [
  { weight: 14, begin: crash },
  { weight: 10, begin: crashAtWrite },
  { weight: 4, begin: loseData },
  { weight: 5, begin: comeBackOld },
  { weight: 14, begin: cutLinks },
  { weight: 8, begin: cutOneWay },
  { weight: 14, ambush: 4, begin: slowQueue },
  { weight: 6, ambush: 4, begin: stallQueue },
  { weight: 6, ambush: 4, begin: slowLinks },
  { weight: 4, ambush: 20, begin: slowProcess },
  { weight: 20, begin: troubleRequests },
  { weight: 10, begin: failTasks },
  { weight: 6, ambush: 8, begin: pause },
  { weight: 6, ambush: 8, begin: pauseDriver },
  { weight: 6, ambush: 4, begin: pauseAtWrite },
  { weight: 4, ambush: 30, begin: isolateAtWrite },
  { weight: 5, ambush: 3, begin: kill },
  { weight: 4, begin: jumpClock },
  { weight: 6, begin: stopStore },
  { weight: 10, ambush: 30, begin: cutFromStore },
  { weight: 12, begin: cutAtDebt },
  { weight: 12, ambush: 15, begin: cutAtTopology },
  { weight: 6, begin: troubleStore },
  { weight: 5, ambush: 5, begin: rollBackStore },
];
