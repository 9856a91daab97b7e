import { type JobRecord, movesOf, type Plan } from "../../jobs/index.ts";
import { counted } from "../terminal/counted.ts";
import type { Paint, Tone } from "../terminal/paint.ts";
import { tableLines } from "../terminal/table.ts";

/** A plan for people, as lines. */
export function planLines(plan: Plan, paint: Paint): string[] {
  const { kind, reason, steps, copies } = plan;
  const head = [`${paint("title", kind)}: ${reason}`];
  if (!plan.isNeeded) return [...head, "Nothing is to be done."];
  const moved = movesOf(plan);
  const removed = moved.reduce((sum, { remove }) => sum + remove.length, 0);
  const copied = `${counted(copies.replicas, "replica")} of shards copied: ${counted(copies.documents, "document")}, ${megabytes(copies.bytes)}`;
  return [
    ...head,
    "",
    ...(moved.length === 0 ? [] : [...routeLines(plan, paint), ""]),
    `${copied}; ${counted(removed, "replica")} given up; ${counted(steps.length, "step")}.`,
  ];
}

/** How many shards go from where to where. */
function routeLines(plan: Plan, paint: Paint): string[] {
  const routes = new Map<
    string,
    { readonly group: string; readonly from: string; readonly to: string; shards: number }
  >();
  for (const { group, add, remove } of movesOf(plan)) {
    const [from, to] = [remove.join(", ") || "-", add.join(", ") || "-"];
    const key = JSON.stringify([group, from, to]);
    const route = routes.get(key) ?? { group, from, to, shards: 0 };
    route.shards += 1;
    routes.set(key, route);
  }
  const rows = [...routes.values()].map(({ group, from, to, shards }) => [group, from, to, shards]);
  const columns = [
    { title: "group" },
    { title: "given up by" },
    { title: "taken over by" },
    { title: "shards", isNumber: true },
  ];
  return tableLines(columns, rows, paint);
}

const TONES = {
  planned: "quiet",
  running: "title",
  paused: "warning",
  cancelling: "warning",
  cancelled: "warning",
  failed: "bad",
  done: "good",
} as const satisfies Record<JobRecord["state"], Tone>;

/** All jobs, as lines. */
export function jobListLines(jobs: readonly JobRecord[], paint: Paint): string[] {
  if (jobs.length === 0) return ["There is no job yet."];
  const rows = jobs.map((job) => [
    job.id,
    job.plan.kind,
    { text: job.state, tone: TONES[job.state] },
    `${job.step} of ${job.plan.steps.length}`,
    job.createdAt,
  ]);
  return tableLines(
    ["job", "kind", "state", "steps", "begun"].map((title) => ({ title })),
    rows,
    paint,
  );
}

/** One job, as lines. */
export function jobLines(job: JobRecord, paint: Paint): string[] {
  const { plan, holds } = job;
  const waited =
    holds.count === 0 ? "" : ` Writers waited ${counted(holds.count, "time")}, for ${holds.longestMs} ms at most.`;
  return [
    `job ${job.id}  ${plan.kind}  ${paint(TONES[job.state], job.state)}`,
    plan.reason,
    `${job.step} of ${counted(plan.steps.length, "step")}; ${counted(job.documents, "document")} copied, ${megabytes(job.bytes)}.${waited}`,
    ...(job.error === undefined ? [] : [paint("bad", job.error)]),
    ...remedyLines(job),
  ];
}

function remedyLines({ id, state }: JobRecord): string[] {
  if (state !== "paused" && state !== "failed") return [];
  return [`\`miroir job resume ${id}\` goes on, \`miroir job cancel ${id}\` takes back what has not moved yet.`];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toLocaleString("en", { maximumFractionDigits: 1 })} MB`;
}
