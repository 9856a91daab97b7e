/** Processes that drive jobs, among the names of those who own processes. */
export const DRIVER = "driver";

/** Processes of somebody who looks after the cluster, among the same. */
export const OPERATOR = "operator";

/** Whose process it is. */
export function ownerOf({ name }: { readonly name: string }): string {
  return name.split(".")[0] ?? "";
}
