import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { emptyFolder, PROGRAM, startCli } from "../cli/run-cli.ts";
import { MASTER_KEY } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { type JobCluster, startJobCluster } from "../support/job-cluster.ts";

const FOLDER = fileURLToPath(new URL("../../examples/rebalance-from-ci/", import.meta.url));
const UID = "movies";

interface Step {
  readonly name: string;
  readonly id?: string;
  readonly if?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly run: string;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly required?: boolean; readonly default?: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

const action = parse(readFileSync(join(FOLDER, "action.yml"), "utf8")) as Action;
const workflow = parse(readFileSync(join(FOLDER, "workflow.yml"), "utf8"));

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface ActionRun extends Ran {
  /** Names of the steps that ran. */
  readonly steps: readonly string[];
  /** What the steps told the workflow. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What the run's page shows. */
  readonly summary: string;
}

/** A folder with an `npx` that runs the command line of this repository. */
async function folderWithNpx(): Promise<string> {
  const folder = await emptyFolder();
  mkdirSync(join(folder, "bin"));
  const script = `#!/bin/bash\n[[ $1 == miroir ]] || exit 99\nshift\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`;
  writeFileSync(join(folder, "bin", "npx"), script);
  chmodSync(join(folder, "bin", "npx"), 0o755);
  return folder;
}

async function run(args: readonly string[], folder: string, env: Readonly<Record<string, string>>): Promise<Ran> {
  const path = `${join(folder, "bin")}:${process.env["PATH"] ?? ""}`;
  const child = spawn("bash", args, { cwd: folder, env: { ...env, PATH: path }, stdio: ["ignore", "pipe", "pipe"] });
  const exit = once(child, "exit") as Promise<[number | null]>;
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, stdout, stderr };
}

/** Runs the steps of the action as the service does, as far as the action asks for it. */
async function runAction(event: string, given: Readonly<Record<string, string>>): Promise<ActionRun> {
  const folder = await folderWithNpx();
  const files = { GITHUB_OUTPUT: join(folder, "output"), GITHUB_STEP_SUMMARY: join(folder, "summary") };
  for (const file of Object.values(files)) writeFileSync(file, "");
  const known: Record<string, string> = { "github.event_name": event };
  for (const [name, { required, default: value }] of Object.entries(action.inputs)) {
    expect(given[name] ?? value, `input ${name}, required: ${required}`).toBeDefined();
    known[`inputs.${name}`] = given[name] ?? value ?? "";
  }
  const outputs: Record<string, string> = {};
  const steps: string[] = [];
  let last: Ran = { code: 0, stdout: "", stderr: "" };
  for (const step of action.runs.steps) {
    if (step.if !== undefined && !holds(step.if, known)) continue;
    steps.push(step.name);
    const env = Object.fromEntries(Object.entries(step.env).map(([name, value]) => [name, filledIn(value, known)]));
    writeFileSync(files.GITHUB_OUTPUT, "");
    // The service's own way to start `shell: bash`.
    const args = ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run];
    last = await run(args, folder, { ...env, ...files, GITHUB_ACTION_PATH: FOLDER });
    for (const line of readFileSync(files.GITHUB_OUTPUT, "utf8").trim().split("\n")) {
      const [name = "", value = ""] = line.split("=");
      outputs[name] = value;
      known[`steps.${step.id}.outputs.${name}`] = value;
    }
    if (last.code !== 0) break;
  }
  return { ...last, steps, outputs, summary: readFileSync(files.GITHUB_STEP_SUMMARY, "utf8") };
}

function filledIn(value: string, known: Readonly<Record<string, string>>): string {
  return value.replaceAll(/\$\{\{ (\S+) \}\}/g, (_, name: string) => knownValue(name, known));
}

function holds(condition: string, known: Readonly<Record<string, string>>): boolean {
  const [, name = "", wanted] = /^(\S+) == '(\w+)'$/.exec(condition) ?? [];
  return knownValue(name, known) === wanted;
}

function knownValue(name: string, known: Readonly<Record<string, string>>): string {
  const value = known[name];
  if (value === undefined) throw new Error(`the action uses ${name}, which this test does not know`);
  return value;
}

async function filledCluster(): Promise<JobCluster & { readonly inputs: Record<string, string> }> {
  const cluster = await startJobCluster({ isShared: true });
  const client = cluster.connect();
  await client.createIndex(UID, { primaryKey: "id" }).waitTask();
  const documents = Array.from({ length: 300 }, (_, id) => ({ id, title: `Movie ${id}` }));
  await client.index(UID).addDocuments(documents).waitTask();
  const command = `node add new=${cluster.spares[0]?.url}`;
  return { ...cluster, inputs: { topology: String(cluster.config.topology), key: MASTER_KEY, command } };
}

