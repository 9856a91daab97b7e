import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Whether a process exists. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A program that takes a server's arguments, writes them down in its working directory, and answers two routes. */
const FAKE_SERVER = `#!${process.execPath}
const { writeFileSync } = require("node:fs");
const args = process.argv.slice(2);
const key = process.env.MEILI_MASTER_KEY;
writeFileSync("seen.json", JSON.stringify({ args, key, directory: process.cwd() }));
const [host, port] = args[args.indexOf("--http-addr") + 1].split(":");
require("node:http").createServer((request, response) => {
  const isAllowed = request.url === "/health" || request.headers.authorization === "Bearer " + key;
  response.statusCode = isAllowed ? 200 : 403;
  response.end(JSON.stringify({ status: "available", pkgVersion: "9.9.9" }));
}).listen(Number(port), host);
`;

/** Writes an executable that stands in for a server binary. */
export function writeFakeServer(folder: string): string {
  return writeProgram(folder, FAKE_SERVER);
}

/** Writes an executable that fails at once, saying why. */
export function writeBrokenServer(folder: string): string {
  return writeProgram(folder, '#!/bin/sh\necho "the database is broken" >&2\nexit 3\n');
}

function writeProgram(folder: string, text: string): string {
  const path = join(folder, "server");
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}
