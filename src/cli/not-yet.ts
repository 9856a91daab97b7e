/** Stands in for a script whose subject is not built yet: says so and fails. */
const script = process.argv[2] ?? "this script";
process.stderr.write(`npm run ${script}: not built yet, see CHANGELOG.md for what this version has.\n`);
process.exitCode = 1;
