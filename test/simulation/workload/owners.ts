/** Processes that drive jobs, among the names of those who own processes. */
export const DRIVER = "driver";

/** Processes of somebody who looks after the cluster, among the same. */
export const OPERATOR = "operator";
