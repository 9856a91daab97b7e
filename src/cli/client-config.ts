import type { Command } from "commander";
import type { ClusterSettings, StaticClusterConfig, TopologyClusterConfig } from "../client/options.ts";
import { loadHasher } from "../routing/shard.ts";
import { askNodes } from "./ask-nodes.ts";
import { type ClusterFlags, keyOf, type Target, targetOf, withClusterFlags } from "./cluster-flags.ts";
import { CommandFailed, EXIT } from "./exit-code.ts";
import { parseSeconds } from "./node-list.ts";
import { type ClusterSurvey, surveyCluster } from "./survey/survey.ts";
import { troubleOf } from "./survey/trouble.ts";

/** The flags of commands that act as clients do. */
export interface ClientFlags extends ClusterFlags {
  /** In seconds. */
  readonly writeTimeout?: number;
}

/** Adds those flags to a command. */
export function withClientFlags(command: Command): Command {
  return withClusterFlags(command).option(
    "--write-timeout <seconds>",
    "the clients' writeTimeoutMs: how long a write of theirs may take to settle (default: 30)",
    parseSeconds,
  );
}

/**
 * The configuration of a client of the cluster that flags name.
 * @throws CommandFailed when no node can be asked, or nobody founded the cluster yet, which a client would do
 */
export async function clientConfig(flags: ClientFlags): Promise<StaticClusterConfig | TopologyClusterConfig> {
  const target = await targetOf(flags, await loadHasher());
  const key = keyOf(flags);
  const survey = await askNodes(key, (operator) => surveyCluster(operator, target));
  requireFounded(survey);
  const settings: ClusterSettings = {
    ...(key === undefined ? {} : { apiKey: key }),
    ...(flags.writeTimeout === undefined ? {} : timeouts(flags.writeTimeout * 1000)),
  };
  return { ...settings, ...shapeOf(target, survey) };
}

/** No single attempt may take longer than a write. */
function timeouts(writeTimeoutMs: number): ClusterSettings {
  return { writeTimeoutMs, attemptTimeoutMs: Math.min(2000, writeTimeoutMs) };
}

function shapeOf({ address }: Target, { topology }: ClusterSurvey): StaticClusterConfig | TopologyClusterConfig {
  if (address !== undefined) return { topology: address };
  const { nodes, replicationFactor, shards } = topology;
  return { nodes, replicationFactor, shards };
}

function requireFounded(survey: ClusterSurvey): void {
  const troubles = survey.nodes.flatMap((node) => {
    const trouble = troubleOf(node, survey);
    return trouble === undefined ? [] : [`node ${node.node.id} ${trouble}`];
  });
  if (troubles.length === survey.nodes.length) {
    throw new CommandFailed(EXIT.failed, `No node can be asked, so nothing is known: ${troubles.join("; ")}`);
  }
  if (survey.isFounded) return;
  throw new CommandFailed(
    EXIT.failed,
    "There is no cluster on these servers yet. The first client that connects founds it.",
  );
}
