import { z } from "zod";
import { MiroirError } from "../../core/errors.ts";

const nodeSchema = z.strictObject({
  id: z.string().exactOptional(),
  url: z.string(),
  group: z.string().exactOptional(),
  weight: z.number().exactOptional(),
});

/** A wish as it is written down. */
export const wishSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("node add"), nodes: z.array(nodeSchema) }),
  z.strictObject({ kind: z.literal("node drain"), node: z.string() }),
  z.strictObject({ kind: z.literal("node remove"), node: z.string() }),
  z.strictObject({ kind: z.literal("node replace"), node: z.string(), by: nodeSchema }),
  z.strictObject({ kind: z.literal("group add"), group: z.string(), nodes: z.array(nodeSchema) }),
  z.strictObject({ kind: z.literal("group remove"), group: z.string() }),
  z.strictObject({ kind: z.literal("rf set"), replicationFactor: z.number() }),
  z.strictObject({ kind: z.literal("rebalance"), minGain: z.number().exactOptional() }),
  z.strictObject({ kind: z.literal("reshard"), shards: z.number() }),
  z.strictObject({ kind: z.literal("sweep") }),
]);

/**
 * How a cluster shall be changed:
 * - `node add`: servers join and take their share; one that was drained comes back
 * - `node drain`: a node is emptied and stays; `node remove`: it is emptied and leaves
 * - `node replace`: a new server takes over exactly what a node holds, which leaves and may be dead
 * - `group add`, `group remove`: one full copy more, on servers of its own, or one less
 * - `rf set`: another number of replicas in every group
 * - `rebalance`: shares are evened out; `minGain` is the least improvement of the spread, see {@link spreadOf}
 * - `reshard`: another number of shards, a power of two
 * - `sweep`: nothing moves; nodes delete what they hold of shards that are not theirs
 */
export type Wish = z.infer<typeof wishSchema>;

/**
 * Checks a wish that came from outside.
 * @throws MiroirError `miroir_invalid_config` naming the field
 */
export function checkWish(wish: Wish): void {
  const { error } = wishSchema.safeParse(wish);
  const [issue] = error?.issues ?? [];
  if (issue === undefined) return;
  const field = ["wish", ...issue.path].join(".");
  const kinds = wishSchema.options.map(({ shape }) => `\`${shape.kind.value}\``).join(", ");
  const remedy = issue.path[0] === "kind" ? `Its kind is one of ${kinds}` : issue.message;
  throw new MiroirError("miroir_invalid_config", `\`${field}\` cannot be read: ${remedy}.`);
}
