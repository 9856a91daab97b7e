import process from "node:process";

/** Whether nodes that are processes are real servers. */
export const areServersReal = process.env["MEILISEARCH_BIN"] !== undefined;

/** Real servers index more slowly than embedded nodes: so many times as long everything may take. */
export const TIME_FACTOR = areServersReal ? 5 : 1;
