import fc from "fast-check";
import type { EmbeddedNode, Fault } from "../../../src/testing/embedded-node/index.ts";
import { isRead } from "../requests.ts";
import { UID } from "./reference.ts";

/** What goes wrong during one search, on two nodes at most, so that with two replicas every shard keeps one that answers. */
export interface Trouble {
  /** Wait of the first node before it answers, in milliseconds; 0 is none. */
  readonly slowMs: number;
  /** Another node that fails, and how; the place counts the nodes after the first, and may be beyond them. */
  readonly broken: { readonly place: number; readonly fault: Fault } | undefined;
}

/** Nothing goes wrong. */
export const CALM: Trouble = { slowMs: 0, broken: undefined };

const failures: fc.Arbitrary<Fault> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom<Fault>(
      { refuse: true },
      { dropAnswerAfterWrite: true },
      { cutBody: true },
      { status: 500 },
      { status: 503, retryAfter: 0 },
    ),
  },
  // For so long nobody hedges with the node, so that it must be rare.
  { weight: 1, arbitrary: fc.constant<Fault>({ status: 503, retryAfter: 1 }) },
);

/** Random troubles of a cluster. */
export const troubles: fc.Arbitrary<Trouble> = fc.record({
  slowMs: fc.oneof(
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 6, arbitrary: fc.integer({ min: 40, max: 120 }) },
    { weight: 1, arbitrary: fc.constant(300) }, // slower than any other, on a busy machine too
  ),
  broken: fc.option(fc.record({ place: fc.nat(2), fault: failures }), { nil: undefined, freq: 2 }),
});

/**
 * Makes nodes fail as a trouble says, and in no other way.
 * @param times requests that the broken node fails; all when absent
 */
export function cause({ slowMs, broken }: Trouble, nodes: readonly EmbeddedNode[], times?: number): void {
  const match = isRead(UID);
  for (const node of nodes) node.faults.clear();
  const [first, ...others] = nodes;
  if (slowMs > 0) first?.faults.set({ latencyMs: slowMs, match });
  const limit = times === undefined ? {} : { times };
  if (broken !== undefined) others[broken.place]?.faults.set({ ...broken.fault, ...limit, match });
}