describe("examples/rebalance-from-ci", { timeout: 120_000 }, () => {
  it("gives the action, in its workflow, what it asks for", () => {
    const uses = workflow.jobs.change.steps.at(-1);
    expect(uses.uses).toBe("./.github/actions/rebalance-from-ci");
    for (const name of Object.keys(uses.with)) expect(Object.keys(action.inputs)).toContain(name);
    for (const [name, { required }] of Object.entries(action.inputs)) {
      if (required === true) expect(Object.keys(uses.with)).toContain(name);
    }
    expect(workflow.concurrency["cancel-in-progress"]).toBe(false);
    expect(action.runs.using).toBe("composite");
  });

  it("shows the plan on a pull request and changes nothing, applies it on main, and has nothing to do after that", async () => {
    const { inputs, topology, countOn, spares } = await filledCluster();
    const before = await topology();
    const planned = await runAction("pull_request", inputs);
    expect(planned, planned.stderr).toMatchObject({
      code: 0,
      steps: ["Plan"],
      outputs: { mode: "plan", needed: "true" },
    });
    expect(planned.summary).toMatch(
      /new to hold 8 of the 32 replicas of shards\.[\s\S]+8 replicas of shards copied: 1\d\d documents/,
    );
    expect(await topology()).toEqual(before);

    const applied = await runAction("push", { ...inputs, throttle: "1000", "write-timeout": "3" });
    expect(applied, applied.stderr).toMatchObject({ code: 0, steps: ["Plan", "Apply"], outputs: { needed: "true" } });
    expect(applied.stdout).toMatch(/job \w+ {2}node add {2}done\n[\s\S]+All are equal\.\n$/);
    const after = await topology();
    expect(after.nodes.map(({ id }) => id)).toContain("new");
    expect(await countOn(spares[0] as JobCluster["spares"][number], UID)).toBeGreaterThan(100);

    const again = await runAction("push", inputs);
    expect(again, again.stderr).toMatchObject({ code: 0, steps: ["Plan", "Apply"], outputs: { needed: "false" } });
    expect(again.stdout).toContain("Nothing is to be done.");
    expect(await topology()).toEqual(after);
  });

  it("fails with what the command line says when the command cannot be, and on a wrong key", async () => {
    const { inputs, topology } = await filledCluster();
    const before = await topology();
    const refused = await runAction("push", { ...inputs, command: "node remove nobody" });
    expect(refused).toMatchObject({
      code: 4,
      steps: ["Plan"],
      stderr: expect.stringContaining("node-0, node-1, node-2"),
    });
    const locked = await runAction("pull_request", { ...inputs, key: "wrong" });
    expect(locked).toMatchObject({ code: 1, steps: ["Plan"] });
    expect(locked.stdout).toBe("");
    expect(await topology()).toEqual(before);
  });

  it("goes on from cron with a job whose process was killed, and says nothing when all went well", async () => {
    const { inputs, topology } = await filledCluster();
    const { command = "", key = "", topology: address = "" } = inputs;
    const folder = await folderWithNpx();
    const settings = join(folder, "miroir.env");
    writeFileSync(settings, `MIROIR_TOPOLOGY=${address}\nMIROIR_KEY="${key}"\nCOMMAND="${command}"\nWRITE_TIMEOUT=3\n`);
    const flags = [
      "--topology",
      address,
      "--key",
      key,
      "--yes",
      "--documents-per-second",
      "20",
      "--write-timeout",
      "3",
    ];
    const killed = await startCli([...command.split(" "), ...flags]);
    await eventually(async () => expect((await topology()).change?.phase).toBe("copying"), 30_000);
    killed.kill("SIGKILL");
    await once(killed, "exit");
    const resumed = await run([join(FOLDER, "cron.sh"), settings], folder, { TMPDIR: folder });
    expect(resumed).toEqual({ code: 0, stdout: "", stderr: "" });
    expect((await topology()).nodes).toHaveLength(4);
    writeFileSync(settings, `MIROIR_TOPOLOGY=${address}\nMIROIR_KEY="${key}"\nCOMMAND="rf set 9"\n`);
    const failed = await run([join(FOLDER, "cron.sh"), settings], folder, { TMPDIR: folder });
    expect(failed).toMatchObject({ code: 4, stdout: expect.stringMatching(/nodes for 1 to 4\.\nended with 4\n$/) });
  });
});
