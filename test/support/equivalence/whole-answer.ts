import type { Meta } from "../../../src/core/meta.ts";
import type { JsonObject } from "../../../src/core/types.ts";
import { metaOf } from "../../../src/index.ts";
import { refuseReservedTraces } from "../reserved-scan.ts";
import { differences } from "./equivalent.ts";
import { UID } from "./reference.ts";
import type { World } from "./world.ts";

/**
 * Searches where a healthy replica of every shard is left, and answers what is known of the answer.
 * @throws Error with every fault when it is not what one node with all documents says, up to exact ties, or marked degraded
 */
export async function answerWholly(
  { client, reference }: Pick<World, "client" | "reference">,
  search: JsonObject,
): Promise<Meta> {
  const answer = (await client.index(UID).search(null, search)) as unknown as JsonObject;
  const meta = metaOf(answer);
  if (meta === undefined) throw new Error("the answer carries no metadata");
  refuseReservedTraces(answer, "The answer");
  const faults = differences(reference, search, { answer, meta });
  if (meta.degraded) faults.push("the answer is marked degraded although every shard has a healthy replica");
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return meta;
}
