import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import type { Lab } from "../lab/lab.ts";
import { median } from "../measure.ts";
import { type BuiltPackage, buildPackage } from "../package/build-package.ts";
import { importing, numberFrom } from "../package/fresh-process.ts";
import type { Scenario } from "./scenario.ts";

/** Packages that an application which only starts need not pay for. */
const ON_FIRST_USE = ["undici", "zod"];

/** What an application pays before its first search, and whether it can end after its last. */
export const importCost: Scenario = {
  name: "import",
  title: "Importing the package, and closing a client",
  async run(lab) {
    await using built = await buildPackage({ minify: false });
    const times = await importTimes(built, lab.size.rounds);
    const eager = built.eager.packages.filter((name) => ON_FIRST_USE.includes(name));
    lab.progress(`  loaded at once: ${built.eager.packages.join(", ")}`);
    return {
      results: [
        { name: "import: package with its dependencies", value: times.all, unit: "ms" },
        { name: "import: its dependencies alone", value: times.packages, unit: "ms" },
        { name: "import: added by the package", value: times.all - times.packages, unit: "ms" },
        { name: "import: core, minified and gzipped", value: await eagerKilobytes(), unit: "kB" },
        { name: "import: of undici and zod, loaded at once", value: eager.length, unit: "packages" },
        { name: "close: time until the process ends", value: await endingMs(lab, built), unit: "ms" },
      ],
    };
  },
};

async function importTimes({ entry, directory, eager }: BuiltPackage, rounds: number) {
  const all: number[] = [];
  const packages: number[] = [];
  for (let round = 0; round < 2 * rounds + 1; round++) {
    all.push(await numberFrom(importing([pathToFileURL(entry).href]), directory));
    packages.push(await numberFrom(importing(eager.packages), directory));
  }
  return { all: median(all), packages: median(packages) };
}

async function eagerKilobytes(): Promise<number> {
  await using built = await buildPackage({ minify: true });
  const names = built.eager.files.map((file) => file.slice(file.lastIndexOf("/") + 1));
  const texts = await Promise.all(names.map((name) => readFile(join(built.directory, name))));
  return texts.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0) / 1000;
}

/**
 * Has undici's parser, which is WebAssembly, compiled once and not optimised in the background: Node.js waits for that
 * before it ends, a tenth of a second after a single request that a program makes with undici alone.
 */
const COMPILED_ONCE = ["--liftoff-only"];

/** From the end of `close()` until Node.js finds that nothing is left to wait for. */
async function endingMs(lab: Lab, { entry, directory }: BuiltPackage): Promise<number> {
  const { config } = await lab.cluster({ nodes: 4, replicationFactor: 1 });
  const text = `
    const { MiroirClient } = await import(${JSON.stringify(pathToFileURL(entry).href)});
    const client = new MiroirClient(${JSON.stringify(config)});
    await client.index("bench").search("a");
    await client.close();
    const closedAt = performance.now();
    process.once("exit", () => console.log(performance.now() - closedAt));`;
  const times: number[] = [];
  for (let round = 0; round < lab.size.rounds; round++) times.push(await numberFrom(text, directory, COMPILED_ONCE));
  return median(times);
}
