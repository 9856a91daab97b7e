import { MiroirError } from "../core/errors.ts";
import { type Ranking, rendezvousOrder } from "./ranking.ts";

/** Which replica groups answer for which tenants. */
export interface TenantAffinity {
  /** Tenants with a group of their choice: tenant → group. */
  readonly groups?: Readonly<Record<string, string>>;
  /** Groups that serve only the tenants that `groups` sends there. */
  readonly dedicated?: readonly string[];
  /**
   * What becomes of tenants that `groups` does not name: always the same group (`hash`, rendezvous hashing: with one group
   * more, few tenants move), any group (`any`), or `miroir_tenant_unknown` (`reject`). @default "hash"
   */
  readonly others?: "hash" | "any" | "reject";
  /** Whether other groups answer for a tenant whose own cannot. Dedicated groups never step in. @default true */
  readonly failover?: boolean;
}

/** The groups that may answer for a tenant: those of `first` rather than the others. */
export interface TenantGroups {
  /** Undefined when all of `allowed` are alike to it. */
  readonly first: string | undefined;
  readonly allowed: readonly string[];
}

/**
 * Which groups answer for a call of a tenant, or of nobody's.
 * @throws MiroirError `miroir_tenant_unknown` for a tenant without a group where such are rejected, and
 *   `miroir_invalid_config` where a tenant's group does not exist or nothing is left for the others
 */
export function groupsForTenant(
  affinity: TenantAffinity,
  tenant: string | undefined,
  names: readonly string[],
): TenantGroups {
  const { groups = {}, dedicated = [], others = "hash", failover = true } = affinity;
  const common = names.filter((name) => !dedicated.includes(name));
  const own = tenant !== undefined && Object.hasOwn(groups, tenant) ? groups[tenant] : undefined;
  if (own !== undefined) {
    if (!names.includes(own)) throw noSuchGroup(`tenants.groups[${JSON.stringify(tenant)}]`, own, names);
    return { first: own, allowed: failover ? [own, ...common.filter((name) => name !== own)] : [own] };
  }
  if (tenant !== undefined && others === "reject") throw unknownTenant(tenant);
  if (common.length === 0) throw nothingLeft(dedicated);
  if (tenant === undefined || others === "any") return { first: undefined, allowed: common };
  const allowed = rendezvousOrder(tenant, common);
  return { first: allowed[0], allowed: failover ? allowed : allowed.slice(0, 1) };
}

/** A ranking with the tenant's groups only, the first one of them before all others, however slow it is. */
export function rankWithin(
  { groups, tiers }: Ranking,
  { first, allowed }: TenantGroups,
  nodes: readonly { readonly id: string; readonly group: string }[],
): Ranking {
  const groupOf = new Map(nodes.map(({ id, group }) => [id, group]));
  const tiersOf = (isIn: (group: string) => boolean) =>
    tiers.map((tier) => tier.filter((id) => isIn(groupOf.get(id) ?? ""))).filter((tier) => tier.length > 0);
  if (first === undefined) {
    return {
      groups: groups.filter((name) => allowed.includes(name)),
      tiers: tiersOf((group) => allowed.includes(group)),
    };
  }
  const others = allowed.filter((name) => name !== first);
  return {
    groups: [first, ...others],
    tiers: [...tiersOf((group) => group === first), ...tiersOf((group) => others.includes(group))],
  };
}

function noSuchGroup(field: string, group: string, names: readonly string[]): MiroirError {
  return new MiroirError(
    "miroir_invalid_config",
    `\`${field}\` is ${JSON.stringify(group)}, which is no group of this cluster. Give one of ${names.join(", ")}.`,
  );
}

function unknownTenant(tenant: string): MiroirError {
  return new MiroirError(
    "miroir_tenant_unknown",
    `Tenant ${JSON.stringify(tenant)} has no group. Give it one in \`tenants.groups\`, or let \`tenants.others\` be "hash" or "any".`,
    { status: 403 },
  );
}

function nothingLeft(dedicated: readonly string[]): MiroirError {
  return new MiroirError(
    "miroir_invalid_config",
    `\`tenants.dedicated\` is ${JSON.stringify(dedicated)}, which leaves no group for anybody else. Leave at least one out.`,
  );
}
