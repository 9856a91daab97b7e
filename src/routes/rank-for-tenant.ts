import type { Topology } from "../cluster/topology.ts";
import type { Ranking } from "../routing/ranking.ts";
import { groupsForTenant, rankWithin, type TenantAffinity } from "../routing/tenant-affinity.ts";

/** A ranking as far as the call's tenant is concerned; an index that is replicated everywhere knows no groups. */
export function rankForTenant(
  ranking: Ranking,
  { groups, nodes }: Topology,
  { affinity, tenant }: { readonly affinity: TenantAffinity | undefined; readonly tenant: string | undefined },
): Ranking {
  if (affinity === undefined && tenant === undefined) return ranking;
  const names = [...new Set(nodes.map(({ group }) => group))];
  const chosen = groupsForTenant(affinity ?? {}, tenant, names);
  const within = rankWithin(ranking, chosen, nodes);
  const isSpread = groups.some(({ name }) => names.includes(name));
  return isSpread ? within : { groups: ranking.groups, tiers: within.tiers };
}
