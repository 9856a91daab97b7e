import { isSupportedVersion, OLDEST_SERVER } from "../../execute/server-version.ts";
import type { AnsweringNode, NodeSurvey } from "../survey/node-survey.ts";
import { listed } from "../terminal/listed.ts";
import type { Finding } from "./finding.ts";

/** What is wrong with servers by themselves: whether they answer, which key they take, what they run. */
export function nodeFindings(surveys: readonly NodeSurvey[]): Finding[] {
  const answering = surveys.filter((survey) => survey.kind === "answered");
  return [
    ...surveys.flatMap((survey) => (survey.kind === "answered" ? [] : [failureFinding(survey, answering.length > 0)])),
    ...twinFindings(answering),
    ...versionFindings(answering),
    ...protectionFindings(answering),
  ];
}

function failureFinding(
  { kind, node, reason }: Exclude<NodeSurvey, AnsweringNode>,
  isKeyGoodElsewhere: boolean,
): Finding {
  const common = { severity: "error", nodes: [node.id] } as const;
  if (kind === "unreachable") {
    return {
      ...{ ...common, code: "unreachable", message: `Node ${node.id} (${node.url}) ${reason}.` },
      remedy: "Start the server, or correct its address; its id must stay.",
    };
  }
  if (kind === "not-meilisearch") {
    return {
      ...{
        ...common,
        code: "not_meilisearch",
        message: `No Meilisearch answers at ${node.url} (${node.id}): ${reason}.`,
      },
      remedy: "Correct the address, port and path; look for a proxy or a login page in between.",
    };
  }
  const message = `Node ${node.id} (${node.url}) ${reason}`;
  if (!isKeyGoodElsewhere) {
    return {
      ...{ ...common, code: "wrong_key", message },
      remedy: "Give the master key with --key, MIROIR_KEY or MEILI_MASTER_KEY.",
    };
  }
  return {
    ...{ ...common, code: "keys_differ", message: `${message} Other nodes take the same key.` },
    remedy: "Start every server with one master key: API keys and tenant tokens must mean the same on all of them.",
  };
}

/** One server under two addresses looks like two copies of every shard, and is one. */
function twinFindings(answering: readonly AnsweringNode[]): Finding[] {
  const prints = [...new Set(answering.flatMap(({ fingerprint }) => fingerprint ?? []))];
  return prints.flatMap((print): Finding[] => {
    const twins = answering.filter(({ fingerprint }) => fingerprint === print).map(({ node }) => node);
    if (twins.length < 2) return [];
    const urls = twins.map(({ url }) => url);
    return [
      {
        ...{ code: "same_server", severity: "error", nodes: twins.map(({ id }) => id) },
        message:
          `${urls.slice(0, -1).join(", ")} and ${urls.at(-1)} have the same API keys and tasks of the same moments: ` +
          "they are one server, or run on copies of its data. Several copies of a shard there are lost together.",
        remedy: "Give every node a server and a data directory of its own, and every server one address.",
      },
    ];
  });
}

function versionFindings(answering: readonly AnsweringNode[]): Finding[] {
  const old = answering.filter(({ version }) => !isSupportedVersion(version));
  const versions = [...new Set(answering.map(({ version }) => version))].sort();
  return [
    ...old.map(
      ({ node, version }): Finding => ({
        ...{ code: "unsupported_version", severity: "error", nodes: [node.id] },
        message: `Node ${node.id} runs Meilisearch ${version}; clients refuse servers older than ${OLDEST_SERVER}.`,
        remedy: `Upgrade it to ${OLDEST_SERVER} or newer, with its data (a dump, or the server's own upgrade).`,
      }),
    ),
    ...(versions.length < 2
      ? []
      : [
          {
            ...({ code: "mixed_versions", severity: "warning", nodes: answering.map(({ node }) => node.id) } as const),
            message: `The nodes run different versions: ${versions.join(", ")}.`,
            remedy: "Upgrade all of them to one version: two versions may rank, tokenize and answer differently.",
          },
        ]),
  ];
}

function protectionFindings(answering: readonly AnsweringNode[]): Finding[] {
  const open = answering.filter(({ hasMasterKey }) => !hasMasterKey).map(({ node }) => node.id);
  if (open.length === 0) return [];
  if (open.length < answering.length) {
    return [
      {
        ...{ code: "keys_differ", severity: "error", nodes: open },
        message: `${listed("Node", open)} without a master key, the others with one.`,
        remedy: "Start every server with one master key.",
      },
    ];
  }
  return [
    {
      ...{ code: "no_master_key", severity: "note", nodes: open },
      message: "The nodes have no master key: whoever reaches them may do everything.",
      remedy: "Start every server with one master key, unless this is a machine of your own.",
    },
  ];
}
